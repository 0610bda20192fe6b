import { readdirSync } from "node:fs";
import js from "@eslint/js";
import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

// Imports go one way: app → features → graph, api, ui. Across folders they are written with "@/", inside one with "./".
const features = readdirSync(new URL("./src/features", import.meta.url));

function layer(folder, forbidden) {
  return {
    files: [`src/${folder}/**/*.{ts,tsx}`],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: forbidden.map((name) => ({
            group: [`@/${name}`, `@/${name}/**`, `../${name}/**`, `../../${name}/**`],
            message: `${folder} must not import ${name}: imports go app → features → graph, api, ui.`,
          })),
        },
      ],
    },
  };
}

function feature(name) {
  const others = features.filter((other) => other !== name);
  return {
    files: [`src/features/${name}/**/*.{ts,tsx}`],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            { group: ["@/app", "@/app/**"], message: "A feature does not know the app." },
            {
              group: others.flatMap((other) => [`@/features/${other}`, `@/features/${other}/**`, `../${other}`, `../${other}/**`]),
              message: "No feature imports another. What two need belongs to graph, api or ui.",
            },
          ],
        },
      ],
    },
  };
}

export default tseslint.config(
  { ignores: ["node_modules", "src/api/schema.d.ts"] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  reactHooks.configs.flat["recommended-latest"] ?? reactHooks.configs["recommended-latest"],
  { files: ["scripts/**", "*.js", "src/app/theme.js"], languageOptions: { globals: { process: "readonly", console: "readonly", URL: "readonly", localStorage: "readonly", document: "readonly", matchMedia: "readonly" } } },
  {
    rules: {
      "max-lines": ["error", { max: 250, skipBlankLines: true, skipComments: true }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      // Virtual rows are re-measured on scroll by design; the compiler's advice does not apply.
      "react-hooks/incompatible-library": "off",
    },
  },
  layer("ui", ["app", "features", "graph", "api"]),
  layer("api", ["app", "features", "graph", "ui"]),
  layer("graph", ["app", "features"]),
  ...features.map(feature),
);

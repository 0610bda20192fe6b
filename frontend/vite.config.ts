/// <reference types="vitest/config" />
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

const server = process.env.TREADLE_SERVER ?? "http://127.0.0.1:8765";
const proxy = Object.fromEntries(
  ["/api", "/hooks", "/docs", "/openapi.json", "/style.css", "/healthz", "/readyz", "/metrics"].map((path) => [
    path,
    { target: server, changeOrigin: true, headers: { origin: server } },
  ]),
);

/** Sets the theme before the first paint, by a hashed file: inline scripts are forbidden. */
function themeScript(): Plugin {
  const source = resolve(import.meta.dirname, "src/app/theme.js");
  let building = false;
  const name = () => `assets/theme-${createHash("sha256").update(readFileSync(source)).digest("hex").slice(0, 8)}.js`;
  return {
    name: "theme-script",
    configResolved: (config) => {
      building = config.command === "build";
    },
    transformIndexHtml: () => [
      { tag: "script", attrs: { src: building ? `/${name()}` : "/src/app/theme.js" }, injectTo: "head-prepend" },
    ],
    generateBundle() {
      this.emitFile({ type: "asset", fileName: name(), source: readFileSync(source) });
    },
  };
}

/** Writes .gz and .br beside each asset, so that the server never compresses. */
function precompress(): Plugin {
  let outDir = "";
  return {
    name: "precompress",
    apply: "build",
    configResolved: (config) => {
      outDir = resolve(config.root, config.build.outDir);
    },
    closeBundle() {
      const folder = join(outDir, "assets");
      for (const file of readdirSync(folder)) {
        const path = join(folder, file);
        if (!/\.(js|css|svg)$/.test(file) || statSync(path).size < 1024) continue;
        const bytes = readFileSync(path);
        writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
        writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
      }
    },
  };
}

export default defineConfig({
  plugins: [react(), tailwindcss(), themeScript(), precompress()],
  resolve: {
    alias: {
      "@": resolve(import.meta.dirname, "src"),
      // Radix locks the page's scrolling with an inline style tag, which the content policy forbids; the shell never scrolls.
      "react-remove-scroll": resolve(import.meta.dirname, "src/ui/remove-scroll.tsx"),
    },
  },
  worker: { format: "es" },
  build: {
    outDir: "../src/treadle/api/ui",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    manifest: "manifest.json",
    modulePreload: { polyfill: false },
    target: "es2022",
  },
  server: { port: 5173, proxy },
  // The policy that the server sets, so that a preview breaks where the product would.
  preview: {
    port: 4173,
    proxy,
    headers: { "Content-Security-Policy": "default-src 'self'; script-src 'self'; style-src 'self'; worker-src 'self'; img-src 'self' data:; connect-src 'self'" },
  },
  test: { environment: "jsdom", include: ["src/**/*.test.{ts,tsx}"], setupFiles: ["src/ui/test-setup.ts"] },
});

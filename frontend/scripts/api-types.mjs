// Writes src/api/schema.d.ts from the API's own description; with --check, only says whether it is still true.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";

const root = new URL("../../", import.meta.url);
const own = new URL(".venv/bin/python", root).pathname;
const python = process.env.PYTHON_BIN ?? (existsSync(own) ? own : "python3");
const printed = spawnSync(python, [new URL("scripts/print_openapi.py", root).pathname], { encoding: "utf8", maxBuffer: 2 ** 26 });
if (printed.status !== 0) {
  console.error(`the API's description could not be made with ${python}:\n${printed.stderr}\nInstall the Python part first: make up, or set PYTHON_BIN.`);
  process.exit(1);
}
// What a request may leave out is optional, also where the server has a default for it; any object may hold anything.
const OPTIONS = { defaultNonNullable: false, emptyObjectsUnknown: true };
const target = new URL("../src/api/schema.d.ts", import.meta.url);
const types = "// Made from the API's description by `npm run api`. Do not edit.\n" + astToString(await openapiTS(JSON.parse(printed.stdout), OPTIONS));
if (process.argv.includes("--check")) {
  if (!existsSync(target) || readFileSync(target, "utf8") !== types) {
    console.error("src/api/schema.d.ts is not what the API says: run `npm run api` in frontend/.");
    process.exit(1);
  }
  console.log("src/api/schema.d.ts is up to date");
} else {
  writeFileSync(target, types);
}

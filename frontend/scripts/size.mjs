// Says what the built pages weigh, gzipped, against their goals. Exit code 1 when one is missed.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const ui = new URL("../../src/treadle/api/ui/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL("manifest.json", ui), "utf8"));
const weight = (file) => gzipSync(readFileSync(new URL(file, ui)), { level: 9 }).length;

function closure(key, seen = new Set()) {
  const chunk = manifest[key];
  if (!chunk || seen.has(chunk.file)) return seen;
  seen.add(chunk.file);
  for (const next of chunk.imports ?? []) closure(next, seen);
  return seen;
}
const sum = (files) => [...files].filter((file) => file.endsWith(".js")).reduce((total, file) => total + weight(file), 0);
const find = (part) => Object.keys(manifest).find((key) => key.includes(part));

const initial = closure("index.html");
const rows = [["initial JS", sum(initial), 200]];
const editor = find("features/editor/index");
if (editor) rows.push(["editor route adds", sum([...closure(editor)].filter((file) => !initial.has(file))), 110]);
const code = find("CodeEditor");
if (code) rows.push(["code editor adds", sum([...closure(code)].filter((file) => !initial.has(file))), 160]);
let missed = false;
for (const [what, bytes, goal] of rows) {
  const kib = bytes / 1024;
  missed ||= kib > goal;
  console.log(`${what.padEnd(20)} ${kib.toFixed(1).padStart(7)} KiB  goal ≤ ${goal}  ${kib > goal ? "MISSED" : "ok"}`);
}
for (const key of Object.keys(manifest).filter((name) => name.startsWith("src/features/"))) {
  const own = sum([...closure(key)].filter((file) => !initial.has(file)));
  console.log(`  ${key.replace("src/features/", "").padEnd(26)} +${(own / 1024).toFixed(1)} KiB`);
}
process.exit(missed ? 1 : 0);

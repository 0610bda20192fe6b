import FUNCTIONS from "./functions.json";
import { asObject, isCut, kindText, readPath, valueAt, type Path, type Scope } from "./scope";

export interface Suggestion { label: string; apply?: string; detail?: string; info?: string; kind: "name" | "key" | "function" | "word" }
export interface Suggestions { /** Where in the text that which is replaced begins. */ from: number; options: Suggestion[] }

const WORDS = ["and", "or", "not", "in", "if", "else", "for", "true", "false", "null"];
const NAMES: Record<string, string> = {
  input: "what the execution was given", nodes: "what earlier nodes gave", item: "the element of the map", index: "its number, from 0", previous: "the output of the turn before", outer: "item and index around",
  trigger: "what started it", execution: "its id, workflow, version and attempt", vars: "constants of the workflow", incoming: "what came along the edges",
  output: "what the node gave", error: "what failed", payload: "the payload of the signal",
};
const PATH = String.raw`[A-Za-z_]\w*(?:\s*\.\s*\w+|\[\s*(?:-?\d+|"[^"]*"|'[^']*')\s*\])*`;
const AFTER_DOT = new RegExp(String.raw`(${PATH})\s*\.\s*(\w*)$`);
const IN_BRACKET = new RegExp(String.raw`(${PATH})\s*\[\s*["']([^"']*)$`);
const LOOP = new RegExp(String.raw`\bfor\s+([A-Za-z_]\w*)\s+in\s+(${PATH})`, "g");

/** What may follow the text of an expression before the cursor; `after` is the rest of it, where a comprehension says its loop. */
export function suggest(before: string, after: string, scope: Scope, extra: string[] = []): Suggestions | null {
  const known = { ...asObject(scope), ...loops(before + after, scope) };
  const bracket = IN_BRACKET.exec(before);
  if (bracket) return keysAt(known, bracket[1]!, before.length - bracket[2]!.length);
  if (insideText(before)) return null;
  const dotted = AFTER_DOT.exec(before);
  if (dotted) return keysAt(known, dotted[1]!, before.length - dotted[2]!.length, true);
  const word = /[A-Za-z_]\w*$/.exec(before)?.[0] ?? "";
  if (/[\w.]$/.test(before.slice(0, before.length - word.length))) return null;
  const names = [...new Set([...Object.keys(known), ...extra])];
  return {
    from: before.length - word.length,
    options: [
      ...names.map((name): Suggestion => ({ label: name, detail: name in known && name !== "nodes" ? kindText(known[name]) : undefined, info: NAMES[name], kind: "name" })),
      ...FUNCTIONS.map((each): Suggestion => ({ label: each.name, apply: `${each.name}(`, detail: each.signature.slice(each.name.length), info: `${each.summary}\n\n${each.example}  →  ${JSON.stringify(each.result)}`, kind: "function" })),
      ...WORDS.map((label): Suggestion => ({ label, kind: "word" })),
    ],
  };
}

function keysAt(known: Record<string, unknown>, way: string, from: number, dotted = false): Suggestions | null {
  const path = readPath(way);
  const value = path && valueAt(known, path);
  if (!path || value === null || typeof value !== "object" || Array.isArray(value) || isCut(value)) return null;
  const options = Object.entries(value).filter(([key]) => !dotted || /^\w+$/.test(key)).slice(0, 500).map(([key, each]): Suggestion => ({ label: key, detail: shortText(each), kind: "key" }));
  return options.length ? { from, options } : null;
}

/** Variables of comprehensions, with the first element of what they go through. */
function loops(text: string, scope: Scope): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const [, name, way] of text.matchAll(LOOP)) {
    const path: Path | null = readPath(way!);
    const list = path && valueAt({ ...asObject(scope), ...found }, path);
    found[name!] = Array.isArray(list) ? list[0] : undefined;
  }
  return found;
}

function insideText(before: string): boolean {
  let quote = "";
  for (let index = 0; index < before.length; index += 1) {
    const char = before[index]!;
    if (quote) { if (char === "\\") index += 1; else if (char === quote) quote = ""; }
    else if (char === '"' || char === "'") quote = char;
  }
  return quote !== "";
}

/** A value as one short line. */
export function shortText(value: unknown, length = 40): string {
  if (value === undefined) return "";
  if (isCut(value) || (value !== null && typeof value === "object")) return kindText(value);
  const text = JSON.stringify(value);
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}

/** Ways to what is called, or says, so; breadth first, so that the shortest come first. */
export function searchPaths(value: unknown, text: string, most = 100): { path: Path; value: unknown }[] {
  const wanted = text.toLowerCase();
  const found: { path: Path; value: unknown }[] = [];
  const queue: { path: Path; value: unknown }[] = [{ path: [], value }];
  for (let looked = 0; queue.length > looked && looked < 20_000 && found.length < most; looked += 1) {
    const { path, value: here } = queue[looked]!;
    const key = path.at(-1);
    const plain = here === null || typeof here !== "object";
    if (path.length > 0 && (String(key).toLowerCase().includes(wanted) || (plain && String(here).toLowerCase().includes(wanted)))) found.push({ path, value: here });
    if (plain || path.length > 12) continue;
    if (Array.isArray(here)) here.slice(0, 50).forEach((each, index) => queue.push({ path: [...path, index], value: each }));
    else for (const [name, each] of Object.entries(here)) queue.push({ path: [...path, name], value: each });
  }
  return found;
}

/** What an expression can read: the names with their values, and what earlier nodes gave. */
export interface Scope {
  names: Record<string, unknown>;
  nodes: Record<string, { output?: unknown; error?: unknown }>;
}
export type Mode = "expression" | "template";
export type Path = (string | number)[];

export const NO_SCOPE: Scope = { names: {}, nodes: {} };

const PLAIN = /^[A-Za-z_]\w*$/;

/** `["nodes", "fetch", "output", 0, "a b"]` as it is written: `nodes.fetch.output[0]["a b"]`. */
export function pathText(path: Path): string {
  return path.map((part, index) => (typeof part === "number" ? `[${part}]` : index === 0 ? part : PLAIN.test(part) ? `.${part}` : `[${JSON.stringify(part)}]`)).join("");
}

/** The way that a text such as `nodes.fetch.output["a b"][0]` goes; null if it is more than a way. */
export function readPath(text: string): Path | null {
  const first = /^\s*([A-Za-z_]\w*)/.exec(text);
  if (!first) return null;
  const path: Path = [first[1]!];
  const step = /\s*(?:\.\s*(\w+)|\[\s*(?:(-?\d+)|("(?:[^"\\]|\\.)*")|'([^'\\]*)')\s*\])/y;
  step.lastIndex = first[0].length;
  while (step.lastIndex < text.trimEnd().length) {
    const match = step.exec(text);
    if (!match) return null;
    path.push(match[1] ?? (match[2] !== undefined ? Number(match[2]) : match[3] !== undefined ? unquoted(match[3]) : match[4]!));
  }
  return path;
}

function unquoted(text: string): string {
  try {
    return JSON.parse(text) as string;
  } catch {
    return text.slice(1, -1);
  }
}

/** What is at the end of a way; undefined if it leads nowhere. */
export function valueAt(value: unknown, path: Path): unknown {
  let found = value;
  for (const part of path) {
    if (Array.isArray(found) && typeof part === "number") found = found.at(part);
    else if (found !== null && typeof found === "object" && !Array.isArray(found) && Object.hasOwn(found, part)) found = (found as Record<string, unknown>)[part];
    else return undefined;
  }
  return found;
}

/** All names as one object. */
export const asObject = (scope: Scope): Record<string, unknown> => ({ ...scope.names, nodes: scope.nodes });

/** A value too large to be sent whole. */
export interface Cut { truncated: true; bytes: number; head: string }
export const isCut = (value: unknown): value is Cut =>
  typeof value === "object" && value !== null && (value as Cut).truncated === true && typeof (value as Cut).bytes === "number" && typeof (value as Cut).head === "string";

/** "text", "list of 3", "object with 5 keys": a value in a few words. */
export function kindText(value: unknown): string {
  if (value === undefined) return "not known yet";
  if (value === null) return "null";
  if (isCut(value)) return `large, ${sizeText(value.bytes)}`;
  if (Array.isArray(value)) return value.length === 0 ? "empty list" : `list of ${value.length}`;
  if (typeof value === "object") {
    const count = Object.keys(value).length;
    return count === 0 ? "empty object" : `object, ${count} ${count === 1 ? "key" : "keys"}`;
  }
  return typeof value === "string" ? "text" : typeof value;
}

export function sizeText(bytes: number): string {
  return bytes < 1024 ? `${bytes} bytes` : bytes < 1024 * 1024 ? `${Math.round(bytes / 1024)} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

/** Where a cursor in a template stands: the start of the expression around it, or null in plain text. */
export function expressionStart(text: string, at: number): number | null {
  let open: number | null = null;
  let quote = "";
  for (let index = 0; index < at; index += 1) {
    const char = text[index]!;
    if (open === null) {
      if (char === "{" && text[index + 1] === "{" && index + 1 < at) { open = index + 2; index += 1; }
    } else if (quote) {
      if (char === "\\") index += 1;
      else if (char === quote) quote = "";
    } else if (char === '"' || char === "'") quote = char;
    else if (char === "}" && text[index + 1] === "}") { if (index + 1 < at) { open = null; index += 1; } }
  }
  return open;
}

export const isTemplate = (value: unknown): value is string => typeof value === "string" && value.includes("{{");

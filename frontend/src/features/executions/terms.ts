/** The text of the search box as terms: `status:failed,running since:24h "free text"`. The server decides what is right; this only edits. */
export interface Term { text: string; start: number; end: number; key: string | null; values: string[] }

const TERM = /(?:[^\s"]|"(?:\\.|[^"\\])*"?)+/g;
const KEYED = /^(-?[a-z]+):(.*)$/s;

export function termsOf(q: string): Term[] {
  return [...q.matchAll(TERM)].map((match) => {
    const text = match[0];
    const keyed = KEYED.exec(text);
    return { text, start: match.index, end: match.index + text.length, key: keyed?.[1] ?? null, values: keyed ? splitValues(keyed[2]!) : [text] };
  });
}

const splitValues = (text: string): string[] => [...text.matchAll(/(?:[^,"]|"(?:\\.|[^"\\])*"?)+/g)].map((match) => unquote(match[0]));
const unquote = (text: string): string => (text.startsWith('"') ? text.replace(/^"|"$/g, "").replaceAll('\\"', '"') : text);
export const quote = (text: string): string => (/[\s",:]/.test(text) ? `"${text.replaceAll('"', '\\"')}"` : text);

/** The values that the box names for a key, such as of `status`. */
export function valuesOf(q: string, key: string): string[] {
  return termsOf(q).flatMap((term) => (term.key === key ? term.values : []));
}

/** The same search with these values of a key, and no others. */
export function withValues(q: string, key: string, values: string[]): string {
  const rest = termsOf(q).filter((term) => term.key !== key).map((term) => term.text);
  const term = values.length ? [`${key}:${values.map(quote).join(",")}`] : [];
  return [...term, ...rest].join(" ");
}

export function toggleValue(q: string, key: string, value: string): string {
  const values = valuesOf(q, key);
  return withValues(q, key, values.includes(value) ? values.filter((each) => each !== value) : [...values, value]);
}

export interface Suggestion { label: string; hint: string; /** The box, and where the caret is in it, when this is chosen. */ q: string; caret: number }
export interface Known { statuses: string[]; workflows: string[]; triggers: string[] }

const KEYS: [string, string][] = [
  ["status:", "running, waiting, failed …"], ["workflow:", "by its whole name"], ["since:", "24h, 7d or a date"], ["until:", "older than 1h or before a date"],
  ["error:", "text of the error"], ["trigger:", "manual, schedule, webhook …"], ["id:", "beginning of an id"], ["parent:", "started by this execution"],
];
const TIMES: [string, string][] = [["1h", "one hour"], ["24h", "one day"], ["7d", "one week"], ["30d", "30 days"]];

/** What could stand at the caret: keys, then values of a key. */
export function suggest(q: string, caret: number, known: Known): Suggestion[] {
  const term = termsOf(q).find((each) => each.start < caret && caret <= each.end);
  const before = term ? q.slice(term.start, caret) : "";
  const keyed = KEYED.exec(before);
  const put = (text: string, from: number, space: string) => {
    const head = q.slice(0, from) + text + space;
    return { q: head + q.slice(term ? term.end : caret).replace(/^ /, space ? "" : " "), caret: head.length };
  };
  if (!keyed) {
    if (before.startsWith('"')) return [];
    return KEYS.filter(([key]) => key.startsWith(before.toLowerCase())).map(([key, hint]) => ({ label: key, hint, ...put(key, term?.start ?? caret, "") }));
  }
  const comma = before.lastIndexOf(",");
  const from = term!.start + (comma >= 0 ? comma + 1 : keyed[1]!.length + 1);
  const typed = q.slice(from, caret).toLowerCase();
  const key = keyed[1]!.replace(/^-/, "");
  const values: [string, string][] =
    key === "status" ? [...known.statuses, "open", "finished"].map((each) => [each, each === "open" ? "running, waiting, paused" : each === "finished" ? "completed, failed, cancelled" : ""])
    : key === "workflow" ? known.workflows.map((each) => [each, ""])
    : key === "trigger" ? known.triggers.map((each) => [each, ""])
    : key === "since" || key === "until" ? TIMES.map(([value, words]) => [value, key === "since" ? `in the last ${words}` : `more than ${words} ago`])
    : [];
  return values.filter(([value]) => value.toLowerCase().includes(typed) && value.toLowerCase() !== typed).slice(0, 12)
    .map(([value, hint]) => ({ label: value, hint, ...put(quote(value), from, " ") }));
}

export interface Saved { name: string; q: string }

export const PRESETS: Saved[] = [
  { name: "Failed today", q: "status:failed since:24h" },
  { name: "Waiting for people or events", q: "status:waiting" },
  { name: "Running long", q: "status:running until:1h" },
  { name: "Started by a schedule", q: "trigger:schedule" },
];

/** Saved searches as stored; anything else that is there counts as none. */
export function readSaved(text: string | null): Saved[] {
  try {
    const found: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(found) ? found.filter((each): each is Saved => typeof each?.name === "string" && typeof each?.q === "string") : [];
  } catch {
    return [];
  }
}

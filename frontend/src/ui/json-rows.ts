/** One visible line of a JSON tree. `path` is the keys from the root, as a JSON array's text. */
export interface JsonRow {
  path: string;
  depth: number;
  key: string | number | null;
  kind: "object" | "array" | "string" | "number" | "boolean" | "null" | "more";
  /** The value as text, cut; of a container how much is in it. */
  text: string;
  /** Characters of a string, children of a container, children not shown of a "more" row. */
  size: number;
  open?: boolean;
}

/** How many children each open container shows; a path that is missing is closed. */
export type Opened = Record<string, number>;

export const PAGE = 100;
const CUT = 200;
const CUT_OPEN = 20_000;

export const ROOT = "[]";

export function pathOf(row: JsonRow): (string | number)[] {
  return JSON.parse(row.path) as (string | number)[];
}

/** The visible rows, in time that depends on what is open and not on how large the value is. */
export function jsonRows(value: unknown, opened: Opened): JsonRow[] {
  const rows: JsonRow[] = [];
  visit(value, [], null, rows, opened);
  return rows;
}

function visit(value: unknown, path: (string | number)[], key: string | number | null, rows: JsonRow[], opened: Opened): void {
  const place = JSON.stringify(path);
  const row = { path: place, depth: path.length, key };
  if (typeof value === "string") {
    const cut = opened[place] ? CUT_OPEN : CUT;
    rows.push({ ...row, kind: "string", text: value.slice(0, cut), size: value.length, open: place in opened });
  } else if (value === null || typeof value !== "object") {
    rows.push({ ...row, kind: value === null ? "null" : (typeof value as "number" | "boolean"), text: String(value), size: 0 });
  } else {
    const keys = Array.isArray(value) ? null : Object.keys(value);
    const size = keys ? keys.length : (value as unknown[]).length;
    const shown = Math.min(opened[place] ?? 0, size);
    const text = keys ? (size ? `${size} ${size === 1 ? "key" : "keys"}` : "{}") : size ? `${size} ${size === 1 ? "item" : "items"}` : "[]";
    rows.push({ ...row, kind: keys ? "object" : "array", text, size, open: place in opened });
    for (let index = 0; index < shown; index += 1) {
      const child = keys ? keys[index]! : index;
      visit((value as Record<string | number, unknown>)[child], [...path, child], child, rows, opened);
    }
    if (place in opened && shown < size) {
      rows.push({ path: place, depth: path.length + 1, key: null, kind: "more", text: `${Math.min(PAGE, size - shown)} more of ${size - shown}`, size: size - shown });
    }
  }
}

/** What is open at first: the root, and one level below while that stays small. */
export function openedAtFirst(value: unknown): Opened {
  const opened: Opened = { [ROOT]: PAGE };
  if (value === null || typeof value !== "object") return opened;
  const entries = Object.entries(value).slice(0, PAGE);
  let lines = entries.length;
  for (const [key, child] of entries) {
    if (child === null || typeof child !== "object") continue;
    lines += Object.keys(child).length;
    if (lines > 60) break;
    opened[JSON.stringify([Array.isArray(value) ? Number(key) : key])] = PAGE;
  }
  return opened;
}

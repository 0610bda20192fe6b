import type { ExecutionRow } from "@/api/executions";

export interface ListRow extends ExecutionRow { /** It was found by the search and is not any more. */ left?: boolean }

const newer = (one: ExecutionRow, other: ExecutionRow): boolean =>
  one.created_at !== other.created_at ? one.created_at > other.created_at : one.id > other.id;

/** Rows of the head that are newer than all that are shown. */
export function newRows(shown: ExecutionRow[], head: ExecutionRow[]): ExecutionRow[] {
  const first = shown[0];
  return first ? head.filter((row) => newer(row, first)) : head;
}

/** The rows that are shown, each as it is now, in its place. `fresh` are stretches of the list asked for again. */
export function inPlace(shown: ExecutionRow[], fresh: ExecutionRow[][]): ListRow[] {
  const now = new Map(fresh.flat().map((row) => [row.id, row]));
  if (now.size === 0) return shown;
  return shown.map((row) => {
    const found = now.get(row.id);
    if (found) return found;
    const gone = fresh.some((rows) => rows.length > 1 && newer(rows[0]!, row) && newer(row, rows.at(-1)!));
    return gone ? { ...row, left: true } : row;
  });
}

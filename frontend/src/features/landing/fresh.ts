/** The example that is shown first. */
export const EXAMPLE = "order_refund";
const isExample = (row: { description: string }) => /^Example: .*\[shipped \w+\]$/s.test(row.description);

/** Nothing of one's own yet: only the examples that a new database begins with. */
export function isFresh(rows: { name: string; description: string }[]): boolean {
  return rows.some((row) => row.name === EXAMPLE) && rows.every(isExample);
}

/** Latest first: by the last execution, else by the last change. */
export function byActivity<T extends { updated_at: string; last: { created_at: string } | null }>(rows: T[]): T[] {
  const at = (row: T) => row.last?.created_at ?? row.updated_at;
  return [...rows].sort((one, other) => at(other).localeCompare(at(one)));
}

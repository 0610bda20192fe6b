/** The workflow that a fresh database begins with. */
const EXAMPLE = "order_refund";

/** Nothing of one's own yet: there is the example and nothing else. */
export const isFresh = (names: string[]): boolean => names.length === 1 && names[0] === EXAMPLE;

/** Latest first: by the last execution, else by the last change. */
export function byActivity<T extends { updated_at: string; last: { created_at: string } | null }>(rows: T[]): T[] {
  const at = (row: T) => row.last?.created_at ?? row.updated_at;
  return [...rows].sort((one, other) => at(other).localeCompare(at(one)));
}

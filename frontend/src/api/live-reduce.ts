import type { Schema } from "./client";
import type { Execution, ExecutionRow, JournalItem } from "./executions";

export type NodesEvent = Schema<"LiveNodes">;
interface Pages { pages: Schema<"ExecutionPage">[]; pageParams: unknown[] }

/** The execution with the node states that changed. */
export function withNodes(execution: Execution | undefined, event: NodesEvent): Execution | undefined {
  return execution && { ...execution, nodes: { ...execution.nodes, ...event.nodes }, waiting_on: event.waiting_on };
}

/** The execution with its row as it is now; nodes, input and output stay. */
export function withStatus(execution: Execution | undefined, row: ExecutionRow): Execution | undefined {
  return execution && { ...execution, ...row };
}

/** The journal with more rows, by `seq`: a row that comes twice counts once. Same list when nothing changes. */
export function withRows(items: JournalItem[] | undefined, rows: JournalItem[]): JournalItem[] | undefined {
  if (!items) return items;
  const last = items.at(-1)?.seq ?? 0;
  if (rows.every((row, index) => row.seq > (rows[index - 1]?.seq ?? last))) return [...items, ...rows];
  const bySeq = new Map([...items, ...rows].map((row) => [row.seq, row]));
  return bySeq.size === items.length ? items : [...bySeq.values()].sort((one, other) => one.seq - other.seq);
}

/** Lists that show the execution show it as it is now, in its place. Same object when none does. */
export function withRowInPages(data: Pages | undefined, row: ExecutionRow): Pages | undefined {
  if (!data?.pages.some((page) => page.items.some((item) => item.id === row.id))) return data;
  return { ...data, pages: data.pages.map((page) => ({ ...page, items: page.items.map((item) => (item.id === row.id ? { ...item, ...row } : item)) })) };
}

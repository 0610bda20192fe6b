import type { Execution, ExecutionRow, JournalItem } from "./executions";

export interface NodesEvent { execution_id: string; seq: number; nodes: Execution["nodes"]; waiting_on: Execution["waiting_on"] }
interface Pages { pages: { items: ExecutionRow[]; next_cursor: string | null }[]; pageParams: unknown[] }

/** The execution with the node states that changed. */
export function withNodes(execution: Execution | undefined, event: NodesEvent): Execution | undefined {
  return execution && { ...execution, nodes: { ...execution.nodes, ...event.nodes }, waiting_on: event.waiting_on };
}

/** The execution with its row as it is now; nodes, input and output stay. */
export function withStatus(execution: Execution | undefined, row: ExecutionRow): Execution | undefined {
  return execution && { ...execution, ...row };
}

/** The journal with a row more, by `seq`: a row that comes twice counts once. Same list when nothing changes. */
export function withRow(items: JournalItem[] | undefined, row: JournalItem): JournalItem[] | undefined {
  if (!items) return items;
  const last = items.at(-1)?.seq ?? 0;
  if (row.seq > last) return [...items, row];
  if (items.some((item) => item.seq === row.seq)) return items;
  return [...items, row].sort((one, other) => one.seq - other.seq);
}

/** Lists that show the execution show it as it is now, in its place. Same object when none does. */
export function withRowInPages(data: Pages | undefined, row: ExecutionRow): Pages | undefined {
  if (!data?.pages.some((page) => page.items.some((item) => item.id === row.id))) return data;
  return { ...data, pages: data.pages.map((page) => ({ ...page, items: page.items.map((item) => (item.id === row.id ? { ...item, ...row } : item)) })) };
}

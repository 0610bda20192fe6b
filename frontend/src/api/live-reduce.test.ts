import { expect, it } from "vitest";
import type { Execution, ExecutionRow, JournalItem } from "./executions";
import { withNodes, withRowInPages, withRows, withStatus } from "./live-reduce";

const node = (status: string) => ({ status, visits: 1, attempts: 1, started_at: null, finished_at: null, error: null, runs: null, progress: null });
const row = (id: string, status = "running") => ({ id, status }) as ExecutionRow;
const journal = (seq: number) => ({ seq }) as JournalItem;

it("changes only the nodes that the event names", () => {
  const before = { id: "e", nodes: { a: node("completed"), b: node("running") }, waiting_on: [] } as unknown as Execution;

  const after = withNodes(before, { execution_id: "e", seq: 4, nodes: { b: node("failed") }, waiting_on: [] })!;

  expect(after.nodes.a).toBe(before.nodes.a);
  expect(after.nodes.b!.status).toBe("failed");
  expect(before.nodes.b!.status).toBe("running");
});

it("keeps nodes and output when the row changes", () => {
  const before = { ...row("e"), nodes: { a: node("running") }, output: 7 } as unknown as Execution;

  expect(withStatus(before, row("e", "completed"))).toMatchObject({ status: "completed", output: 7, nodes: before.nodes });
});

it("writes nothing where nothing was loaded", () => {
  expect(withStatus(undefined, row("e"))).toBeUndefined();
  expect(withRows(undefined, [journal(1)])).toBeUndefined();
});

it("adds rows in order of seq, each once", () => {
  const once = withRows([journal(1), journal(3)], [journal(2), journal(4)])!;

  expect(once.map((item) => item.seq)).toEqual([1, 2, 3, 4]);
  expect(withRows(once, [journal(5), journal(6)])!.map((item) => item.seq)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(withRows(once, [journal(2), journal(4)])).toBe(once);
});

it("changes a row in its place, and leaves lists without it alone", () => {
  const pages = { pages: [{ items: [row("b"), row("a")], next_cursor: null, searched_until: null }], pageParams: [null] };

  expect(withRowInPages(pages, row("a", "failed"))!.pages[0]!.items.map((item) => item.status)).toEqual(["running", "failed"]);
  expect(withRowInPages(pages, row("z"))).toBe(pages);
});

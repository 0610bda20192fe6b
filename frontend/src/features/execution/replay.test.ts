import { expect, it } from "vitest";
import type { JournalItem } from "@/api/executions";
import { barsOf, withQueue } from "./bars";
import { momentsOf, pace, playedTo, statesAt } from "./replay";
import { graphAt, placeOf } from "./scopes";
import { ticksOf, timelineRows } from "./timeline";

let seq = 0;
const iso = (at: number | null) => (at === null ? null : new Date(at).toISOString());
const row = (kind: string, node: string, from: number | null, to: number | null, more: Partial<JournalItem> = {}): JournalItem => ({
  seq: ++seq, kind, node_id: node, scope: "", visit: 1, attempt: 1, status: { done: "completed", failed: "failed", retrying: "retrying", waiting: "waiting", begin: "running", control: "rewind" }[kind] ?? kind,
  port: null, taken: null, output: null, error: null, detail: null, worker_id: "w", started_at: iso(from), finished_at: iso(to), ...more,
});
const kinds = (journal: JournalItem[]) => barsOf(journal).map((bar) => bar.segments.map((segment) => [segment.kind, segment.from, segment.to]));

it("a retry is a run, a pause, and a run", () => {
  const journal = [row("retrying", "pay", 100, 110), row("done", "pay", 200, 220, { attempt: 2 })];

  expect(kinds(journal)).toEqual([[["run", 100, 110], ["retry", 110, 200], ["run", 200, 220]]]);
});

it("what was parked and began with its end waited all the time", () => {
  const journal = [row("waiting", "child", 100, null), row("failed", "child", 100, 400)];

  expect(kinds(journal)).toEqual([[["wait", 100, 400]]]);
});

it("shows each node as it stood at the moment", () => {
  const bars = barsOf([row("done", "fetch", 10, 20), row("retrying", "pay", 30, 40), row("done", "pay", 60, 70, { attempt: 2 })]);
  const at = (time: number) => Object.fromEntries(Object.entries(statesAt(bars, "", time)).map(([node, state]) => [node, state.status]));

  expect(at(5)).toEqual({});
  expect(at(15)).toEqual({ fetch: "running" });
  expect(at(35)).toEqual({ fetch: "completed", pay: "running" });
  expect(at(50)).toEqual({ fetch: "completed", pay: "retrying" });
  expect(at(70)).toEqual({ fetch: "completed", pay: "completed" });
});

it("counts the items of a map that had ended", () => {
  const bars = barsOf([
    row("begin", "each", 10, null, { detail: { plan: { items: [1, 2, 3] } } }),
    row("item", "each", 10, 20, { detail: { index: 0, status: "completed" } }),
    row("item", "each", 10, 30, { detail: { index: 1, status: "failed" } }),
  ]);

  expect(statesAt(bars, "", 25).each!.runs).toEqual({ total: 3, completed: 1, failed: 0, running: 1 });
  expect(statesAt(bars, "", 30).each!.runs).toEqual({ total: 3, completed: 1, failed: 1, running: 1 });
});

it("what a retry took back is gone from then on", () => {
  const first = row("done", "fetch", 10, 20);
  const back = row("control", "", 50, 51, { detail: { verb: "rewind", rewind: { from: "fetch", drop: [[first.seq, first.seq]] } } });
  const bars = barsOf([first, back, row("done", "fetch", 60, 70, { attempt: 2 })]);

  expect(Object.keys(statesAt(bars, "", 40))).toEqual(["fetch"]);
  expect(statesAt(bars, "", 55)).toEqual({});
  expect(statesAt(bars, "", 70).fetch!.attempts).toBe(2);
});

it("stands in the queue from the end of what leads to it", () => {
  const bars = withQueue(barsOf([row("done", "a", 10, 20), row("done", "b", 35, 40)]), (_, node) => (node === "b" ? ["a"] : []), 4);

  expect(bars.map((bar) => bar.segments[0])).toMatchObject([{ kind: "queue", from: 4, to: 10 }, { kind: "queue", from: 20, to: 35 }]);
});

it("composites are folded until they are opened", () => {
  const bars = barsOf([row("begin", "each", 10, null), row("done", "a", 11, 12, { scope: "each[10]" }), row("done", "a", 12, 13, { scope: "each[2]" })]);
  const labels = (open: string[]) => timelineRows(bars, new Set(open), (_, node) => node).map((each) => each.label);

  expect(labels([])).toEqual(["each"]);
  expect(labels([bars[0]!.key])).toEqual(["each", "each[2]", "each[10]"]);
  expect(labels([bars[0]!.key, "each[2]"])).toEqual(["each", "each[2]", "a", "each[10]"]);
});

it("plays long gaps quickly and short ones slowly enough to see", () => {
  const moments = [0, 10, 20, 86_400_000];

  expect(pace(moments)).toEqual([250, 250, 1200]);
  expect(playedTo(moments, 0, 125)).toBe(5);
  expect(playedTo(moments, 5, 125)).toBe(10);
  expect(playedTo(moments, 0, 9_000)).toBeNull();
});

it("knows when something changed", () => {
  expect(momentsOf(barsOf([row("done", "a", 10, 20), row("done", "b", 20, 30)]), "", 0, 40)).toEqual([0, 10, 20, 30, 40]);
});

it("finds the graph of an item", () => {
  const inner = { nodes: [{ id: "x", type: "log" }], edges: [] };
  const graph = { nodes: [{ id: "each", type: "for_each", config: { graph: inner } }], edges: [] };

  expect(graphAt(graph, "each[3]")).toEqual(inner);
  expect(graphAt(graph, "nope[3]")).toBeNull();
  expect(placeOf("each[3]", "x", 2)).toBe("each[3]/x#2");
});

it("has round marks", () => {
  expect(ticksOf(0, 10_000, 0).map((tick) => tick.label)).toEqual(["0", "2 s", "4 s", "6 s", "8 s", "10 s"]);
});

import { expect, it } from "vitest";
import type { JournalItem } from "@/api/executions";
import type { GraphConfig } from "./model";
import { portsOf } from "./ports";
import { takenOf } from "./taken";

it("a switch has its cases and the default", () => {
  expect(portsOf({ id: "s", type: "switch", config: { cases: [{ port: "big" }, { port: "small" }, {}] } }, undefined, [])).toEqual(["big", "small", "default"]);
});

it("an approval has its outcomes, and always expires", () => {
  expect(portsOf({ id: "s", type: "approval" }, undefined, [])).toEqual(["approved", "rejected", "expired"]);
  expect(portsOf({ id: "s", type: "approval", config: { outcomes: [{ port: "later" }] } }, undefined, [])).toEqual(["later", "expired"]);
});

it("an exit that is used but unknown is still drawn, and error apart", () => {
  expect(portsOf({ id: "s", type: "log" }, { icon: "", ports: ["out"] }, [{ source: "s", target: "t", port: "odd" }, { source: "s", target: "t", port: "error" }])).toEqual(["out", "odd"]);
});

it("the journal says which edges were taken", () => {
  const graph: GraphConfig = { nodes: [], edges: [{ source: "a", target: "b" }, { source: "a", target: "c", when: "x" }, { source: "b", port: "true", target: "c" }] };
  const row = (node_id: string, port: string, taken: Record<string, number> | null, scope = "") => ({ node_id, port, taken, scope }) as unknown as JournalItem;

  expect(takenOf(graph, [row("a", "out", null), row("b", "true", { "b.true->c": 1 }), row("b", "true", null, "each[1]")])).toEqual({ "a->b": 1, "b.true->c": 1 });
});

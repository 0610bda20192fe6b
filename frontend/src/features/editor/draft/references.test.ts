import { expect, it } from "vitest";
import type { GraphConfig, GraphNode } from "@/graph/model";
import { withNames, withNamesIn } from "./references";

const names = new Map([["old", "new"]]);
const node = (config: Record<string, unknown>, type = "set"): GraphNode => ({ id: "x", type, config });

it.each([
  ["{{ nodes.old.output }}", "{{ nodes.new.output }}"],
  ["{{ nodes [ 'old' ].output }}", "{{ nodes [ 'new' ].output }}"],
  ['{{ get(nodes, ["old", "output"], 0) }}', '{{ get(nodes, ["new", "output"], 0) }}'],
  ["{{ nodes.older.output }}", "{{ nodes.older.output }}"],
  ["{{ input.nodes.old }}", "{{ input.nodes.old }}"],
  ["read nodes.old yourself", "read nodes.old yourself"],
  ["nodes.old {{ nodes.old }}", "nodes.old {{ nodes.new }}"],
])("in a text %s becomes %s", (before, after) => {
  expect(withNamesIn(node({ value: before }), names).config!.value).toBe(after);
});

it("a condition is an expression without braces", () => {
  expect(withNamesIn(node({ condition: "nodes.old.output > 1" }, "if"), names).config!.condition).toBe("nodes.new.output > 1");
});

it("two names can be swapped", () => {
  expect(withNamesIn(node({ value: "{{ nodes.a.output + nodes.b.output }}" }), new Map([["a", "b"], ["b", "a"]])).config!.value).toBe("{{ nodes.b.output + nodes.a.output }}");
});

it("inner graphs see the nodes around them, unless they have one of that name", () => {
  const inner = (id: string): GraphConfig => ({ nodes: [{ id, type: "set", config: { value: "{{ nodes.old.output }}" } }], edges: [] });
  const read = (graph: GraphConfig) => (graph.nodes[0]!.config!.graph as GraphConfig).nodes[0]!.config!.value;
  const around = (graph: GraphConfig): GraphConfig => ({ nodes: [{ id: "each", type: "for_each", config: { graph } }], edges: [] });

  expect(read(withNames(around(inner("x")), names))).toBe("{{ nodes.new.output }}");
  expect(read(withNames(around(inner("old")), names))).toBe("{{ nodes.old.output }}");
});

it("a node that names nothing stays the same object", () => {
  const same = node({ value: "nothing" });

  expect(withNamesIn(same, names)).toBe(same);
});

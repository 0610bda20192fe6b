import { expect, it } from "vitest";
import { merged } from "@/graph/compare";
import type { GraphConfig } from "@/graph/model";
import type { NodeType } from "@/api/system";
import { graphIn } from "./clipboard";
import { locate, problemsAt } from "./findings";
import { begin, push, redo, undo } from "./history";
import { readField, simpleFields } from "./input-form";
import { graphAt, withGraphAt } from "./levels";
import { grouped, matching } from "./palette";

const inner: GraphConfig = { nodes: [{ id: "q", type: "log" }], edges: [] };
const root: GraphConfig = { nodes: [{ id: "a", type: "set" }, { id: "each", type: "for_each", config: { graph: inner } }], edges: [{ source: "a", target: "each" }] };
const finding = (path: string, severity = "error") => ({ code: "x", severity, message: `wrong at ${path}`, path, hint: null });

it("typing in one field is one step to undo", () => {
  let history = begin("");
  for (const [index, text] of ["h", "he", "hey"].entries()) history = push(history, text, { tag: "name", at: 1000 + index * 100 });
  history = push(history, "other", { at: 1400 });

  expect(undo(history).now).toBe("hey");
  expect(undo(undo(history)).now).toBe("");
  expect(redo(undo(history)).now).toBe("other");
});

it("a pause while typing begins a new step", () => {
  const history = push(push(begin("a"), "ab", { tag: "t", at: 0 }), "abc", { tag: "t", at: 5000 });

  expect(undo(history).now).toBe("ab");
});

it("changes an inner graph and nothing beside it", () => {
  const next = withGraphAt(root, ["each"], { nodes: [], edges: [] });

  expect(graphAt(next, ["each"])!.nodes).toEqual([]);
  expect(next.nodes[0]).toBe(root.nodes[0]);
  expect(graphAt(root, ["nobody"])).toBeNull();
});

it("finds the place of a finding, in inner graphs too", () => {
  expect(locate(root, finding("nodes[1].config.graph.nodes[0].config.message"))).toMatchObject({ path: ["each"], node: "q", field: "config.message" });
  expect(locate(root, finding("edges[0].when"))).toMatchObject({ path: [], edge: "a->each", field: "when" });
  expect(locate(root, finding("settings.timeout"))).toMatchObject({ path: [], field: "settings.timeout" });
});

it("a problem inside of a node shows on the node around it", () => {
  const all = [locate(root, finding("nodes[1].config.graph.nodes[0].config.message")), locate(root, finding("nodes[0].config", "warning"))];

  expect(problemsAt(all, [])).toMatchObject({ each: { errors: 1 }, a: { errors: 0, warnings: 1 } });
  expect(Object.keys(problemsAt(all, ["each"]))).toEqual(["q"]);
});

it("takes a graph from the clipboard, and nothing else", () => {
  expect(graphIn(JSON.stringify({ name: "w", graph_config: root }))!.nodes).toHaveLength(2);
  expect(graphIn("hello")).toBeNull();
  expect(graphIn('{"nodes": [{"id": 1}]}')).toBeNull();
  expect(graphIn('{"nodes": [{"id": "a", "type": "log"}], "edges": [{"source": "a", "target": "gone"}]}')!.edges).toEqual([]);
});

it("shows two versions as one graph", () => {
  const { graph, changes } = merged(root, { nodes: [{ ...root.nodes[0]!, position: { x: 9, y: 9 } }, { id: "new", type: "log" }], edges: [] });

  expect(graph.nodes.map((node) => node.id)).toEqual(["a", "new", "each"]);
  expect(changes).toEqual({ new: "added", each: "removed", "a->each": "removed" });
});

it("a plain schema becomes fields, and what is typed their values", () => {
  const [count, tags] = simpleFields({ properties: { count: { type: "integer", default: 1 }, tags: { type: "array" } }, required: ["count"] })!;

  expect(count).toMatchObject({ kind: "integer", required: true, fallback: "1" });
  expect(readField(count!, "7")).toEqual({ value: 7 });
  expect(readField(count!, "7.5").error).toBeDefined();
  expect(readField(count!, "").error).toBeDefined();
  expect(readField(tags!, '["a"]')).toEqual({ value: ["a"] });
  expect(simpleFields({ type: "array" })).toBeNull();
});

it("the palette puts what is called so first", () => {
  const types = [{ type: "gate", summary: "waits for another node", category: "flow" }, { type: "wait", summary: "", category: "wait" }] as NodeType[];

  expect(matching(types, "wait").map((type) => type.type)).toEqual(["wait", "gate"]);
  expect(grouped(types).map((group) => group.label)).toEqual(["Flow", "Waiting"]);
});

import { expect, it } from "vitest";
import type { NodeType } from "@/api/system";
import type { GraphConfig } from "@/graph/model";
import { addNode, align, connect, freeId, insert, part, remove, setEdge, setNode } from "./edit";

const graph: GraphConfig = {
  nodes: [
    { id: "a", type: "set", config: { value: 1 }, position: { x: 0, y: 0 } },
    { id: "b", type: "log", config: { message: "got {{ nodes.a.output }}" }, position: { x: 300, y: 0 } },
    { id: "c", type: "if", config: { condition: "nodes.b.output == nodes.a.output" }, cancels: ["a"], position: { x: 600, y: 0 } },
  ],
  edges: [{ source: "a", target: "b" }, { source: "b", target: "c", when: "nodes['a'].output > 1" }],
};
const log = { type: "log", ports: ["out"], dynamic_ports: false, config_schema: { required: ["message"], properties: { message: { type: "string" } } } } as unknown as NodeType;

it("a new node is called after its type, with a number when that is taken", () => {
  expect(freeId("http.request", [])).toBe("request");
  expect(freeId("log", ["log", "log_2"])).toBe("log_3");
  expect(freeId("log_2", ["log_2"])).toBe("log_3");
});

it("a node added after a port is connected to it and stands beside it", () => {
  const { graph: next, id } = addNode(graph, log, { after: { source: "c", port: "true" } });

  expect(next.edges.at(-1)).toEqual({ source: "c", target: id, port: "true" });
  expect(next.nodes.at(-1)!.position!.x).toBeGreaterThan(600);
});

it("a node put on an edge splits it, and the condition stays on the first half", () => {
  const { graph: next, id } = addNode(graph, log, { edge: "b->c" });

  expect(next.edges.slice(1)).toEqual([{ source: "b", target: id, when: "nodes['a'].output > 1" }, { source: id, target: "c" }]);
});

it("new nodes do not cover what is there", () => {
  const once = addNode(graph, log, { after: { source: "a", port: "out" } }).graph;
  const twice = addNode(once, log, { after: { source: "a", port: "out" } }).graph;

  const places = twice.nodes.map(({ position }) => `${position!.x},${position!.y}`);
  expect(new Set(places).size).toBe(places.length);
});

it("what stood around a removed node is connected, and nothing names it any more", () => {
  const next = remove(graph, { nodes: ["b"] });

  expect(next.edges).toEqual([{ source: "a", target: "c" }]);
  expect(remove(graph, { nodes: ["a"] }).nodes.at(-1)!.cancels).toEqual([]);
});

it("the same edge is drawn once", () => {
  expect(connect(graph, { source: "a", target: "b", port: "out" })).toBe(graph);
});

it("what is at its default is not written on an edge", () => {
  expect(setEdge(graph, "a->b", { port: "out", when: "", default: false, tokens: 1 }).edges[0]).toEqual({ source: "a", target: "b" });
});

it("everything follows a node that gets another id", () => {
  const next = setNode(graph, "a", { ...graph.nodes[0]!, id: "first" });

  expect(next.nodes[1]!.config).toEqual({ message: "got {{ nodes.first.output }}" });
  expect(next.nodes[2]).toMatchObject({ config: { condition: "nodes.b.output == nodes.first.output" }, cancels: ["first"] });
  expect(next.edges).toEqual([{ source: "first", target: "b" }, { source: "b", target: "c", when: "nodes['first'].output > 1" }]);
});

it("an id that is taken is refused", () => {
  expect(setNode(graph, "a", { ...graph.nodes[0]!, id: "b" }).nodes.map((node) => node.id)).toEqual(["a", "b", "c"]);
});

it("pasted nodes get free ids, and read each other by them", () => {
  const { graph: next, ids } = insert(graph, part(graph, ["a", "b"]), { x: 40, y: 40 });

  expect(ids).toEqual(["a_2", "b_2"]);
  expect(next.nodes.at(-1)!.config).toEqual({ message: "got {{ nodes.a_2.output }}" });
  expect(next.edges.at(-1)).toEqual({ source: "a_2", target: "b_2" });
});

it("lines nodes up in a row", () => {
  const places = align(graph, ["a", "c"], "row");

  expect([places.a!.y, places.c!.y]).toEqual([0, 0]);
  expect(places.c!.x - places.a!.x).toBe(300);
});

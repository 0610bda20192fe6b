import { expect, it } from "vitest";
import type { Execution, NodeState } from "@/api/executions";
import { edgeIds, statesOf, type GraphConfig } from "./model";
import { needsLayout, toFlow, waitingByNode } from "./to-flow";

const graph: GraphConfig = {
  nodes: [{ id: "a", type: "log", position: { x: 1, y: 2 } }, { id: "b", type: "if", position: { x: 3, y: 4 } }, { id: "c", type: "log", position: { x: 5, y: 6 } }],
  edges: [{ source: "a", target: "b" }, { source: "b", port: "true", target: "c" }],
};
const state = (status: string): NodeState => ({ status, visits: 1, attempts: 1, started_at: null, finished_at: null, error: null, runs: null, progress: null });

it("draws each node where it was put", () => {
  expect(toFlow(graph).nodes.map((node) => node.position)).toEqual([{ x: 1, y: 2 }, { x: 3, y: 4 }, { x: 5, y: 6 }]);
});

it("an edge leaves from its port and says its condition", () => {
  const [plain, port] = toFlow({ ...graph, edges: [{ source: "a", target: "b", when: "input.x > 1" }, { source: "b", port: "true", target: "c" }] }).edges;

  expect([plain!.sourceHandle, plain!.data?.label]).toEqual(["out", "input.x > 1"]);
  expect([port!.sourceHandle, port!.data?.label]).toEqual(["true", undefined]);
});

it("names edges as the server does", () => {
  const doubled = { ...graph, edges: [{ source: "a", target: "b" }, { source: "a", target: "b" }, { source: "a", target: "b", port: "error" }, { id: "mine", source: "b", target: "c" }] };

  expect(edgeIds(doubled)).toEqual(["a->b", "a->b#2", "a.error->b", "mine"]);
});

it("a node has a row for each of its ports", () => {
  const looks = { if: { icon: "split", ports: ["true", "false"] } };

  expect(toFlow(graph, { looks }).nodes.map((node) => node.height)).toEqual([72, 118, 72]);
});

it("marks the edges that the execution took", () => {
  const { edges } = toFlow(graph, { states: { nodes: { a: state("completed"), b: state("running") }, waitingOn: [] } });

  expect(edges.map((edge) => edge.className)).toEqual(["edge-taken", undefined]);
});

it("believes the journal more than a guess", () => {
  const { edges } = toFlow(graph, { states: { nodes: { a: state("completed"), b: state("completed"), c: state("completed") }, waitingOn: [], taken: { "b.true->c": 1 } } });

  expect(edges.map((edge) => edge.className)).toEqual([undefined, "edge-taken"]);
});

it("keeps the objects of nodes that did not change", () => {
  const before = toFlow(graph, { states: { nodes: { a: state("running") }, waitingOn: [] } }).nodes;

  const after = toFlow(graph, { states: { nodes: { a: state("completed") }, waitingOn: [] }, before }).nodes;

  expect(after[0]).not.toBe(before[0]);
  expect(after[1]).toBe(before[1]);
});

it("keeps the object of a node of which only the stored place is new, and gives it up when it was moved", () => {
  const before = toFlow(graph).nodes;
  const stored = { ...graph, nodes: graph.nodes.map((node, index) => ({ ...node, position: { x: node.position!.x + (index === 2 ? 10 : 0), y: node.position!.y } })) };

  const after = toFlow(stored, { before }).nodes;

  expect(after.slice(0, 2)).toEqual(before.slice(0, 2));
  expect(after[0]).toBe(before[0]);
  expect(after[2]!.position).toEqual({ x: 15, y: 6 });
});

it("shows why a node waits", () => {
  const { nodes } = toFlow(graph, { states: { nodes: { b: state("waiting") }, waitingOn: [{ kind: "approval", node_id: "b" }] } });

  expect(nodes[1]!.data.waiting?.kind).toBe("approval");
});

it("of several reasons to wait shows the one that is not the time", () => {
  const approval = { kind: "approval", node_id: "b" } as const;
  const time = { kind: "time", node_id: "b" } as const;

  expect(waitingByNode([approval, time]).get("b")).toBe(approval);
  expect(waitingByNode([time, approval]).get("b")).toBe(approval);
});

it("a node that was not reached is skipped only when the execution is over", () => {
  const execution = { status: "waiting", nodes: { a: state("completed"), b: { ...state("skipped"), visits: 0 } }, waiting_on: [] } as unknown as Execution;

  expect(Object.keys(statesOf(execution).nodes)).toEqual(["a"]);
  expect(Object.keys(statesOf({ ...execution, status: "completed" }).nodes)).toEqual(["a", "b"]);
});

it("asks for a layout when a node has no place", () => {
  expect(needsLayout(graph)).toBe(false);
  expect(needsLayout({ ...graph, nodes: [...graph.nodes, { id: "d", type: "log" }] })).toBe(true);
});

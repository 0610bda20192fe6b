import { MarkerType, type Edge, type Node } from "@xyflow/react";
import type { NodeState, WaitingOn } from "@/api/executions";
import { edgeId, NODE, type GraphConfig, type GraphEdge, type GraphNode, type States } from "./model";

export interface CardData extends Record<string, unknown> { node: GraphNode; state: NodeState | undefined; waiting: WaitingOn | undefined; icon: string | undefined }
export type CardNode = Node<CardData, "card">;
export type Positions = Record<string, { x: number; y: number }>;

/** The graph as the canvas draws it. Nodes whose states did not change keep their object from `before`, so that they are not drawn again. */
export function toFlow(
  graph: GraphConfig,
  { states, positions = {}, icons = {}, before, selected = null }: { states?: States; positions?: Positions; icons?: Record<string, string>; before?: CardNode[]; selected?: string | null } = {},
): { nodes: CardNode[]; edges: Edge[] } {
  const old = new Map(before?.map((node) => [node.id, node]));
  const waiting = waitingByNode(states?.waitingOn ?? []);
  const nodes = graph.nodes.map((node): CardNode => {
    const data: CardData = { node, state: states?.nodes[node.id], waiting: waiting.get(node.id), icon: icons[node.type] };
    const position = positions[node.id] ?? node.position ?? { x: 0, y: 0 };
    const known = old.get(node.id);
    if (known && same(known.data, data) && known.position.x === position.x && known.position.y === position.y && known.selected === (node.id === selected)) return known;
    return { id: node.id, type: "card", position, data, width: NODE.width, height: NODE.height, selected: node.id === selected, ariaLabel: node.name ?? node.id };
  });
  const edges = graph.edges.map((edge, index): Edge => {
    const id = edgeId(edge, index);
    const taken = states ? isTaken(states, edge.source, edge.target, id) : false;
    return {
      id,
      source: edge.source,
      target: edge.target,
      sourceHandle: null,
      label: labelOf(graph, edge),
      className: taken ? "edge-taken" : undefined,
      zIndex: taken ? 1 : 0,
      markerEnd: { type: MarkerType.ArrowClosed, width: 14, height: 14, color: taken ? "var(--accent)" : "var(--line-strong)" },
    };
  });
  return { nodes, edges };
}

/** Of a node that waits for several things the telling one: an approval with a due time waits for a person, not for the time. */
export function waitingByNode(all: WaitingOn[]): Map<string, WaitingOn> {
  const found = new Map<string, WaitingOn>();
  for (const each of all) {
    if (each.node_id && (!found.has(each.node_id) || found.get(each.node_id)!.kind === "time")) found.set(each.node_id, each);
  }
  return found;
}

/** Positions are stored with the version; a graph without them must be laid out. */
export function needsLayout(graph: GraphConfig): boolean {
  return graph.nodes.some((node) => !node.position);
}

/** The ports that say something. Edges between the same two nodes lie on each other, so the first of them names them all. */
function labelOf(graph: GraphConfig, edge: GraphEdge): string | undefined {
  const alike = (outgoing(graph).get(edge.source) ?? []).filter((each) => each.target === edge.target);
  const ports = alike.map((each) => each.port ?? "out").filter((port) => port !== "out");
  return alike[0] === edge && ports.length > 0 ? ports.join(", ") : undefined;
}

const bySource = new WeakMap<GraphConfig, Map<string, GraphEdge[]>>();

function outgoing(graph: GraphConfig): Map<string, GraphEdge[]> {
  let found = bySource.get(graph);
  if (!found) {
    found = new Map<string, GraphEdge[]>();
    for (const edge of graph.edges) found.set(edge.source, [...(found.get(edge.source) ?? []), edge]);
    bySource.set(graph, found);
  }
  return found;
}

const REACHED = new Set(["running", "waiting", "retrying", "completed", "failed"]);

function isTaken(states: States, source: string, target: string, id: string): boolean {
  if (states.taken) return (states.taken[id] ?? 0) > 0;
  return states.nodes[source]?.status === "completed" && REACHED.has(states.nodes[target]?.status ?? "");
}

function same(one: CardData, other: CardData): boolean {
  return one.node === other.node && one.icon === other.icon && JSON.stringify([one.state, one.waiting]) === JSON.stringify([other.state, other.waiting]);
}

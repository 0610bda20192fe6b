import { MarkerType, type Edge, type Node } from "@xyflow/react";
import type { NodeState, WaitingOn } from "@/api/executions";
import { statusLook } from "@/ui/status";
import { edgeIds, NODE, type GraphConfig, type GraphEdge, type GraphNode, type States } from "./model";
import { handlesOf, heightOf, innerGraph, outgoing, portsOf, type Looks } from "./ports";

export interface Problems { errors: number; warnings: number; /** The first, in words. */ text: string }
/** How a node or edge differs from another version. */
export type Change = "added" | "removed" | "changed";

export interface CardData extends Record<string, unknown> {
  node: GraphNode; state: NodeState | undefined; waiting: WaitingOn | undefined; icon: string | undefined;
  /** Its exits but `error`; whether an edge leaves through `error`; which exits have an edge. */
  ports: string[]; used: string; problems: Problems | undefined; change: Change | undefined; /** Nodes in its inner graph. */ inner: number | null;
}
export type CardNode = Node<CardData, "card">;
export interface EdgeData extends Record<string, unknown> { label?: string; problems?: Problems; change?: Change }
export type CardEdge = Edge<EdgeData, "card">;
export type Positions = Record<string, { x: number; y: number }>;

export interface FlowOptions {
  states?: States; positions?: Positions; looks?: Looks; before?: CardNode[]; beforeEdges?: CardEdge[]; selected?: string | null;
  /** Instead of one that is selected: the ids of nodes and edges that are. */
  selection?: ReadonlySet<string>;
  /** By node id and by edge id. */
  problems?: Record<string, Problems>; changes?: Record<string, Change>;
}

/** The graph as the canvas draws it. Nodes whose states did not change keep their object from `before`, so that they are not drawn again. */
export function toFlow(graph: GraphConfig, { states, positions = {}, looks = {}, before, beforeEdges, selected = null, selection, problems = {}, changes = {} }: FlowOptions = {}): { nodes: CardNode[]; edges: CardEdge[] } {
  const old = new Map(before?.map((node) => [node.id, node]));
  const waiting = waitingByNode(states?.waitingOn ?? []);
  const leaving = outgoing(graph);
  const ports = new Map(graph.nodes.map((node) => [node.id, portsOf(node, looks[node.type], leaving.get(node.id) ?? [])]));
  const nodes = graph.nodes.map((node): CardNode => {
    const exits = ports.get(node.id)!;
    const data: CardData = {
      node, state: states?.nodes[node.id], waiting: waiting.get(node.id), icon: looks[node.type]?.icon, ports: exits,
      used: (leaving.get(node.id) ?? []).map((edge) => edge.port ?? "out").join(" "), problems: problems[node.id], change: changes[node.id], inner: innerGraph(node)?.nodes.length ?? null,
    };
    const position = positions[node.id] ?? node.position ?? { x: 0, y: 0 };
    const known = old.get(node.id);
    const chosen = selection ? selection.has(node.id) : node.id === selected;
    if (known && same(known.data, data) && known.position.x === position.x && known.position.y === position.y && known.selected === chosen) return known;
    return {
      id: node.id, type: "card", position, data, width: NODE.width, height: heightOf(exits), measured: { width: NODE.width, height: heightOf(exits) }, handles: handlesOf(exits), selected: chosen, ariaLabel: ariaOf(data),
      zIndex: data.waiting?.kind === "approval" ? 5 : undefined,
    };
  });
  const ids = edgeIds(graph);
  const oldEdges = new Map(beforeEdges?.map((edge) => [edge.id, edge]));
  const edges = graph.edges.map((edge, index): CardEdge => {
    const id = ids[index]!;
    const taken = states ? isTaken(states, edge.source, edge.target, id) : false;
    const change = changes[id];
    const tone = change ? `var(--${CHANGE_TONE[change]})` : problems[id]?.errors ? "var(--fail)" : taken ? "var(--accent)" : "var(--line-strong)";
    const next: CardEdge = {
      id,
      type: "card",
      source: edge.source,
      target: edge.target,
      sourceHandle: edge.port ?? "out",
      targetHandle: "in",
      data: { label: labelOf(edge), problems: problems[id], change },
      className: [taken && "edge-taken", change && `edge-${change}`, problems[id]?.errors && "edge-wrong", edge.port === "error" && "edge-error"].filter(Boolean).join(" ") || undefined,
      zIndex: taken ? 1 : 0,
      ariaLabel: `Edge from ${edge.source}${edge.port && edge.port !== "out" ? `, port ${edge.port},` : ""} to ${edge.target}`,
      markerEnd: { type: MarkerType.ArrowClosed, width: 14, height: 14, color: tone },
      selected: selection?.has(id) ?? false,
    };
    const known = oldEdges.get(id);
    return known && sameEdge(known, next) ? known : next;
  });
  return { nodes, edges };
}

export const CHANGE_TONE: Record<Change, "ok" | "fail" | "wait"> = { added: "ok", removed: "fail", changed: "wait" };

function ariaOf({ node, state, problems }: CardData): string {
  return [node.name ?? node.id, node.type, state && statusLook("activity", state.status).label, node.disabled && "disabled", problems && `problem: ${problems.text}`].filter(Boolean).join(", ");
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

/** What an edge says besides its port, which stands on the card. */
function labelOf(edge: GraphEdge): string | undefined {
  const words = [edge.when && shorten(edge.when), edge.default && "default", edge.tokens && edge.tokens !== 1 && `${edge.tokens} tokens`].filter(Boolean);
  return words.length ? words.join(" · ") : undefined;
}

const shorten = (text: string) => (text.length > 36 ? `${text.slice(0, 35)}…` : text);

const REACHED = new Set(["running", "waiting", "retrying", "completed", "failed"]);

function isTaken(states: States, source: string, target: string, id: string): boolean {
  if (states.taken) return (states.taken[id] ?? 0) > 0;
  return states.nodes[source]?.status === "completed" && REACHED.has(states.nodes[target]?.status ?? "");
}

const sameEdge = (one: CardEdge, other: CardEdge): boolean =>
  one.className === other.className && one.selected === other.selected && one.sourceHandle === other.sourceHandle && one.source === other.source && one.target === other.target
  && one.data?.label === other.data?.label && one.data?.problems?.text === other.data?.problems?.text;

/** But for where it is, which the canvas knows by itself. */
function sameNode(one: GraphNode, other: GraphNode): boolean {
  if (one === other) return true;
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].every((key) => key === "position" || one[key] === other[key]);
}

function same(one: CardData, other: CardData): boolean {
  return sameNode(one.node, other.node) && one.icon === other.icon && one.used === other.used && one.change === other.change && one.ports.join() === other.ports.join()
    && (one.state === other.state || JSON.stringify(one.state) === JSON.stringify(other.state))
    && (one.waiting === other.waiting || JSON.stringify(one.waiting) === JSON.stringify(other.waiting))
    && (one.problems === other.problems || JSON.stringify(one.problems) === JSON.stringify(other.problems));
}

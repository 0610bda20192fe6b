import type { NodeType } from "@/api/system";
import { edgeIds, NODE, type GraphConfig, type GraphEdge, type GraphNode } from "@/graph/model";
import { starterConfig } from "./starters";
import { withNames } from "./references";
import { omit } from "./settings";

export const ID = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;

/** A new node's id: from its type, with a number if that is taken. */
export function freeId(wish: string, taken: Iterable<string>): string {
  const used = new Set(taken);
  const stem = (wish.split(".").at(-1) ?? "node").replace(/\W+/g, "_").replace(/^(?=\d)/, "_").slice(0, 100) || "node";
  let id = stem;
  for (let count = 2; used.has(id); count += 1) id = `${stem.replace(/_\d+$/, "")}_${count}`;
  return id;
}

const ids = (graph: GraphConfig) => graph.nodes.map((node) => node.id);

export interface Place { /** After this port of a node. */ after?: { source: string; port: string }; /** In the middle of this edge. */ edge?: string; position?: { x: number; y: number } }

/** The graph with a node more, connected to where it was asked for. */
export function addNode(graph: GraphConfig, type: NodeType, place: Place = {}): { graph: GraphConfig; id: string } {
  const id = freeId(type.type, ids(graph));
  const edges = [...graph.edges];
  const split = place.edge ? edgeIds(graph).indexOf(place.edge) : -1;
  const onward = type.ports.includes("out") || type.ports.length === 0 ? "out" : type.ports[0]!;
  const joinsEdge = (edge: Omit<GraphEdge, "port">, port: string): GraphEdge => ({ ...edge, ...(port !== "out" && { port }) }) as GraphEdge;
  if (split >= 0) {
    const old = omit(edges[split]!, "id") as GraphEdge;
    edges.splice(split, 1, { ...old, target: id }, ...(type.ports.length || type.dynamic_ports ? [joinsEdge({ source: id, target: old.target }, firstPort(type, onward))] : []));
  } else if (place.after) {
    edges.push(joinsEdge({ source: place.after.source, target: id }, place.after.port));
  }
  const node: GraphNode = { id, type: type.type, config: starterConfig(type), position: place.position ?? freePlace(graph, place) };
  return { graph: { ...graph, nodes: [...graph.nodes, node], edges }, id };
}

/** The way on of a node with several exits that was put into an edge. */
const firstPort = (type: NodeType, onward: string) => (type.type === "approval" ? "approved" : type.type === "switch" ? "default" : onward);

const GAP = { x: NODE.width + 92, y: NODE.height + 48 };

/** Right of what it follows, and lower while something is there already. */
export function freePlace(graph: GraphConfig, { after, edge }: Place = {}): { x: number; y: number } {
  const byId = new Map(graph.nodes.map((node) => [node.id, node]));
  const split = edge ? graph.edges[edgeIds(graph).indexOf(edge)] : undefined;
  const from = byId.get(split?.source ?? after?.source ?? "")?.position;
  const to = split && byId.get(split.target)?.position;
  let spot = { x: 0, y: 0 };
  if (from && to) spot = { x: Math.round((from.x + to.x) / 2), y: Math.round((from.y + to.y) / 2 + (Math.abs(to.x - from.x) < 2 * GAP.x - 40 ? GAP.y : 0)) };
  else if (from) spot = { x: from.x + GAP.x, y: from.y };
  else if (graph.nodes.length) spot = { x: Math.min(...graph.nodes.map((node) => node.position?.x ?? 0)), y: Math.max(...graph.nodes.map((node) => node.position?.y ?? 0)) + GAP.y };
  const hit = () => graph.nodes.some(({ position }) => position && Math.abs(position.x - spot.x) < NODE.width + 20 && Math.abs(position.y - spot.y) < NODE.height + 16);
  while (hit()) spot = { ...spot, y: spot.y + GAP.y };
  return spot;
}

/** Nodes and edges away. A removed node with one way in and one way out leaves them connected. */
export function remove(graph: GraphConfig, gone: { nodes?: Iterable<string>; edges?: Iterable<string> }): GraphConfig {
  const nodes = new Set(gone.nodes);
  const lost = new Set(gone.edges);
  const names = edgeIds(graph);
  const edges = graph.edges.filter((edge, index) => !lost.has(names[index]!) && !nodes.has(edge.source) && !nodes.has(edge.target));
  if (nodes.size === 1 && lost.size <= 2) {
    const [id] = nodes;
    const into = graph.edges.filter((edge) => edge.target === id && edge.source !== id);
    const out = graph.edges.filter((edge) => edge.source === id && edge.target !== id && edge.port !== "error");
    if (into.length === 1 && out.length === 1 && into[0]!.source !== out[0]!.target) {
      edges.push({ ...(omit(into[0]!, "id") as GraphEdge), target: out[0]!.target });
    }
  }
  const kept = graph.nodes.filter((node) => !nodes.has(node.id)).map((node) => withoutCancels(node, nodes));
  return { ...graph, nodes: kept, edges };
}

function withoutCancels(node: GraphNode, gone: Set<string>): GraphNode {
  const cancels = node.cancels as string[] | undefined;
  return Array.isArray(cancels) && cancels.some((id) => gone.has(id)) ? { ...node, cancels: cancels.filter((id) => !gone.has(id)) } : node;
}

/** One edge more; the same graph when it is there already. */
export function connect(graph: GraphConfig, edge: { source: string; target: string; port: string }): GraphConfig {
  if (graph.edges.some((each) => each.source === edge.source && each.target === edge.target && (each.port ?? "out") === edge.port)) return graph;
  return { ...graph, edges: [...graph.edges, { source: edge.source, target: edge.target, ...(edge.port !== "out" && { port: edge.port }) }] };
}

export function setEdge(graph: GraphConfig, id: string, change: Partial<GraphEdge>): GraphConfig {
  const index = edgeIds(graph).indexOf(id);
  return { ...graph, edges: graph.edges.map((edge, at) => (at === index ? cleaned({ ...edge, ...change }) : edge)) };
}

/** What is at its default is not written. */
function cleaned(edge: GraphEdge): GraphEdge {
  const kept = Object.entries(edge).filter(([key, value]) => value !== undefined && value !== "" && !(key === "port" && value === "out") && !(key === "default" && value === false) && !((key === "tokens" || key === "take") && value === 1));
  return Object.fromEntries(kept) as unknown as GraphEdge;
}

/** Another node in place of one; if its id changed, everything that names it follows. */
export function setNode(graph: GraphConfig, id: string, node: GraphNode): GraphConfig {
  const changed = { ...graph, nodes: graph.nodes.map((each) => (each.id === id ? { ...node, id } : each)) };
  return node.id === id || graph.nodes.some((each) => each.id === node.id) ? changed : withNames(changed, new Map([[id, node.id]]));
}

export function moveNodes(graph: GraphConfig, positions: Record<string, { x: number; y: number }>): GraphConfig {
  const moved = graph.nodes.some(({ id, position }) => positions[id] && (position?.x !== positions[id].x || position?.y !== positions[id].y));
  return moved ? { ...graph, nodes: graph.nodes.map((node) => (positions[node.id] ? { ...node, position: positions[node.id] } : node)) } : graph;
}

/** A part of a graph put beside what is there: ids are made unique, and what names them follows. */
export function insert(graph: GraphConfig, part: GraphConfig, offset: { x: number; y: number }): { graph: GraphConfig; ids: string[] } {
  const used = new Set(ids(graph));
  const names = new Map<string, string>();
  for (const node of part.nodes) {
    const id = freeId(node.id, used);
    used.add(id);
    if (id !== node.id) names.set(node.id, id);
  }
  const renamed = withNames(part, names);
  const placed = renamed.nodes.map((node) => ({ ...node, position: { x: (node.position?.x ?? 0) + offset.x, y: (node.position?.y ?? 0) + offset.y } }));
  const edges = renamed.edges.map((edge) => omit(edge, "id") as GraphEdge);
  return { graph: { ...graph, nodes: [...graph.nodes, ...placed], edges: [...graph.edges, ...edges] }, ids: placed.map((node) => node.id) };
}

/** The nodes and the edges between them. */
export function part(graph: GraphConfig, chosen: Iterable<string>): GraphConfig {
  const wanted = new Set(chosen);
  return { nodes: graph.nodes.filter((node) => wanted.has(node.id)), edges: graph.edges.filter((edge) => wanted.has(edge.source) && wanted.has(edge.target)) };
}

export type Alignment = "left" | "top" | "row" | "column";

/** Lines nodes up: at one edge, or at equal distances. */
export function align(graph: GraphConfig, chosen: string[], how: Alignment): Record<string, { x: number; y: number }> {
  const nodes = graph.nodes.filter((node) => chosen.includes(node.id) && node.position).map(({ id, position }) => ({ id, ...position! }));
  const left = Math.min(...nodes.map((node) => node.x));
  const top = Math.min(...nodes.map((node) => node.y));
  const order = [...nodes].sort((one, other) => (how === "row" ? one.x - other.x : one.y - other.y));
  return Object.fromEntries(order.map(({ id, x, y }, index) => [id, {
    x: how === "left" || how === "column" ? left : how === "row" ? left + index * GAP.x : x,
    y: how === "top" || how === "row" ? top : how === "column" ? top + index * GAP.y : y,
  }]));
}

import { Position, type NodeHandle } from "@xyflow/react";
import type { NodeType } from "@/api/system";
import { NODE, type GraphConfig, type GraphEdge, type GraphNode } from "./model";

/** What the canvas knows of a node type. */
export interface Look { icon: string; ports: string[] }
export type Looks = Record<string, Look>;

export function looksOf(types: NodeType[]): Looks {
  return Object.fromEntries(types.map((type) => [type.type, { icon: type.icon, ports: type.ports }]));
}

const names = (list: unknown): string[] =>
  Array.isArray(list) ? list.flatMap((each: { port?: unknown } | null) => (each && typeof each.port === "string" && each.port ? [each.port] : [])) : [];

/** Ports that follow from what is in the config; null for a type whose ports are fixed. The same rule as POST /node-types/{type}/ports. */
function portsInConfig({ type, config = {} }: GraphNode): string[] | null {
  switch (type) {
    case "switch": return [...names(config.cases), "default"];
    case "wait_any": return names(config.any);
    case "approval": {
      const outcomes = names(config.outcomes);
      return [...(outcomes.length ? outcomes : ["approved", "rejected"]), "expired"];
    }
    default: return null;
  }
}

/** All exits of a node but `error`: those of its type or config, then any that edges use besides. */
export function portsOf(node: GraphNode, look: Look | undefined, outgoing: GraphEdge[]): string[] {
  const used = outgoing.map((edge) => edge.port ?? "out").filter((port) => port !== "error");
  const own = portsInConfig(node) ?? look?.ports ?? (used.length ? [] : ["out"]);
  return [...new Set([...own, ...used])];
}

export const isPlain = (ports: string[]): boolean => ports.length === 0 || (ports.length === 1 && ports[0] === "out");

export function heightOf(ports: string[]): number {
  return isPlain(ports) ? NODE.height : NODE.height + ports.length * NODE.port + 6;
}

/** Where on the card's right side a port is. */
export function portTop(ports: string[], index: number): number {
  return isPlain(ports) ? NODE.height / 2 : NODE.height + index * NODE.port + NODE.port / 2;
}

const DOT = 9;

/** Where a card's ports are, so that the canvas need not draw a card to find them. */
export function handlesOf(ports: string[]): NodeHandle[] {
  const dot = { width: DOT, height: DOT };
  const middle = (top: number) => top - DOT / 2 + 1;
  return [
    { id: "in", type: "target", position: Position.Left, x: 1 - DOT / 2, y: middle(NODE.height / 2), ...dot },
    ...ports.map((id, index): NodeHandle => ({ id, type: "source", position: Position.Right, x: NODE.width - 1 - DOT / 2, y: middle(portTop(ports, index)), ...dot })),
    { id: "error", type: "source", position: Position.Bottom, x: (NODE.width - DOT) / 2, y: heightOf(ports) - 1 - DOT / 2, ...dot },
  ];
}

const bySource = new WeakMap<GraphConfig, Map<string, GraphEdge[]>>();

export function outgoing(graph: GraphConfig): Map<string, GraphEdge[]> {
  let found = bySource.get(graph);
  if (!found) {
    found = new Map<string, GraphEdge[]>();
    for (const edge of graph.edges) {
      const list = found.get(edge.source);
      if (list) list.push(edge);
      else found.set(edge.source, [edge]);
    }
    bySource.set(graph, found);
  }
  return found;
}

/** The graph inside of a map, loop or block. */
export function innerGraph(node: GraphNode): GraphConfig | null {
  const graph = node.config?.graph as GraphConfig | undefined;
  return graph && Array.isArray(graph.nodes) ? { ...graph, edges: graph.edges ?? [] } : null;
}

export const HOLDS_GRAPH = new Set(["for_each", "while", "repeat", "block"]);

import type { GraphConfig } from "@/graph/model";
import { part } from "./edit";

/** Nodes as text for the clipboard: a graph like any other, so that it can be pasted into a file, too. */
export const copied = (graph: GraphConfig, ids: Iterable<string>): string => JSON.stringify(part(graph, ids), null, 2);

/** The graph in a text, or null when it is something else. Edges that lead out of it are left out. */
export function graphIn(text: string): GraphConfig | null {
  try {
    const value = JSON.parse(text) as { graph_config?: unknown; nodes?: unknown; edges?: unknown } | null;
    const graph = (value?.graph_config ?? value) as GraphConfig;
    if (!graph || !Array.isArray(graph.nodes) || graph.nodes.some((node) => typeof node?.id !== "string" || typeof node?.type !== "string")) return null;
    const ids = new Set(graph.nodes.map((node) => node.id));
    const edges = (Array.isArray(graph.edges) ? graph.edges : []).filter((edge) => ids.has(edge?.source) && ids.has(edge?.target));
    return { ...graph, edges };
  } catch {
    return null;
  }
}

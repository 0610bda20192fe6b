import type { GraphConfig } from "@/graph/model";
import type { Path } from "@/ui/expression/scope";

/** Outputs and names that were typed by hand, in place of what an execution recorded. */
export interface Typed { outputs: Record<string, unknown>; names: Record<string, unknown>; input?: unknown }
export const NOTHING_TYPED: Typed = { outputs: {}, names: {} };

/** One thing that a node can read. */
export interface Source { key: string; title: string; detail?: string; type?: string; path: Path; value: unknown; typed: boolean; /** Outputs and names that may be typed by hand. */ typable: boolean; error?: unknown }

/** The nodes before a node, the nearest first. */
export function before(graph: GraphConfig, nodeId: string): string[] {
  const sources = new Map<string, string[]>();
  for (const edge of graph.edges) sources.set(edge.target, [...(sources.get(edge.target) ?? []), edge.source]);
  const found: string[] = [];
  const seen = new Set([nodeId]);
  for (let queue = sources.get(nodeId) ?? []; queue.length > 0; ) {
    const next: string[] = [];
    for (const id of queue) {
      if (seen.has(id)) continue;
      seen.add(id);
      found.push(id);
      next.push(...(sources.get(id) ?? []));
    }
    queue = next;
  }
  return found;
}

/** `fetch` inside of `each` is `each[0]/fetch`, unless an item is chosen. */
export function placeOf(path: string[], scope: string | undefined, nodeId: string): string {
  const inside = scope && scope.split("/").length === path.length ? scope : path.map((id) => `${id}[0]`).join("/");
  return inside ? `${inside}/${nodeId}` : nodeId;
}

/** "nodes.fetch.output" and the like that 422 answers name: `outputs.fetch` → fetch. */
export function missingOutputs(errors: { path: string; code?: string | null }[]): { outputs: string[]; names: string[] } {
  const pick = (prefix: string) => [...new Set(errors.flatMap((each) => (each.path.startsWith(`${prefix}.`) ? [each.path.slice(prefix.length + 1)] : [])))];
  return { outputs: pick("outputs"), names: pick("names") };
}

/** The columns of a list of objects; null for what no table fits. */
export function columnsOf(value: unknown): string[] | null {
  if (!Array.isArray(value) || value.length === 0) return null;
  const rows = value.slice(0, 200);
  if (!rows.every((row) => row !== null && typeof row === "object" && !Array.isArray(row))) return null;
  const columns = new Set(rows.flatMap((row) => Object.keys(row as object)));
  return columns.size > 0 && columns.size <= 60 ? [...columns] : null;
}

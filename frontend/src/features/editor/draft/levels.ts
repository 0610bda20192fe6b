import type { GraphConfig } from "@/graph/model";
import { innerGraph } from "@/graph/ports";

/** A way into inner graphs: the ids of the nodes around, outermost first. In addresses and findings of the server: "each/lines". */
export type Path = string[];

export const readPath = (text: string | undefined): Path => (text ? text.split("/").filter(Boolean) : []);

/** The graph at a place, or null when there is none. */
export function graphAt(root: GraphConfig, path: Path): GraphConfig | null {
  let graph: GraphConfig | null = root;
  for (const id of path) {
    const node: GraphConfig["nodes"][number] | undefined = graph?.nodes.find((each) => each.id === id);
    graph = node ? (innerGraph(node) ?? { nodes: [], edges: [] }) : null;
    if (!graph) return null;
  }
  return graph;
}

/** The whole with another graph at a place; everything that did not change stays the same object. */
export function withGraphAt(root: GraphConfig, path: Path, graph: GraphConfig): GraphConfig {
  const [id, ...rest] = path;
  if (id === undefined) return graph;
  return {
    ...root,
    nodes: root.nodes.map((node) => (node.id === id ? { ...node, config: { ...node.config, graph: withGraphAt(innerGraph(node) ?? { nodes: [], edges: [] }, rest, graph) } } : node)),
  };
}

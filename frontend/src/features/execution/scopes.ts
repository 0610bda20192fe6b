import type { GraphConfig } from "@/graph/model";
import { innerGraph } from "@/graph/ports";

/** `each[3]/inner[0]` as its parts, the outermost first. */
export const partsOf = (scope: string): string[] => (scope ? scope.split("/") : []);
/** The node of a part: `each` of `each[3]` and of `each#2[3]`. */
export const nodeOf = (part: string): string => part.replace(/[#[].*$/, "");

/** The graph in which the nodes of a scope are; null when it is not there, as for items that are executions of their own. */
export function graphAt(graph: GraphConfig, scope: string): GraphConfig | null {
  let found: GraphConfig | null = graph;
  for (const part of partsOf(scope)) {
    const node: GraphConfig["nodes"][number] | undefined = found?.nodes.find((each) => each.id === nodeOf(part));
    found = node ? innerGraph(node) : null;
    if (!found) return null;
  }
  return found;
}

/** A node in its scope, as the API names it: `each[3]/fetch#2`. */
export const placeOf = (scope: string, node: string, visit?: number): string => `${scope ? `${scope}/` : ""}${node}${visit && visit > 1 ? `#${visit}` : ""}`;

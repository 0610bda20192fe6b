import type { JournalItem } from "@/api/executions";
import { edgeIds, type GraphConfig } from "./model";
import { outgoing } from "./ports";

/** How many tokens each edge got, from the journal: of a row that names its edges those, else all plain edges of the port it left by. */
export function takenOf(graph: GraphConfig, journal: JournalItem[], scope = ""): Record<string, number> {
  const found: Record<string, number> = {};
  const ids = new Map(graph.edges.map((edge, index) => [edge, edgeIds(graph)[index]!]));
  const add = (id: string, tokens: number) => { found[id] = (found[id] ?? 0) + tokens; };
  for (const row of journal) {
    if (row.scope !== scope || !row.port || !row.node_id) continue;
    if (row.taken) {
      for (const [id, tokens] of Object.entries(row.taken)) add(id, tokens);
    } else {
      for (const edge of outgoing(graph).get(row.node_id) ?? []) {
        if ((edge.port ?? "out") === row.port && !edge.when && !edge.default) add(ids.get(edge)!, 1);
      }
    }
  }
  return found;
}

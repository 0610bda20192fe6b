import type { Schema } from "@/api/client";
import { edgeIds, type GraphConfig } from "@/graph/model";
import type { Problems } from "@/graph/to-flow";
import { graphAt, type Path } from "./levels";

export type Finding = Schema<"Finding">;
/** A finding with the place it is about. Neither node nor edge: the whole graph. */
export interface Located { finding: Finding; path: Path; node?: string; edge?: string; /** The place inside of the node: "config.url". */ field: string }

/** Follows "nodes[2].config.graph.nodes[0].config.url" into the graph. */
export function locate(root: GraphConfig, finding: Finding): Located {
  const path: Path = [];
  let graph: GraphConfig | null = root;
  let rest = finding.path;
  for (;;) {
    const match: RegExpMatchArray | null = rest.match(/^(nodes|edges)\[(\d+)\](?:\.|$)(.*)$/s);
    if (!match || !graph) return { finding, path, field: rest };
    const index = Number(match[2]);
    if (match[1] === "edges") return { finding, path, edge: edgeIds(graph)[index], field: match[3]! };
    const node: string | undefined = graph.nodes[index]?.id;
    const inner: RegExpMatchArray | null = match[3]!.match(/^config\.graph\.(nodes\[.*|edges\[.*)$/s);
    if (!node || !inner) return { finding, path, node, field: match[3]! };
    path.push(node);
    rest = inner[1]!;
    graph = graphAt(root, path);
  }
}

/** What is wrong at a level, by node and edge id. A problem inside of a node counts for the node. */
export function problemsAt(all: Located[], level: Path): Record<string, Problems> {
  const found: Record<string, Problems> = {};
  for (const each of all) {
    const here = level.every((id, index) => each.path[index] === id);
    const id = !here ? undefined : each.path.length > level.length ? each.path[level.length] : (each.node ?? each.edge);
    if (!id) continue;
    const known = (found[id] ??= { errors: 0, warnings: 0, text: each.finding.message });
    if (each.finding.severity === "error") {
      if (known.errors === 0) known.text = each.finding.message;
      known.errors += 1;
    } else known.warnings += 1;
  }
  return found;
}

export const errorsOf = (all: Located[]): Located[] => all.filter((each) => each.finding.severity === "error");

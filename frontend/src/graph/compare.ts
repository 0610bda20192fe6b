import { edgeIds, type GraphConfig, type GraphNode } from "./model";
import type { Change } from "./to-flow";

/** A value with its keys in order and without positions, as text: two drawings of one graph are equal. */
export function meaning(value: unknown): string {
  return JSON.stringify(value, (key, each: unknown) => {
    if (key === "position") return undefined;
    if (!each || typeof each !== "object" || Array.isArray(each)) return each;
    return Object.fromEntries(Object.entries(each).filter(([, one]) => one !== undefined).sort(([one], [other]) => (one < other ? -1 : 1)));
  });
}

export const sameMeaning = (one: unknown, other: unknown): boolean => one === other || meaning(one) === meaning(other);

/** Both versions on one canvas: what is only in the old one is there too, as removed. Nodes stand where the new version has them. */
export function merged(before: GraphConfig, after: GraphConfig): { graph: GraphConfig; changes: Record<string, Change> } {
  const changes: Record<string, Change> = {};
  const old = new Map(before.nodes.map((node) => [node.id, node]));
  for (const node of after.nodes) {
    const known = old.get(node.id);
    if (!known) changes[node.id] = "added";
    else if (!sameMeaning(known, node)) changes[node.id] = "changed";
  }
  const now = new Set(after.nodes.map((node) => node.id));
  const gone = before.nodes.filter((node) => !now.has(node.id));
  for (const node of gone) changes[node.id] = "removed";

  const oldEdges = new Map(edgeIds(before).map((id, index) => [id, before.edges[index]!]));
  const newIds = edgeIds(after);
  newIds.forEach((id, index) => {
    const known = oldEdges.get(id);
    if (!known) changes[id] = "added";
    else if (!sameMeaning(known, after.edges[index])) changes[id] = "changed";
  });
  const lost = [...oldEdges].filter(([id]) => !newIds.includes(id)).map(([id, edge]) => ({ ...edge, id }));
  for (const edge of lost) changes[edge.id] = "removed";
  const named = after.edges.map((edge, index) => ({ ...edge, id: newIds[index]! }));
  return { graph: { ...after, nodes: [...after.nodes, ...apart(gone, after.nodes)], edges: [...named, ...lost] }, changes };
}

/** Removed nodes do not cover the others. */
function apart(gone: GraphNode[], others: GraphNode[]): GraphNode[] {
  const placed = [...others];
  return gone.map((node) => {
    if (!node.position) return node;
    const spot = { ...node.position };
    while (placed.some(({ position }) => position && Math.abs(position.x - spot.x) < 180 && Math.abs(position.y - spot.y) < 80)) spot.y += 110;
    const moved = { ...node, position: spot };
    placed.push(moved);
    return moved;
  });
}

/** "2 added, 1 changed": of nodes and edges together. */
export function changeText(changes: Record<string, Change>): string {
  const counts = (["added", "changed", "removed"] as const).map((kind) => [Object.values(changes).filter((each) => each === kind).length, kind] as const);
  return counts.filter(([count]) => count > 0).map(([count, kind]) => `${count} ${kind}`).join(", ") || "no difference in nodes and edges";
}

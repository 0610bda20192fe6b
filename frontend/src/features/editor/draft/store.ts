import type { GraphConfig } from "@/graph/model";

/** What is edited: the graph, and the description that is stored beside it. */
export interface Doc { graph: GraphConfig; description: string }
/** A draft as it is kept over a reload, with the version it began from; 0 for a workflow that is not stored. */
export interface Kept { version: number; doc: Doc }

const key = (name: string) => `treadle.draft.${name}`;

export function readKept(name: string): Kept | null {
  try {
    const kept = JSON.parse(sessionStorage.getItem(key(name)) ?? "null") as Kept | null;
    return kept && Array.isArray(kept.doc?.graph?.nodes) && Array.isArray(kept.doc.graph.edges) ? kept : null;
  } catch {
    return null;
  }
}

export function writeKept(name: string, kept: Kept | null): void {
  try {
    if (kept) sessionStorage.setItem(key(name), JSON.stringify(kept));
    else sessionStorage.removeItem(key(name));
  } catch {
    // Without storage a reload loses the draft; leaving the page asks first.
  }
}

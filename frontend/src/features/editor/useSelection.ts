import { useCallback, useMemo, useState } from "react";
import type { EdgeChange, NodeChange } from "@xyflow/react";
import type { CardEdge, CardNode } from "@/graph/to-flow";

const NONE: ReadonlySet<string> = new Set();

/** What is selected on the canvas: ids of nodes and of edges. */
export function useSelection() {
  const [nodes, setNodes] = useState(NONE);
  const [edges, setEdges] = useState(NONE);
  const apply = (old: ReadonlySet<string>, changes: (NodeChange<CardNode> | EdgeChange<CardEdge>)[]) => {
    const picks = changes.filter((change) => change.type === "select");
    if (picks.length === 0) return old;
    const next = new Set(old);
    for (const pick of picks) {
      if (pick.selected) next.add(pick.id);
      else next.delete(pick.id);
    }
    return next;
  };
  const all = useMemo(() => new Set([...nodes, ...edges]), [nodes, edges]);
  return {
    nodes, edges, all,
    selectNodes: useCallback((ids: Iterable<string>) => { setNodes(new Set(ids)); setEdges(NONE); }, []),
    selectEdges: useCallback((ids: Iterable<string>) => { setEdges(new Set(ids)); setNodes(NONE); }, []),
    onNodes: useCallback((changes: NodeChange<CardNode>[]) => setNodes((old) => apply(old, changes)), []),
    onEdges: useCallback((changes: EdgeChange<CardEdge>[]) => setEdges((old) => apply(old, changes)), []),
  };
}
export type Selection = ReturnType<typeof useSelection>;

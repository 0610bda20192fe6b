import { useReactFlow } from "@xyflow/react";
import { useCallback, useEffect, useState } from "react";
import type { NodeType } from "@/api/system";
import { layout } from "@/graph/layout";
import { edgeIds, NODE, type GraphNode } from "@/graph/model";
import { outgoing, portsOf } from "@/graph/ports";
import { toast } from "@/ui/Toast";
import { copied, graphIn } from "./draft/clipboard";
import { addNode, align, connect, insert, moveNodes, part, remove, type Alignment, type Place } from "./draft/edit";
import { graphAt, withGraphAt } from "./draft/levels";
import { omit } from "./draft/settings";
import type { Editor } from "./useEditor";
import type { Selection } from "./useSelection";

/** All that is done to the graph on the canvas. */
export function useCanvasOps({ graph, looks, edit, types, draft, path }: Editor, selection: Selection, readOnly: boolean) {
  const { fitView, screenToFlowPosition, flowToScreenPosition, setCenter, getZoom } = useReactFlow();
  const [adding, setAdding] = useState<Place | null>(null);
  const [arranging, setArranging] = useState(false);
  const chosen = selection.nodes;

  const show = useCallback((ids: string[]) => requestAnimationFrame(() => void fitView({ nodes: ids.map((id) => ({ id })), padding: 0.4, maxZoom: Math.max(getZoom(), 0.8), duration: 250 })), [fitView, getZoom]);
  /** Brings a new node into sight, and moves nothing when it is. */
  const reveal = (at: { x: number; y: number }) => {
    const box = document.querySelector(".react-flow")?.getBoundingClientRect();
    const corner = flowToScreenPosition({ x: at.x + NODE.width + 40, y: at.y + NODE.height + 20 });
    const start = flowToScreenPosition(at);
    if (box && (corner.x > box.right || corner.y > box.bottom || start.x < box.left || start.y < box.top)) void setCenter(at.x, at.y + NODE.height / 2, { zoom: getZoom(), duration: 250 });
  };
  const focusNode = (id: string) => requestAnimationFrame(() => requestAnimationFrame(() => document.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(id)}"]`)?.focus()));

  const add = (type: NodeType, place: Place | null) => {
    if (!graph) return;
    const centre = graph.nodes.length === 0 ? { x: 0, y: 0 } : undefined;
    const where: Place = place && (place.after || place.edge || place.position) ? place : { position: centre };
    const made = addNode(graph, type, where);
    edit(() => made.graph);
    setAdding(null);
    selection.selectNodes([made.id]);
    const node = made.graph.nodes.find((each) => each.id === made.id)!;
    if (graph.nodes.length === 0) requestAnimationFrame(() => void fitView({ padding: 0.4, maxZoom: 1, duration: 0 }));
    else reveal(node.position!);
    focusNode(made.id);
  };

  /** Asks what to add: after the selected node, or the one in focus, if it has an exit. */
  const startAdding = () => {
    const focused = document.activeElement?.classList.contains("react-flow__node") ? (document.activeElement as HTMLElement).dataset.id : undefined;
    const node = chosen.size <= 1 ? graph?.nodes.find((each) => (chosen.size ? chosen.has(each.id) : each.id === focused)) : undefined;
    const edges = (node && graph && outgoing(graph).get(node.id)) ?? [];
    const exits = node ? portsOf(node, looks[node.type], edges) : [];
    const port = exits.find((each) => !edges.some((edge) => (edge.port ?? "out") === each)) ?? exits[0];
    setAdding(node && port ? { after: { source: node.id, port } } : {});
  };
  const removeNodes = (ids: Iterable<string>) => edit((old) => remove(old, { nodes: ids }));
  /** A layout found for nodes without places is kept, so that it does not change with each edit. */
  const placed = useCallback((positions: Record<string, { x: number; y: number }>) => {
    draft.placed((doc) => {
      const level = graphAt(doc.graph, path);
      return level ? { ...doc, graph: withGraphAt(doc.graph, path, moveNodes(level, positions)) } : doc;
    });
    // `placed` of the draft never changes.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [path, draft.placed]);
  const removeChosen = () => {
    if (chosen.size === 0 && selection.edges.size === 0) return;
    edit((old) => remove(old, { nodes: chosen, edges: selection.edges }));
    selection.selectNodes([]);
  };
  const place = useCallback((text: string) => {
    const found = graphIn(text);
    if (!found || !graph || found.nodes.length === 0) return false;
    const known = new Set(graph.nodes.map((node) => node.id));
    const left = Math.min(...found.nodes.map((node) => node.position?.x ?? 0)), top = Math.min(...found.nodes.map((node) => node.position?.y ?? 0));
    const box = document.querySelector(".react-flow")?.getBoundingClientRect();
    const middle = box ? screenToFlowPosition({ x: box.left + box.width / 3, y: box.top + box.height / 3 }) : { x: 0, y: 0 };
    const offset = found.nodes.some((node) => known.has(node.id)) ? { x: 40, y: 40 } : { x: Math.round((middle.x - left) / 10) * 10, y: Math.round((middle.y - top) / 10) * 10 };
    const made = insert(graph, found, offset);
    edit(() => made.graph);
    selection.selectNodes(made.ids);
    return true;
  }, [graph, edit, selection, screenToFlowPosition]);

  const duplicate = () => graph && chosen.size > 0 && place(JSON.stringify(part(graph, chosen)));
  const disable = () => edit((old) => {
    const off = old.nodes.some((node) => chosen.has(node.id) && !node.disabled);
    return { ...old, nodes: old.nodes.map((node) => (!chosen.has(node.id) ? node : off ? { ...node, disabled: true } : (omit(node, "disabled") as GraphNode))) };
  });
  const arrange = async () => {
    if (!graph || graph.nodes.length === 0) return;
    const positions = await layout(graph, looks);
    setArranging(true);
    edit((old) => moveNodes(old, positions));
    setTimeout(() => void fitView({ padding: 0.18, maxZoom: 1.05, duration: 300 }), 30);
    setTimeout(() => setArranging(false), 450);
  };
  const lineUp = (how: Alignment) => edit((old) => moveNodes(old, align(old, [...chosen], how)));
  const join = (edge: { source: string; target: string; port: string }) => edit((old) => connect(old, edge));
  const reconnect = (id: string, to: { source: string; target: string; port: string }) => edit((old) => {
    const index = edgeIds(old).indexOf(id);
    const edge = omit(old.edges[index]!, "port");
    return { ...old, edges: old.edges.map((each, at) => (at === index ? { ...edge, source: to.source, target: to.target, ...(to.port !== "out" && { port: to.port }) } : each)) };
  });
  const removeEdge = useCallback((id: string) => edit((old) => remove(old, { edges: [id] })), [edit]);

  useEffect(() => {
    const free = (event: ClipboardEvent) => {
      const target = event.target as HTMLElement;
      return graph && !(target instanceof Element && target.closest("input, textarea, select, [contenteditable=true], [role=dialog]")) && !target.shadowRoot && !window.getSelection()?.toString();
    };
    const onCopy = (event: ClipboardEvent) => {
      if (!free(event) || chosen.size === 0) return;
      event.clipboardData?.setData("text/plain", copied(graph!, chosen));
      event.preventDefault();
      if (event.type === "cut" && !readOnly) removeChosen();
      toast.info(`${chosen.size === 1 ? "1 node" : `${chosen.size} nodes`} ${event.type === "cut" ? "cut" : "copied"}`);
    };
    const onPaste = (event: ClipboardEvent) => {
      if (!readOnly && free(event) && place(event.clipboardData?.getData("text/plain") ?? "")) event.preventDefault();
    };
    document.addEventListener("copy", onCopy);
    document.addEventListener("cut", onCopy);
    document.addEventListener("paste", onPaste);
    return () => { document.removeEventListener("copy", onCopy); document.removeEventListener("cut", onCopy); document.removeEventListener("paste", onPaste); };
  });

  return { adding, setAdding, startAdding, arranging, add, addType: (name: string, position: { x: number; y: number }) => { const type = types.find((each) => each.type === name); if (type) add(type, { position }); }, removeChosen, removeNodes, placed, duplicate, disable, arrange, lineUp, join, reconnect, removeEdge, show, focusNode };
}
export type CanvasOps = ReturnType<typeof useCanvasOps>;

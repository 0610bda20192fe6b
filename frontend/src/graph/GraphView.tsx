import { Background, Controls, ReactFlow, ReactFlowProvider, getViewportForBounds, useReactFlow, useStore, type Viewport } from "@xyflow/react";
import { useEffect, useMemo, useState } from "react";
import { useNodeTypes } from "@/api/system";
import { useStable } from "@/ui/stable";
import { useTheme } from "@/ui/theme";
import { CardActionsContext, FarContext, type CardActions } from "./card-actions";
import { EdgeLine } from "./EdgeLine";
import { FarEdges } from "./FarEdges";
import { GraphList } from "./GraphList";
import { GraphMap } from "./GraphMap";
import { layout } from "./layout";
import type { GraphConfig, States } from "./model";
import { NodeCard } from "./NodeCard";
import { looksOf, type Looks } from "./ports";
import { needsLayout, toFlow, type CardEdge, type CardNode, type Change, type Positions } from "./to-flow";
import "./graph.css";

/** A constant: a new object would mount all nodes anew at each render. */
export const nodeTypes = { card: NodeCard };
export const edgeTypes = { card: EdgeLine };
export const BIG = 60;
/** Below this zoom the cards of a big graph are drawn as plain shapes. */
const FAR = 0.35;
const NO_EDGES: CardEdge[] = [];
const FIT = { padding: 0.15, maxZoom: 1.1 };
const DECIDES: CardActions = { decides: true };
const NO_LOOKS: Looks = {};

interface Props {
  graph: GraphConfig;
  states?: States;
  selected?: string | null;
  onSelect?: (nodeId: string | null) => void;
  /** "list" is for screen readers and phones. */
  view?: "canvas" | "list";
  label: string;
  /** How nodes and edges differ from another version, by id. */
  changes?: Record<string, Change>;
}

/** A graph to look at, with the states of an execution if there is one. */
export function GraphView(props: Props) {
  if (props.view === "list") return <GraphList graph={props.graph} states={props.states} selected={props.selected} onSelect={props.onSelect} changes={props.changes} />;
  return (
    <CardActionsContext value={DECIDES}>
      <ReactFlowProvider>
        <Canvas {...props} />
      </ReactFlowProvider>
    </CardActionsContext>
  );
}

const mark = (on: boolean) => document.querySelectorAll(".react-flow__viewport").forEach((each) => each.classList.toggle("moving", on));
let stilling: ReturnType<typeof setTimeout> | undefined;
/** While it moves the canvas is a picture of its own, which is cheap to move. */
export function markMoving(): void {
  clearTimeout(stilling);
  mark(true);
}
/** A moment later, because moves follow each other, and the picture is dear to make. */
export function markStill(): void {
  clearTimeout(stilling);
  stilling = setTimeout(() => mark(false), 400);
}

/** Where to look at first, guessed from the window: then nothing is drawn large that will be small. */
function firstViewport(nodes: CardNode[]): Viewport {
  if (nodes.length === 0) return { x: 0, y: 0, zoom: 1 };
  const left = Math.min(...nodes.map(({ position }) => position.x)), top = Math.min(...nodes.map(({ position }) => position.y));
  const right = Math.max(...nodes.map(({ position, width = 0 }) => position.x + width)), bottom = Math.max(...nodes.map(({ position, height = 0 }) => position.y + height));
  return getViewportForBounds({ x: left, y: top, width: right - left, height: bottom - top }, Math.max(320, window.innerWidth - 250), Math.max(240, window.innerHeight - 150), 0.04, 1.05, 0.15);
}

/** The same, kept from when the places are known. */
export function useFirstViewport(nodes: CardNode[], placed: boolean): Viewport | undefined {
  const [first, setFirst] = useState<Viewport>();
  if (!placed || first) return first;
  const found = firstViewport(nodes);
  setFirst(found);
  return found;
}

/** Icons and ports by node type. */
export function useLooks(): Looks {
  const { data } = useNodeTypes();
  return useMemo(() => (data ? looksOf(data.items) : NO_LOOKS), [data]);
}

/** Whether a big graph is so far away that text on it cannot be read. */
export const useFar = (nodes: number): boolean => useStore((state) => state.transform[2] < FAR) && nodes > BIG;

/** Places of a graph that has none stored; undefined while they are computed. */
export function usePositions(graph: GraphConfig, looks: Looks): Positions | undefined {
  const [found, setFound] = useState<{ of: GraphConfig; positions: Positions }>();
  const missing = useMemo(() => needsLayout(graph), [graph]);
  // How high a card is follows from its type: laid out before the types are known, it would be laid out twice.
  const unknown = useNodeTypes().isPending;
  useEffect(() => {
    if (!missing || unknown) return;
    let gone = false;
    layout(graph, looks).then((positions) => !gone && setFound({ of: graph, positions }), () => !gone && setFound({ of: graph, positions: {} }));
    return () => { gone = true; };
  }, [graph, missing, unknown, looks]);
  if (!missing) return NONE;
  return found?.of === graph ? found.positions : undefined;
}
const NONE: Positions = {};

function Canvas({ graph, states, selected, onSelect, label, changes }: Props) {
  const looks = useLooks();
  const positions = usePositions(graph, looks);
  const far = useFar(graph.nodes.length);
  const { shown } = useTheme();
  const { fitView } = useReactFlow();
  const { nodes, edges } = useFlow(graph, states, positions, looks, selected ?? null, changes);
  const start = useFirstViewport(nodes, positions !== undefined);
  // Another function would render every node anew.
  const onNodeClick = useStable((_: unknown, node: CardNode) => onSelect?.(node.id));
  const onPaneClick = useStable(() => onSelect?.(null));
  const fitted = graph.nodes.length;
  useEffect(() => {
    if (positions) void fitView(FIT);
  }, [fitView, fitted, positions]);
  if (!positions) return <div role="status" className="flex flex-1 items-center justify-center text-sm text-muted">Laying out {graph.nodes.length} nodes…</div>;
  return (
    <FarContext value={far}>
    <ReactFlow
      aria-label={label}
      nodes={nodes}
      edges={far ? NO_EDGES : edges}
      nodeTypes={nodeTypes}
      edgeTypes={edgeTypes}
      defaultViewport={start}
      colorMode={shown}
      nodesDraggable={false}
      nodesConnectable={false}
      edgesFocusable={false}
      deleteKeyCode={null}
      fitView
      fitViewOptions={FIT}
      minZoom={0.05}
      maxZoom={2}
      onlyRenderVisibleElements={nodes.length > BIG}
      onNodeClick={onNodeClick}
      onMoveStart={far ? markMoving : undefined}
      onMoveEnd={markStill}
      onPaneClick={onPaneClick}
      proOptions={{ hideAttribution: false }}
    >
      <Background gap={20} size={1} />
      <Controls showInteractive={false} position="bottom-left" />
      {nodes.length > BIG && <GraphMap nodes={nodes} />}
      {far && <FarEdges nodes={nodes} edges={edges} />}
    </ReactFlow>
    </FarContext>
  );
}

/** The flow now, with the objects of before for nodes that did not change: memoised cards are then not drawn again. */
function useFlow(graph: GraphConfig, states: States | undefined, positions: Positions | undefined, looks: Looks, selected: string | null, changes: Record<string, Change> | undefined) {
  const [last, setLast] = useState(() => ({ inputs: [] as unknown[], nodes: [] as CardNode[], edges: [] as CardEdge[] }));
  const inputs = [graph, states, positions, looks, selected, changes];
  if (inputs.every((each, index) => each === last.inputs[index])) return last;
  const flow = toFlow(graph, { states, positions, looks, before: last.nodes, selected, changes });
  const next = { inputs, ...flow };
  setLast(next);
  return next;
}

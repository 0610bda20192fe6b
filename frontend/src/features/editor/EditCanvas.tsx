import { Background, Controls, ReactFlow, useReactFlow, type Connection, type NodeChange, type OnConnectEnd } from "@xyflow/react";
import { useCallback, useEffect, useMemo, useRef, useState, type DragEvent, type KeyboardEvent, type ReactNode } from "react";
import { CardActionsContext, FarContext, type CardActions } from "@/graph/card-actions";
import { FarEdges } from "@/graph/FarEdges";
import { GraphMap } from "@/graph/GraphMap";
import { BIG, edgeTypes, markMoving, markStill, nodeTypes, useFar, useFirstViewport, usePositions } from "@/graph/GraphView";
import "@/graph/graph.css";
import { NODE, type GraphConfig, type States } from "@/graph/model";
import type { Looks } from "@/graph/ports";
import { toFlow, type CardEdge, type CardNode, type Positions, type Problems } from "@/graph/to-flow";
import { useStable } from "@/ui/stable";
import { useTheme } from "@/ui/theme";
import type { Place } from "./draft/edit";
import type { Selection } from "./useSelection";

export const NODE_DRAG = "application/x-treadle-node";
const FIT = { padding: 0.18, maxZoom: 1.05, duration: 0 };
const NO_EDGES: CardEdge[] = [];
const SNAP: [number, number] = [10, 10];

interface Props {
  graph: GraphConfig; looks: Looks; states: States | undefined; problems: Record<string, Problems>; selection: Selection; label: string; readOnly: boolean;
  /** Changes when another graph is shown: the canvas then shows all of it. */
  fitKey: string;
  arranging: boolean;
  onMove: (positions: Positions) => void;
  /** Places were found for nodes that had none. */
  onPlaced: (positions: Positions) => void;
  onConnect: (edge: { source: string; target: string; port: string }) => void;
  onReconnect: (id: string, edge: { source: string; target: string; port: string }) => void;
  onRemoveEdge: (id: string) => void;
  onAdd: (place: Place) => void;
  onDropType: (type: string, position: { x: number; y: number }) => void;
  onOpen: (id: string) => void;
  onEnter: (id: string) => void;
  children?: ReactNode;
}

/** The graph as it is drawn, changed and watched. */
export function EditCanvas(props: Props) {
  const { graph, looks, states, problems, selection, readOnly, fitKey, onAdd, onRemoveEdge } = props;
  const { shown } = useTheme();
  const { fitView, screenToFlowPosition } = useReactFlow();
  const far = useFar(graph.nodes.length);
  const laidOut = usePositions(graph, looks);
  const [moving, setMoving] = useState<Positions | null>(null);
  const { onPlaced } = props;
  useEffect(() => {
    if (!readOnly && laidOut && graph.nodes.some((node) => !node.position && laidOut[node.id])) onPlaced(laidOut);
  }, [laidOut, graph, readOnly, onPlaced]);
  const { nodes, edges } = useFlow(graph, looks, states, problems, selection.all, laidOut, moving);
  const reconnected = useRef(false);
  const start = useFirstViewport(nodes, laidOut !== undefined);

  const empty = graph.nodes.length === 0;
  useEffect(() => {
    if (laidOut && !empty) requestAnimationFrame(() => void fitView(FIT));
  }, [fitView, fitKey, laidOut, empty]);

  const actions = useMemo<CardActions>(() => readOnly ? { decides: true } : {
    decides: true, connectable: true, add: (source, port) => onAdd({ after: { source, port } }), addOnEdge: (edge) => onAdd({ edge }), removeEdge: onRemoveEdge,
  }, [readOnly, onAdd, onRemoveEdge]);

  const onNodesChange = useCallback((changes: NodeChange<CardNode>[]) => {
    selection.onNodes(changes);
    const moves = changes.flatMap((change) => (change.type === "position" && change.position ? [change] : []));
    if (moves.length === 0) return;
    const positions = Object.fromEntries(moves.map(({ id, position }) => [id, { x: Math.round(position!.x), y: Math.round(position!.y) }]));
    if (moves.some((move) => move.dragging)) return setMoving((old) => ({ ...old, ...positions }));
    setMoving(null);
    props.onMove(positions);
    // The rest of the props does not matter here.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [selection.onNodes, props.onMove]);

  // All of these stay the same: another function would render every node and edge anew.
  const onConnect = useStable((connection: Connection) => props.onConnect(ends(connection)));
  const onConnectEnd = useStable<Parameters<OnConnectEnd>, void>((event, connection) => {
    // Let go over nothing: what comes next is asked for.
    if (readOnly || connection.isValid || connection.toNode || connection.fromHandle?.type !== "source" || !connection.fromNode) return;
    const { clientX, clientY } = "changedTouches" in event ? event.changedTouches[0]! : event;
    const at = screenToFlowPosition({ x: clientX, y: clientY });
    onAdd({ after: { source: connection.fromNode.id, port: connection.fromHandle.id ?? "out" }, position: { x: Math.round(at.x / 10) * 10, y: Math.round((at.y - NODE.height / 2) / 10) * 10 } });
  });
  const onReconnectStart = useStable(() => { reconnected.current = false; });
  const onReconnect = useStable((edge: CardEdge, connection: Connection) => { reconnected.current = true; props.onReconnect(edge.id, ends(connection)); });
  const onReconnectEnd = useStable((_: unknown, edge: CardEdge) => { if (!reconnected.current) onRemoveEdge(edge.id); });
  const onNodeDoubleClick = useStable((_: unknown, node: CardNode) => (node.data.inner === null ? props.onOpen(node.id) : props.onEnter(node.id)));

  function onKeyDown(event: KeyboardEvent) {
    const id = (event.target as HTMLElement).classList.contains("react-flow__node") ? (event.target as HTMLElement).dataset.id : undefined;
    if (!id || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter") props.onOpen(id);
    else if (event.key === ">" || event.key === "i") props.onEnter(id);
    else return;
    event.preventDefault();
  }
  function onDrop(event: DragEvent) {
    const type = event.dataTransfer.getData(NODE_DRAG);
    if (!type) return;
    event.preventDefault();
    const at = screenToFlowPosition({ x: event.clientX, y: event.clientY });
    props.onDropType(type, { x: Math.round((at.x - NODE.width / 2) / 10) * 10, y: Math.round((at.y - NODE.height / 2) / 10) * 10 });
  }
  if (!laidOut) return <div role="status" className="flex flex-1 items-center justify-center text-sm text-muted">Laying out {graph.nodes.length} nodes…</div>;
  return (
    <CardActionsContext value={actions}>
      <FarContext value={far}>
      <ReactFlow<CardNode, CardEdge>
        aria-label={props.label}
        nodes={nodes}
        edges={far ? NO_EDGES : edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        className={props.arranging ? "arranging" : undefined}
        defaultViewport={start}
        colorMode={shown}
        fitView
        fitViewOptions={FIT}
        minZoom={0.04}
        maxZoom={2}
        snapToGrid
        snapGrid={SNAP}
        nodesDraggable={!readOnly}
        nodesConnectable={!readOnly}
        edgesReconnectable={!readOnly}
        elevateNodesOnSelect={nodes.length <= BIG}
        deleteKeyCode={null}
        zoomOnDoubleClick={false}
        connectionRadius={32}
        nodeDragThreshold={3}
        onlyRenderVisibleElements={nodes.length > BIG}
        onNodesChange={onNodesChange}
        onEdgesChange={selection.onEdges}
        onConnect={onConnect}
        onConnectEnd={onConnectEnd}
        onReconnectStart={onReconnectStart}
        onReconnect={onReconnect}
        onReconnectEnd={onReconnectEnd}
        onNodeDoubleClick={onNodeDoubleClick}
        onMoveStart={far ? markMoving : undefined}
        onMoveEnd={markStill}
        onDragOver={(event) => { if (!readOnly && event.dataTransfer.types.includes(NODE_DRAG)) event.preventDefault(); }}
        onDrop={readOnly ? undefined : onDrop}
        onKeyDown={onKeyDown}
        proOptions={{ hideAttribution: false }}
      >
        <Background gap={20} size={1} />
        <Controls showInteractive={false} position="bottom-left" fitViewOptions={FIT} />
        {nodes.length > BIG && <GraphMap nodes={nodes} />}
        {far && <FarEdges nodes={nodes} edges={edges} />}
        {props.children}
      </ReactFlow>
      </FarContext>
    </CardActionsContext>
  );
}

const ends = ({ source, target, sourceHandle }: Connection) => ({ source, target, port: sourceHandle ?? "out" });

/** The flow now, with the objects of before for what did not change: only what changed is drawn again. */
function useFlow(graph: GraphConfig, looks: Looks, states: States | undefined, problems: Record<string, Problems>, selection: ReadonlySet<string>, laidOut: Positions | undefined, moving: Positions | null) {
  const [last, setLast] = useState(() => ({ inputs: [] as unknown[], nodes: [] as CardNode[], edges: [] as CardEdge[] }));
  const inputs = [graph, looks, states, problems, selection, laidOut, moving];
  if (inputs.every((each, index) => each === last.inputs[index])) return last;
  const flow = toFlow(graph, { states, looks, problems, selection, positions: moving ? { ...laidOut, ...moving } : laidOut, before: last.nodes, beforeEdges: last.edges });
  const next = { inputs, ...flow };
  setLast(next);
  return next;
}

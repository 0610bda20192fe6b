import { Background, Controls, MiniMap, ReactFlow, ReactFlowProvider, useReactFlow, type Edge } from "@xyflow/react";
import { useEffect, useMemo, useState } from "react";
import { useNodeTypes } from "@/api/system";
import { statusLook } from "@/ui/status";
import { useTheme } from "@/ui/theme";
import { GraphList } from "./GraphList";
import { layout } from "./layout";
import type { GraphConfig, States } from "./model";
import { NodeCard } from "./NodeCard";
import { needsLayout, toFlow, type CardNode, type Positions } from "./to-flow";
import "./graph.css";

/** A constant: a new object would mount all nodes anew at each render. */
const nodeTypes = { card: NodeCard };
const BIG = 60;

interface Props {
  graph: GraphConfig;
  states?: States;
  selected?: string | null;
  onSelect?: (nodeId: string | null) => void;
  /** "list" is for screen readers and phones. */
  view?: "canvas" | "list";
  label: string;
}

/** A graph to look at, with the states of an execution if there is one. */
export function GraphView(props: Props) {
  if (props.view === "list") return <GraphList graph={props.graph} states={props.states} selected={props.selected} onSelect={props.onSelect} />;
  return (
    <ReactFlowProvider>
      <Canvas {...props} />
    </ReactFlowProvider>
  );
}

/** Icon names by node type. */
export function useIcons(): Record<string, string> {
  const { data } = useNodeTypes();
  return useMemo(() => Object.fromEntries((data?.items ?? []).map((type) => [type.type, type.icon ?? ""])), [data]);
}

/** Places of a graph that has none stored; undefined while they are computed. */
export function usePositions(graph: GraphConfig): Positions | undefined {
  const [found, setFound] = useState<{ of: GraphConfig; positions: Positions }>();
  const missing = useMemo(() => needsLayout(graph), [graph]);
  useEffect(() => {
    if (!missing) return;
    let gone = false;
    layout(graph).then((positions) => !gone && setFound({ of: graph, positions }), () => !gone && setFound({ of: graph, positions: {} }));
    return () => { gone = true; };
  }, [graph, missing]);
  if (!missing) return NONE;
  return found?.of === graph ? found.positions : undefined;
}
const NONE: Positions = {};

function Canvas({ graph, states, selected, onSelect, label }: Props) {
  const icons = useIcons();
  const positions = usePositions(graph);
  const { shown } = useTheme();
  const { fitView } = useReactFlow();
  const { nodes, edges } = useFlow(graph, states, positions, icons, selected ?? null);
  const fitted = graph.nodes.length;
  useEffect(() => {
    if (positions) void fitView({ padding: 0.15, maxZoom: 1.1 });
  }, [fitView, fitted, positions]);
  if (!positions) return <div role="status" className="flex flex-1 items-center justify-center text-sm text-muted">Laying out {graph.nodes.length} nodes…</div>;
  return (
    <ReactFlow
      aria-label={label}
      nodes={nodes}
      edges={edges}
      nodeTypes={nodeTypes}
      colorMode={shown}
      nodesDraggable={false}
      nodesConnectable={false}
      edgesFocusable={false}
      deleteKeyCode={null}
      fitView
      fitViewOptions={{ padding: 0.15, maxZoom: 1.1 }}
      minZoom={0.05}
      maxZoom={2}
      onlyRenderVisibleElements={nodes.length > BIG}
      onNodeClick={(_, node) => onSelect?.(node.id)}
      onPaneClick={() => onSelect?.(null)}
      proOptions={{ hideAttribution: false }}
    >
      <Background gap={20} size={1} />
      <Controls showInteractive={false} position="bottom-left" />
      {nodes.length > BIG && (
        <MiniMap pannable zoomable ariaLabel="Map of the graph" nodeColor={(node) => `var(--${toneOf(node as CardNode)})`} />
      )}
    </ReactFlow>
  );
}

const toneOf = (node: CardNode) => (node.data.state ? statusLook("activity", node.data.state.status).tone : "line-strong");

/** The flow now, with the objects of before for nodes that did not change: memoised cards are then not drawn again. */
function useFlow(graph: GraphConfig, states: States | undefined, positions: Positions | undefined, icons: Record<string, string>, selected: string | null) {
  const [last, setLast] = useState(() => ({ inputs: [] as unknown[], nodes: [] as CardNode[], edges: [] as Edge[] }));
  const inputs = [graph, states, positions, icons, selected];
  if (inputs.every((each, index) => each === last.inputs[index])) return last;
  const flow = toFlow(graph, { states, positions, icons, before: last.nodes, selected });
  const next = { inputs, ...flow };
  setLast(next);
  return next;
}

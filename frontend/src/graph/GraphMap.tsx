import { Panel, useReactFlow, useStore, type ReactFlowState } from "@xyflow/react";
import { useMemo, type PointerEvent } from "react";
import { statusLook } from "@/ui/status";
import { CHANGE_TONE, type CardNode } from "./to-flow";

const SIZE = { width: 200, height: 150 };
interface Box { x: number; y: number; width: number; height: number }

/** The whole graph in a corner, in the colours of its states; drag on it to look elsewhere. A few large shapes: an element for each node would be drawn anew with each move. */
export function GraphMap({ nodes }: { nodes: CardNode[] }) {
  const { setCenter, getZoom, zoomTo } = useReactFlow();
  const around = useMemo(() => aroundOf(nodes), [nodes]);
  const { x, y, width, height } = around;
  const shapes = useMemo(() => shapesByTone(nodes), [nodes]);
  function look(event: PointerEvent<SVGSVGElement>) {
    if (event.buttons === 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const box = event.currentTarget.getBoundingClientRect();
    void setCenter(x + ((event.clientX - box.left) / box.width) * width, y + ((event.clientY - box.top) / box.height) * height, { zoom: getZoom() });
  }
  return (
    <Panel position="bottom-right" className="react-flow__minimap">
      <svg role="img" aria-label="Map of the graph" {...SIZE} viewBox={`${x} ${y} ${width} ${height}`} className="block cursor-grab touch-none active:cursor-grabbing"
        onPointerDown={look} onPointerMove={look} onWheel={(event) => void zoomTo(getZoom() * 2 ** (-event.deltaY * 0.002))}>
        {[...shapes].map(([tone, shape]) => <path key={tone} d={shape} fill={`var(--${tone})`} />)}
        <Sight around={around} />
      </svg>
    </Panel>
  );
}

const sightOf = ({ transform: [x, y, zoom], width, height }: ReactFlowState): Box => ({ x: -x / zoom, y: -y / zoom, width: width / zoom, height: height / zoom });
const sameBox = (one: Box, other: Box) => one.x === other.x && one.y === other.y && one.width === other.width && one.height === other.height;

/** What is in sight on the canvas: the rest lies under a veil. */
function Sight({ around }: { around: Box }) {
  const { x, y, width, height } = useStore(sightOf, sameBox);
  const stroke = around.width / SIZE.width;
  return <path d={`${rectangle(around)}${rectangle({ x, y, width, height })}`} fillRule="evenodd" fill="var(--xy-minimap-mask-background-color)" stroke="var(--accent)" strokeWidth={stroke} />;
}

const rectangle = ({ x, y, width, height }: Box): string => `M${x} ${y}h${width}v${height}h${-width}z`;

/** The box around all nodes, with a margin, in the proportions of the map. */
function aroundOf(nodes: CardNode[]): Box {
  let left = Infinity, top = Infinity, right = -Infinity, bottom = -Infinity;
  for (const { position, width = 0, height = 0 } of nodes) {
    left = Math.min(left, position.x); top = Math.min(top, position.y);
    right = Math.max(right, position.x + width); bottom = Math.max(bottom, position.y + height);
  }
  const unit = Math.max((right - left) / SIZE.width, (bottom - top) / SIZE.height) * 1.16;
  const width = unit * SIZE.width, height = unit * SIZE.height;
  return { x: (left + right - width) / 2, y: (top + bottom - height) / 2, width, height };
}

const toneOf = ({ data: { change, state } }: CardNode): string => (change ? CHANGE_TONE[change] : state ? statusLook("activity", state.status).tone : "line-strong");

function shapesByTone(nodes: CardNode[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const node of nodes) found.set(toneOf(node), (found.get(toneOf(node)) ?? "") + rectangle({ ...node.position, width: node.width ?? 0, height: node.height ?? 0 }));
  return found;
}

import { ViewportPortal } from "@xyflow/react";
import { useMemo } from "react";
import { NODE } from "./model";
import { portTop } from "./ports";
import type { CardEdge, CardNode } from "./to-flow";

/** Edges in one line: few enough that a change repaints little, many enough that there are few elements. */
const TOGETHER = 24;

/** All edges as a few lines of many parts: from far away nobody points at one, and thousands of elements would be slow. */
export function FarEdges({ nodes, edges }: { nodes: CardNode[]; edges: CardEdge[] }) {
  const lines = useMemo(() => linesOf(nodes, edges), [nodes, edges]);
  return (
    <ViewportPortal>
      <svg aria-hidden className="pointer-events-none absolute top-0 left-0 overflow-visible" style={{ zIndex: -1 }} width={1} height={1} fill="none">
        {lines.map(({ plain, taken }, index) => (
          <g key={index}>
            {plain && <path d={plain} stroke="var(--line-strong)" strokeWidth={3} opacity={0.6} />}
            {taken && <path d={taken} stroke="var(--accent)" strokeWidth={6} />}
          </g>
        ))}
      </svg>
    </ViewportPortal>
  );
}

function linesOf(nodes: CardNode[], edges: CardEdge[]): { plain: string; taken: string }[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const lines = Array.from({ length: Math.ceil(edges.length / TOGETHER) }, () => ({ plain: "", taken: "" }));
  for (const [index, edge] of edges.entries()) {
    const source = byId.get(edge.source), target = byId.get(edge.target);
    if (!source || !target) continue;
    const ports = source.data.ports;
    const down = edge.sourceHandle === "error";
    const x = source.position.x + (down ? NODE.width / 2 : NODE.width);
    const y = source.position.y + (down ? (source.height ?? NODE.height) : portTop(ports, Math.max(0, ports.indexOf(edge.sourceHandle ?? "out"))));
    const toX = target.position.x, toY = target.position.y + NODE.height / 2;
    const bend = Math.max(40, Math.abs(toX - x) / 2);
    lines[Math.floor(index / TOGETHER)]![edge.className?.includes("edge-taken") ? "taken" : "plain"] += `M${x} ${y}C${x + bend} ${y} ${toX - bend} ${toY} ${toX} ${toY}`;
  }
  return lines;
}

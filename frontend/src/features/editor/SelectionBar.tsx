import { AlignHorizontalJustifyStart, AlignVerticalJustifyStart, ArrowRightFromLine, Columns3, Copy, Layers, Power, Rows3, Settings2, Trash2 } from "lucide-react";
import { useStore, useViewport, ViewportPortal } from "@xyflow/react";
import { IconButton } from "@/ui/Button";
import { NODE, type GraphConfig } from "@/graph/model";
import { HOLDS_GRAPH } from "@/graph/ports";
import type { CanvasOps } from "./useCanvasOps";

interface Props { graph: GraphConfig; chosen: ReadonlySet<string>; ops: CanvasOps; readOnly: boolean; onOpen: (id: string) => void; onEnter: (id: string) => void; onConnect: (id: string) => void }

/** What can be done with what is selected: over the node, or over the topmost of several. */
export function SelectionBar({ graph, chosen, ops, readOnly, onOpen, onEnter, onConnect }: Props) {
  const { zoom } = useViewport();
  const dragging = useStore((state) => state.paneDragging || state.userSelectionActive);
  const nodes = graph.nodes.filter((node) => chosen.has(node.id) && node.position);
  if (nodes.length === 0 || dragging || zoom < 0.3) return null;
  const top = nodes.reduce((one, other) => (other.position!.y < one.position!.y ? other : one)).position!;
  const only = nodes.length === 1 ? nodes[0]! : null;
  return (
    <ViewportPortal>
      <div role="toolbar" aria-label={only ? `Actions for ${only.name ?? only.id}` : `Actions for ${nodes.length} nodes`} className="overlay nodrag nopan pointer-events-auto absolute z-10 flex gap-0.5 p-0.5"
        style={{ left: 0, top: 0, transform: `translate(${top.x + NODE.width / 2}px, ${top.y - 8 / zoom}px) scale(${1 / zoom}) translate(-50%, -100%)`, transformOrigin: "0 0", animation: "none" }}>
        {only && <IconButton icon={Settings2} label="Open" shortcut="enter" size="sm" onClick={() => onOpen(only.id)} />}
        {only && HOLDS_GRAPH.has(only.type) && <IconButton icon={Layers} label="Go inside" shortcut="i" size="sm" onClick={() => onEnter(only.id)} />}
        {!readOnly && only && <IconButton icon={ArrowRightFromLine} label="Connect to…" shortcut="c" size="sm" onClick={() => onConnect(only.id)} />}
        {!readOnly && !only && (
          <>
            <IconButton icon={AlignHorizontalJustifyStart} label="Align left" size="sm" onClick={() => ops.lineUp("left")} />
            <IconButton icon={AlignVerticalJustifyStart} label="Align at the top" size="sm" onClick={() => ops.lineUp("top")} />
            <IconButton icon={Columns3} label="In a row" size="sm" onClick={() => ops.lineUp("row")} />
            <IconButton icon={Rows3} label="In a column" size="sm" onClick={() => ops.lineUp("column")} />
          </>
        )}
        {!readOnly && (
          <>
            <IconButton icon={Copy} label="Duplicate" shortcut="mod+d" size="sm" onClick={ops.duplicate} />
            <IconButton icon={Power} label={nodes.some((node) => !node.disabled) ? "Disable" : "Enable"} shortcut="d" size="sm" onClick={ops.disable} />
            <IconButton icon={Trash2} label="Delete" shortcut="delete" size="sm" onClick={ops.removeChosen} />
          </>
        )}
      </div>
    </ViewportPortal>
  );
}

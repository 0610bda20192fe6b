import { BaseEdge, EdgeLabelRenderer, getBezierPath, getSmoothStepPath, type EdgeProps } from "@xyflow/react";
import { Plus, Trash2 } from "lucide-react";
import { memo, useContext, useRef, useState } from "react";
import { IconButton } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { CardActionsContext } from "./card-actions";
import type { CardEdge } from "./to-flow";

/** An edge: a curve onwards, a way around for one that leads back. Pointed at or selected it can be split and removed. */
export const EdgeLine = memo(function EdgeLine(props: EdgeProps<CardEdge>) {
  const { id, data, selected, markerEnd, sourceX, targetX, source, target } = props;
  const { addOnEdge, removeEdge } = useContext(CardActionsContext);
  const [near, setNear] = useState(false);
  const leaving = useRef<ReturnType<typeof setTimeout>>(undefined);
  const back = targetX < sourceX + 8 || source === target;
  const [path, x, y] = back ? getSmoothStepPath({ ...props, borderRadius: 14, offset: 24 }) : getBezierPath({ ...props, curvature: 0.32 });
  const shown = Boolean(addOnEdge) && (selected || near);
  const enter = () => { clearTimeout(leaving.current); setNear(true); };
  const leave = () => { leaving.current = setTimeout(() => setNear(false), 250); };
  return (
    <>
      <g onMouseEnter={addOnEdge && enter} onMouseLeave={addOnEdge && leave}>
        <BaseEdge id={id} path={path} markerEnd={markerEnd} interactionWidth={addOnEdge ? 22 : 0} />
      </g>
      {(data?.label || shown) && (
        <EdgeLabelRenderer>
          <div className="nodrag nopan absolute flex flex-col items-center gap-1" onMouseEnter={enter} onMouseLeave={leave}
            style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)`, pointerEvents: shown ? "all" : "none", zIndex: shown ? 10 : undefined }}>
            {data?.label && <span className={cx("max-w-52 truncate rounded-sm bg-bg px-1 font-mono text-xs", data.problems?.errors ? "text-fail" : "text-muted")}>{data.label}</span>}
            {shown && (
              <span className="overlay flex gap-0.5 p-0.5">
                <IconButton icon={Plus} label="Add a node here" size="sm" onClick={() => addOnEdge?.(id)} />
                <IconButton icon={Trash2} label="Remove this edge" size="sm" onClick={() => removeEdge?.(id)} />
              </span>
            )}
          </div>
        </EdgeLabelRenderer>
      )}
    </>
  );
});

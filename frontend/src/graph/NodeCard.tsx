import { Handle, Position, type NodeProps } from "@xyflow/react";
import { createElement, memo } from "react";
import { useNow } from "@/ui/clock";
import { cx } from "@/ui/cx";
import { statusLook, TONE_CLASS } from "@/ui/status";
import { durationText } from "@/ui/times";
import { nodeIcon } from "./icons";
import { waitingText } from "./model";
import type { CardData, CardNode } from "./to-flow";

/** A node on the canvas: what it is, and how it stands. */
export const NodeCard = memo(function NodeCard({ data, selected }: NodeProps<CardNode>) {
  const { node, state, icon } = data;
  const status = state?.status;
  const look = status ? statusLook("activity", status) : null;
  return (
    <div
      data-status={status}
      className={cx(
        "flex h-full flex-col overflow-hidden rounded-lg border bg-surface shadow-low transition-colors",
        look ? [TONE_CLASS[look.tone], "border-tone"].join(" ") : "border-line-strong/50",
        selected && "outline-2 outline-offset-2 outline-accent",
      )}
    >
      <Handle type="target" position={Position.Left} className="port" isConnectable={false} />
      <div className="flex min-h-0 flex-1 items-center gap-2.5 px-2.5">
        <span className={cx("inline-flex size-7 shrink-0 items-center justify-center rounded-md", look ? "bg-tone-soft text-tone" : "bg-hover text-muted")}>
          {createElement(nodeIcon(icon), { size: 16, "aria-hidden": true })}
        </span>
        <div className="min-w-0 flex-1">
          <div className="truncate text-sm leading-4.5 font-medium text-fg">{node.name ?? node.id}</div>
          <div className="truncate text-xs text-faint">{node.type}</div>
        </div>
      </div>
      {look && (
        <div className="flex h-6 shrink-0 items-center gap-1 bg-tone-soft px-2.5 text-xs font-medium text-tone">
          <look.icon aria-hidden size={12} className={cx("shrink-0", look.spins && "animate-spin")} />
          <StateText {...data} />
        </div>
      )}
      <Handle type="source" position={Position.Right} className="port" isConnectable={false} />
    </div>
  );
});

/** "Completed · 120 ms · attempt 2", or why it waits. */
export function StateText({ state, waiting }: Pick<CardData, "state" | "waiting">) {
  const ticking = state !== undefined && (state.status === "running" || waiting !== undefined);
  const now = useNow(1000, ticking);
  if (!state) return null;
  const { label } = statusLook("activity", state.status);
  const from = state.started_at ? Date.parse(state.started_at) : null;
  const to = state.finished_at ? Date.parse(state.finished_at) : ticking ? Math.max(now, from ?? 0) : null;
  const words = [waiting ? waitingText(waiting, now) : label];
  if (!waiting && from && to && state.status !== "skipped") words.push(durationText(to - from));
  if (state.runs) words.push(`${state.runs.completed + state.runs.failed}/${state.runs.total}`);
  if (state.attempts > 1) words.push(`attempt ${state.attempts}`);
  if (state.visits > 1) words.push(`visit ${state.visits}`);
  return <span className="truncate" title={words.join(" · ")}>{words.join(" · ")}</span>;
}

import { Handle, Position, type NodeProps } from "@xyflow/react";
import { CircleAlert, Layers, Minus, Pencil, Plus, TriangleAlert } from "lucide-react";
import { createElement, memo, useContext } from "react";
import { useNow } from "@/ui/clock";
import { cx } from "@/ui/cx";
import { statusLook, TONE_CLASS } from "@/ui/status";
import { durationText } from "@/ui/times";
import { ApprovalStrip } from "./ApprovalStrip";
import { CardActionsContext, FarContext } from "./card-actions";
import { nodeIcon } from "./icons";
import { NODE, waitingText } from "./model";
import { isPlain, portTop } from "./ports";
import { CHANGE_TONE, type CardData, type CardNode, type Change } from "./to-flow";

/** A node on the canvas. */
export const NodeCard = memo(function NodeCard({ data, selected }: NodeProps<CardNode>) {
  return useContext(FarContext) ? <FarCard data={data} selected={selected} /> : <NearCard data={data} selected={selected} />;
});

interface Props { data: CardData; selected: boolean }
const TELLING = new Set(["failed", "waiting", "retrying"]);

/** One shape in the colour of its state; what needs somebody has its sign, too. */
function FarCard({ data: { state, change, problems }, selected }: Props) {
  const look = state ? statusLook("activity", state.status) : null;
  const tone = change ? CHANGE_TONE[change] : look?.tone;
  return (
    <div data-status={state?.status} className={cx("flex h-full items-center justify-center rounded-lg border-4", tone ? [TONE_CLASS[tone], "border-tone bg-tone-soft text-tone"].join(" ") : problems?.errors ? "border-fail bg-surface" : "border-line-strong/60 bg-surface", selected && "outline-8 outline-accent")}>
      {look && TELLING.has(state!.status) && <look.icon aria-hidden size={44} strokeWidth={3} />}
    </div>
  );
}

/** What a node is, its exits, and how it stands. */
function NearCard({ data, selected }: Props) {
  const { node, state, icon, waiting, change, problems, inner } = data;
  const actions = useContext(CardActionsContext);
  const look = change ? { tone: CHANGE_TONE[change] } : state ? statusLook("activity", state.status) : null;
  return (
    <div
      data-status={state?.status}
      className={cx(
        "group/card relative flex h-full flex-col rounded-lg border bg-surface shadow-low transition-[border-color,opacity]",
        look ? [TONE_CLASS[look.tone], "border-tone"].join(" ") : problems?.errors ? "border-fail" : "border-line-strong/50",
        selected && "outline-2 outline-offset-2 outline-accent",
        (node.disabled || change === "removed") && "border-dashed",
        node.disabled && "opacity-60",
      )}
    >
      {inner !== null && <span aria-hidden className="absolute inset-x-2 -bottom-1 -z-10 h-2 rounded-b-lg border border-line-strong/40 bg-surface" />}
      <Handle id="in" type="target" position={Position.Left} className="port" style={{ top: NODE.height / 2 }} isConnectable={Boolean(actions.connectable)} />
      <div className="flex shrink-0 flex-col" style={{ height: NODE.height - 2 }}>
        <div className="flex min-h-0 flex-1 items-center gap-2.5 px-2.5">
          <span className={cx("inline-flex size-7 shrink-0 items-center justify-center rounded-md", look ? "bg-tone-soft text-tone" : "bg-hover text-muted")}>
            {createElement(nodeIcon(icon), { size: 16, "aria-hidden": true })}
          </span>
          <div className="min-w-0 flex-1">
            <div className={cx("truncate text-sm leading-4.5 font-medium text-fg", node.disabled && "line-through")}>{node.name ?? node.id}</div>
            <div className="flex items-center gap-1 truncate text-xs text-faint">
              {node.type}
              {inner !== null && <span className="inline-flex items-center gap-0.5 text-muted"><Layers aria-hidden size={10} />{inner}</span>}
              {node.disabled && <span>· disabled</span>}
            </div>
          </div>
          {problems && <ProblemMark {...problems} />}
        </div>
        {change ? <ChangeStrip change={change} /> : state && look && <StateStrip data={data} />}
      </div>
      <Ports data={data} selected={selected} />
      {waiting?.kind === "approval" && typeof waiting.approval_id === "string" && actions.decides && <ApprovalStrip id={waiting.approval_id} />}
    </div>
  );
}

function StateStrip({ data }: { data: CardData }) {
  const look = statusLook("activity", data.state!.status);
  return (
    <div className={cx("flex h-6 shrink-0 items-center gap-1 bg-tone-soft px-2.5 text-xs font-medium text-tone", isPlain(data.ports) && "rounded-b-lg")}>
      <look.icon aria-hidden size={12} className={cx("shrink-0", look.spins && "animate-spin")} />
      <StateText {...data} />
    </div>
  );
}

const CHANGE_LOOKS = { added: { icon: Plus, label: "Added" }, removed: { icon: Minus, label: "Removed" }, changed: { icon: Pencil, label: "Changed" } };

function ChangeStrip({ change }: { change: Change }) {
  const { icon: Icon, label } = CHANGE_LOOKS[change];
  return <div className="flex h-6 shrink-0 items-center gap-1 rounded-b-lg bg-tone-soft px-2.5 text-xs font-medium text-tone"><Icon aria-hidden size={12} />{label}</div>;
}

function ProblemMark({ errors, warnings, text }: NonNullable<CardData["problems"]>) {
  const Icon = errors ? CircleAlert : TriangleAlert;
  return <span title={text} className={cx("shrink-0 text-tone", errors ? "tone-fail" : "tone-wait")}><Icon aria-hidden size={15} /><span className="sr-only">{errors + warnings === 1 ? "1 problem" : `${errors + warnings} problems`}</span></span>;
}

/** The exits: one dot in the middle of a plain node, else a row each; `error` leaves at the bottom. */
function Ports({ data: { node, ports, used }, selected }: { data: CardData; selected: boolean }) {
  const { connectable = false, add } = useContext(CardActionsContext);
  const plain = isPlain(ports);
  const taken = used.split(" ");
  const errors = taken.includes("error");
  return (
    <>
      {ports.map((port, index) => (
        <div key={port}>
          {!plain && <div className="absolute right-3 truncate text-right text-xs leading-5 text-muted" style={{ top: portTop(ports, index) - 10, maxWidth: NODE.width - 24 }}>{port}</div>}
          <Handle id={port} type="source" position={Position.Right} className="port" style={{ top: portTop(ports, index) }} isConnectable={connectable} title={plain ? undefined : port} />
          {add && (
            <button type="button" tabIndex={selected ? 0 : -1} aria-label={`Add a node after ${node.name ?? node.id}${plain ? "" : `, port ${port}`}`}
              onClick={(event) => { event.stopPropagation(); add(node.id, port); }}
              className={cx(
                "nodrag nopan absolute -right-8 inline-flex size-5 -translate-y-1/2 items-center justify-center rounded-full border border-line-strong/60 bg-surface text-muted shadow-low transition-opacity hover:border-accent hover:text-accent focus-visible:opacity-100",
                taken.includes(port) && !selected ? "opacity-0 group-hover/card:opacity-100" : "opacity-100",
              )}
              style={{ top: portTop(ports, index) }}>
              <Plus aria-hidden size={12} />
            </button>
          )}
        </div>
      ))}
      <Handle id="error" type="source" position={Position.Bottom} title="error: taken when this node fails" isConnectable={connectable}
        className={cx("port port-error", !errors && !(selected && connectable) && (connectable ? "opacity-0 group-hover/card:opacity-100" : "opacity-0"))} />
    </>
  );
}

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
  if (state.status === "running" && state.progress) words.push(state.progress.total ? `${state.progress.done ?? 0}/${state.progress.total}` : state.progress.message);
  if (state.attempts > 1) words.push(`attempt ${state.attempts}`);
  if (state.visits > 1) words.push(`visit ${state.visits}`);
  return <span className="truncate" title={words.join(" · ")}>{words.join(" · ")}</span>;
}

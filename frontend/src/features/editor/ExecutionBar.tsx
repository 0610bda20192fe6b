import { Link } from "@tanstack/react-router";
import { ArrowUpRight, CircleStop, Play, X } from "lucide-react";
import { useState } from "react";
import { isOver, useSteer, type Execution } from "@/api/executions";
import { waitingText } from "@/graph/model";
import { StatusBadge } from "@/ui/Badge";
import { Button, IconButton } from "@/ui/Button";
import { useNow } from "@/ui/clock";
import { ConfirmDialog } from "@/ui/Dialog";
import { Duration } from "@/ui/Time";
import { toast } from "@/ui/Toast";

interface Props { execution: Execution; /** The version on the canvas is not the latest. */ old: boolean; busy: boolean; onAgain: () => void; onClose: () => void; onNode: (id: string) => void }

/** How the execution on the canvas stands. */
export function ExecutionBar({ execution, old, busy, onAgain, onClose, onNode }: Props) {
  const [asking, setAsking] = useState(false);
  const cancel = useSteer(execution.id, "cancel");
  const over = isOver(execution);
  return (
    <section aria-label="Execution on the canvas" className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-b bg-surface px-4 py-1.5 text-sm">
      <span role="status" className="inline-flex items-center gap-2">
        <StatusBadge kind="execution" status={execution.status} />
        <Duration from={execution.created_at} to={execution.finished_at} />
      </span>
      <Why execution={execution} onNode={onNode} />
      <span className="ml-auto flex flex-wrap items-center gap-1.5">
        {old && <span className="text-xs text-muted">ran on v{execution.version}</span>}
        <Link to="/x/$id" params={{ id: execution.id }} className="inline-flex items-center gap-0.5 font-mono text-xs text-accent hover:underline">{execution.id.slice(0, 13)}…<ArrowUpRight aria-hidden size={12} /><span className="sr-only"> all about it</span></Link>
        {!over && <Button size="sm" icon={CircleStop} onClick={() => setAsking(true)}>Stop</Button>}
        {over && <Button size="sm" icon={Play} busy={busy} onClick={onAgain}>Run again</Button>}
        <IconButton icon={X} size="sm" label="Take it off the canvas" onClick={onClose} />
      </span>
      <ConfirmDialog open={asking} onClose={() => setAsking(false)} title="Stop this execution?" confirm="Stop it" danger
        description="It is cancelled: what runs is stopped, what is done stays done. It cannot be taken back."
        onConfirm={() => cancel.mutateAsync({}).then(() => toast.ok("It is being stopped."), (error: unknown) => { toast.error(error); throw error; })} />
    </section>
  );
}

function Why({ execution, onNode }: { execution: Execution; onNode: (id: string) => void }) {
  const waiting = execution.waiting_on.find((each) => each.kind !== "time") ?? execution.waiting_on[0];
  const now = useNow(1000, Boolean(waiting));
  const error = execution.error as { type?: string; message?: string; node_id?: string } | null;
  if (error && execution.status !== "running") {
    return (
      <span className="min-w-0 truncate text-fail max-sm:w-full" title={error.message}>
        {error.node_id && <button type="button" className="mr-1.5 font-medium underline" onClick={() => onNode(error.node_id!)}>{error.node_id}</button>}
        {error.message ?? error.type}
      </span>
    );
  }
  if (!waiting || isOver(execution)) return null;
  return (
    <span className="min-w-0 truncate text-muted">
      {waiting.node_id && <button type="button" className="mr-1.5 font-medium text-fg underline" onClick={() => onNode(waiting.node_id!)}>{waiting.node_id}</button>}
      {waitingText(waiting, now)}
    </span>
  );
}

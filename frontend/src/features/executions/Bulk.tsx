import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Ban, Pause, Play, RotateCw, X } from "lucide-react";
import { useRef, useState } from "react";
import { keys } from "@/api/query";
import { StatusBadge } from "@/ui/Badge";
import { Button, IconButton } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Field, Input } from "@/ui/Field";
import { ErrorState, Skeleton } from "@/ui/States";
import { Checkbox } from "@/ui/Toggle";
import { bulk, type BulkAction, type BulkAnswer, type BulkTarget } from "./useList";

const ACTIONS: { action: BulkAction; label: string; icon: typeof Ban; does: string }[] = [
  { action: "retry", label: "Retry", icon: RotateCw, does: "What failed in them runs again; what was finished is kept." },
  { action: "pause", label: "Pause", icon: Pause, does: "What is running finishes; nothing more starts until you resume." },
  { action: "resume", label: "Resume", icon: Play, does: "They go on where they were paused." },
  { action: "cancel", label: "Cancel", icon: Ban, does: "They stop and cannot be resumed." },
];

interface BarProps { count: number; everything: boolean; total: number | undefined; capped: boolean; onAll: () => void; onClear: () => void; onAction: (action: BulkAction) => void }

/** Appears when something is selected. */
export function BulkBar({ count, everything, total, capped, onAll, onClear, onAction }: BarProps) {
  const all = total === undefined ? "all" : `all ${total.toLocaleString("en")}${capped ? "+" : ""}`;
  return (
    <div role="toolbar" aria-label="With the selected executions" className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-1.5 border-t bg-accent-soft px-4 py-2">
      <IconButton icon={X} label="Clear the selection" size="sm" onClick={onClear} />
      <p className="text-sm font-medium" role="status">{everything ? `${all[0]!.toUpperCase()}${all.slice(1)} that match` : `${count} selected`}</p>
      {!everything && <button type="button" onClick={onAll} className="text-sm font-medium text-accent hover:underline">Select {all} that match</button>}
      <div className="flex gap-1.5 md:ml-auto">
        {ACTIONS.map(({ action, label, icon }) => <Button key={action} size="sm" icon={icon} onClick={() => onAction(action)}>{label}</Button>)}
      </div>
    </div>
  );
}

/** Says first what would happen, then does it, then names each that was refused. */
export function BulkDialog({ action, target, onClose, onDone }: { action: BulkAction; target: BulkTarget; onClose: () => void; onDone: () => void }) {
  const { label, does } = ACTIONS.find((each) => each.action === action)!;
  const client = useQueryClient();
  const stop = useRef(false);
  const [reason, setReason] = useState("");
  const [compensate, setCompensate] = useState(false);
  const [sum, setSum] = useState<BulkAnswer | null>(null);
  const [state, setState] = useState<"asks" | "runs" | "done">("asks");
  const [error, setError] = useState<unknown>(null);
  const trial = useQuery({
    queryKey: ["bulk-trial", action, target],
    queryFn: ({ signal }) => bulk({ action, ...target, dry_run: true }, () => {}, () => signal.aborted),
    staleTime: 0, gcTime: 0, retry: false, refetchOnWindowFocus: false,
  });
  const willDo = trial.data ? trial.data.matched - trial.data.refused_count : 0;
  async function run() {
    setState("runs");
    setError(null);
    try {
      await bulk({ action, ...target, ...(action === "cancel" ? { reason, compensate } : {}) }, setSum, () => stop.current);
      setState("done");
    } catch (failure) {
      setError(failure);
      setState("asks");
    }
    void client.invalidateQueries({ queryKey: keys.executions.all });
  }
  const close = () => { stop.current = true; if (state === "done") onDone(); onClose(); };
  const noun = (count: number) => `${count.toLocaleString("en")} ${count === 1 ? "execution" : "executions"}`;
  return (
    <Dialog open onClose={close} title={state === "done" ? `${label}: done` : `${label} ${trial.data ? noun(willDo) : "…"}`} description={state === "done" ? undefined : does}
      footer={state === "done" ? <Button look="primary" onClick={close}>Close</Button> : (
        <>
          <Button onClick={close}>{state === "runs" ? "Stop" : action === "cancel" ? "Keep them" : "Cancel"}</Button>
          <Button look={action === "cancel" ? "danger" : "primary"} disabled={!trial.data || willDo === 0} busy={state === "runs"} onClick={() => void run()}>{label} {trial.data && noun(willDo)}</Button>
        </>
      )}>
      <div className="flex flex-col gap-4 text-sm">
        {state !== "done" && trial.isPending && <div role="status"><span className="sr-only">Counting</span><Skeleton className="h-5 w-64" /></div>}
        {trial.isError && <ErrorState error={trial.error} onRetry={() => void trial.refetch()} compact />}
        {state !== "done" && trial.data && (
          <p>{willDo === 0 ? `None of them can be ${past(action)} now.` : <><strong>{noun(willDo)}</strong> will be {past(action)}.</>}{trial.data.refused_count > 0 && ` ${noun(trial.data.refused_count)} cannot be.`}</p>
        )}
        {state === "asks" && action === "cancel" && (
          <>
            <Field label="Reason" hint="Kept in the history of each."><Input value={reason} maxLength={500} onChange={(event) => setReason(event.target.value)} /></Field>
            <Checkbox label="Undo what was done, by the compensations of its nodes" checked={compensate} onChange={setCompensate} />
          </>
        )}
        {sum && <p role="status"><strong>{noun(sum.done)}</strong> told{state === "runs" ? " so far…" : "; workers act on it now."}</p>}
        {error !== null && <ErrorState error={error} compact />}
        {(sum ?? trial.data) && <Refused refused={(sum ?? trial.data)!.refused} count={(sum ?? trial.data)!.refused_count} />}
      </div>
    </Dialog>
  );
}

const past = (action: BulkAction): string => ({ retry: "retried", cancel: "cancelled", pause: "paused", resume: "resumed" })[action];

function Refused({ refused, count }: { refused: BulkAnswer["refused"]; count: number }) {
  if (!count) return null;
  return (
    <div>
      <h3 className="mb-1 font-medium">Refused: {count}</h3>
      <ul tabIndex={0} aria-label="Refused executions" className="max-h-56 overflow-auto rounded-md border">
        {refused.map((each) => (
          <li key={each.id} className="flex flex-wrap items-center gap-x-2 border-b border-line px-3 py-1.5 last:border-0">
            <a href={`/x/${each.id}`} className="font-mono text-xs text-accent hover:underline">{each.id}</a>
            {each.state && <StatusBadge bare kind="execution" status={each.state} />}
            <span className="w-full text-xs text-muted">{each.detail}</span>
          </li>
        ))}
      </ul>
      {count > refused.length && <p className="mt-1 text-xs text-muted">and {count - refused.length} more.</p>}
    </div>
  );
}

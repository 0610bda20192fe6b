import { Link } from "@tanstack/react-router";
import { ArrowUpRight, FlaskConical, Play, X } from "lucide-react";
import { useState } from "react";
import { outputText, useActivity } from "@/api/activities";
import { isOver, type Execution } from "@/api/executions";
import { waitingText } from "@/graph/model";
import { StatusBadge } from "@/ui/Badge";
import { Button, IconButton } from "@/ui/Button";
import { useNow } from "@/ui/clock";
import { Select } from "@/ui/Field";
import { EmptyState, ErrorState, LoadingRows } from "@/ui/States";
import { Duration } from "@/ui/Time";
import { ActivityDetails } from "./ActivityDetails";
import { ActivityError } from "./ActivityError";
import { MissingOutputs } from "./MissingOutputs";
import { RunsInside } from "./RunsInside";
import type { PanelData } from "./usePanelData";
import type { Trial } from "./useTrial";
import { ValueView } from "./ValueView";

interface Props { data: PanelData; trial: Trial; nodeId: string; trigger: boolean; holdsGraph: boolean; onEnter?: (scope: string) => void; onRun?: () => void }

/** What the node gave: in a trial of it alone, else in the chosen execution. */
export function OutputPane({ data, trial, nodeId, trigger, holdsGraph, onEnter, onRun }: Props) {
  const execution = trial.id ? trial.execution : data.execution;
  return (
    <section aria-label="Output" className="flex min-h-0 min-w-0 flex-1 flex-col">
      <div className="flex h-11 shrink-0 items-center gap-2 border-b px-3">
        <h3 className="text-sm font-semibold">Output</h3>
        {trial.id && <span className="inline-flex items-center gap-1 text-xs text-muted"><FlaskConical aria-hidden size={13} />trial<IconButton icon={X} size="sm" label="Back to the execution" onClick={trial.clear} /></span>}
        {!trigger && <Button size="sm" look="primary" icon={Play} className="ml-auto" busy={trial.running} title="Ctrl Enter" onClick={() => void trial.start()}>Run this node</Button>}
      </div>
      {trial.problem ? <div className="min-h-0 flex-1 overflow-auto"><MissingOutputs trial={trial} data={data} onRun={onRun} /></div>
        : execution ? <OfExecution key={execution.id} execution={execution} place={trial.id ? nodeId : data.place} reached={trial.id ? nodeId in execution.nodes && execution.nodes[nodeId]!.visits > 0 : data.reached} nodeId={nodeId} holdsGraph={holdsGraph} trial={Boolean(trial.id)} onEnter={trial.id ? undefined : onEnter} />
        : trial.id || data.loading ? <LoadingRows rows={4} />
        : <EmptyState icon={FlaskConical} title="Nothing to show yet">{trigger ? "A trigger gives what the execution was started with." : "Run this node alone to see what it gives, without saving. Ctrl Enter does it from any field."}</EmptyState>}
    </section>
  );
}

function OfExecution({ execution, place, reached, nodeId, holdsGraph, trial, onEnter }: { execution: Execution; place: string; reached: boolean; nodeId: string; holdsGraph: boolean; trial: boolean; onEnter?: (scope: string) => void }) {
  const [visit, setVisit] = useState(0);
  const state = execution.nodes[nodeId];
  const at = visit > 0 ? `${place}#${visit}` : place;
  const over = isOver(execution);
  const stamp = over ? "over" : state ? `${state.status}${state.visits}.${state.attempts}` : execution.status;
  const { data: activity, isPending, error, refetch } = useActivity(reached ? execution.id : undefined, at, stamp);
  const now = useNow(1000);
  if (reached && isPending) return <LoadingRows rows={4} />;
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!activity) {
    return trial && !over ? <LoadingRows rows={3} />
      : <EmptyState title="Not reached">{trial && execution.error ? execution.error.message : "This node has not run in the chosen execution. Run it alone, or choose another execution on the left."}</EmptyState>;
  }
  const waiting = execution.waiting_on.find((each) => each.node_id === nodeId);
  const first = activity.attempts[0], last = activity.attempts.at(-1);
  const done = activity.status === "completed";
  const visits = place.includes("/") ? 1 : (state?.visits ?? 1);
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-b px-3 py-2 text-xs text-muted">
        <span role="status"><StatusBadge kind="activity" status={activity.status} /></span>
        {first?.started_at && <Duration from={first.started_at} to={last?.finished_at ?? (activity.status === "waiting" || activity.status === "running" ? null : first.started_at)} />}
        {activity.port && activity.port !== "out" && <span>left through <code className="font-mono text-fg">{activity.port}</code></span>}
        {waiting && <span>{waitingText(waiting, now)}</span>}
        {visits > 1 && <Select aria-label="Visit" className="h-6! w-auto! py-0!" options={[{ value: "0", label: `Last of ${visits} visits` }, ...Array.from({ length: Math.min(visits, 100) }, (_, index) => ({ value: String(index + 1), label: `Visit ${index + 1}` }))]} value={String(visit)} onChange={(event) => setVisit(Number(event.target.value))} />}
        <Link to="/x/$id" params={{ id: execution.id }} className="ml-auto inline-flex items-center gap-0.5 font-mono text-accent hover:underline">{execution.id.slice(0, 11)}…<ArrowUpRight aria-hidden size={12} /><span className="sr-only"> open the execution</span></Link>
      </div>
      {activity.error ? <ActivityError error={activity.error} /> : null}
      {holdsGraph && onEnter && <RunsInside execution={execution.id} place={place} nodeId={nodeId} over={over} onEnter={onEnter} />}
      {done ? <ValueView key={at} value={activity.output} label="Output" file={`${nodeId}-output`} load={() => outputText(execution.id, at)} />
        : !activity.error && <p className="p-4 text-sm text-muted">{activity.status === "waiting" ? "It waits; there is no output yet." : activity.status === "running" || activity.status === "retrying" ? "It is at work; there is no output yet." : "It gave no output."}</p>}
      <ActivityDetails execution={execution.id} activity={activity} over={over} />
    </div>
  );
}

import { GitFork, RotateCw, X } from "lucide-react";
import { useState } from "react";
import type { Execution, NodeState } from "@/api/executions";
import type { GraphNode } from "@/graph/model";
import { HOLDS_GRAPH } from "@/graph/ports";
import { StatusBadge } from "@/ui/Badge";
import { Button, IconButton } from "@/ui/Button";
import { CopyButton } from "@/ui/Code";
import { Select } from "@/ui/Field";
import { JsonView } from "@/ui/JsonView";
import { EmptyState, ErrorState, LoadingRows } from "@/ui/States";
import { Tabs } from "@/ui/Tabs";
import { Duration, Time } from "@/ui/Time";
import { bytesText } from "@/ui/times";
import { Logs } from "./Logs";
import { Runs } from "./Runs";
import { placeOf } from "./scopes";
import { useActivity, useWholeOutput, type Activity } from "./useActivity";

interface Props { execution: Execution; over: boolean; scope: string; node: GraphNode; state: NodeState | undefined; onClose: () => void; onRerun: (place: string) => void; onScope: (scope: string) => void }

/** All that is known of one node of this execution. */
export function NodePanel({ execution, over, scope, node, state, onClose, onRerun, onScope }: Props) {
  const visits = state?.visits ?? 0;
  const [visit, setVisit] = useState<number | null>(null);
  const place = placeOf(scope, node.id, visit ?? undefined);
  const activity = useActivity(execution.id, place, `${state?.status} ${state?.attempts} ${visits}`);
  const composite = HOLDS_GRAPH.has(node.type) && node.type !== "block";
  const [tab, setTab] = useState(composite ? "runs" : state?.status === "failed" || state?.status === "retrying" ? "attempts" : "output");
  const found = activity.data;
  const failed = execution.status === "failed";
  const wait = activity.isPending ? <LoadingRows rows={4} /> : activity.isError ? <ErrorState error={activity.error} onRetry={() => void activity.refetch()} /> : null;
  const none = <p className="p-4 text-sm text-muted">{visits === 0 ? "This node was not reached." : "Nothing is recorded yet."}</p>;
  return (
    <aside aria-label={`Node ${node.name ?? node.id}`} className="flex h-full min-h-0 flex-col bg-surface">
      <header className="flex items-start gap-2 px-4 pt-3 pb-2">
        <div className="min-w-0 flex-1">
          <h2 className="truncate text-base font-semibold">{node.name ?? node.id}</h2>
          <p className="flex flex-wrap items-center gap-x-2 gap-y-1 text-xs text-muted"><span className="font-mono">{place}</span>{node.type}</p>
        </div>
        <StatusBadge kind="activity" status={found?.status ?? state?.status ?? "pending"} />
        <IconButton icon={X} label="Close the node" size="sm" onClick={onClose} />
      </header>
      {visits > 0 && (
        <div className="flex flex-wrap items-center gap-2 px-4 pb-2">
          <Button size="sm" icon={failed ? RotateCw : GitFork} onClick={() => onRerun(place)}>{failed ? "Retry from here" : "Fork from here"}</Button>
          {node.type === "block" && <Button size="sm" onClick={() => onScope(`${place}[0]`)}>Look inside</Button>}
          {visits > 1 && <Select aria-label="Visit" className="w-auto! h-7!" value={String(visit ?? visits)} onChange={(event) => setVisit(Number(event.target.value) === visits ? null : Number(event.target.value))} options={Array.from({ length: Math.min(visits, 200) }, (_, index) => ({ value: String(visits - index), label: `Visit ${visits - index} of ${visits}` }))} />}
        </div>
      )}
      {found?.error != null && <ActivityError error={found.error} />}
      <Tabs label={`About ${node.name ?? node.id}`} value={tab} onChange={setTab} tabs={[
        ...(composite ? [{ value: "runs", label: node.type === "for_each" ? "Items" : "Turns", count: state?.runs?.total, content: <Runs id={execution.id} node={node.id} scope={scope} visit={visit} runs={state?.runs ?? null} over={over} onOpen={onScope} /> }] : []),
        { value: "output", label: "Output", content: wait ?? (found ? <Output id={execution.id} place={place} activity={found} /> : none) },
        { value: "input", label: "Input", content: wait ?? (found ? <Input activity={found} config={node.config} /> : <Section title="Config"><JsonView value={node.config ?? {}} label="Config" /></Section>) },
        { value: "attempts", label: "Attempts", count: found?.attempts.length, content: wait ?? (found ? <Attempts activity={found} /> : none) },
        { value: "logs", label: "Logs", content: <Logs id={execution.id} over={over} who={{ node: node.id, scope, visit: visits > 1 ? (visit ?? visits) : undefined }} /> },
      ]} />
    </aside>
  );
}

function ActivityError({ error }: { error: unknown }) {
  const { type, message } = (error ?? {}) as { type?: string; message?: string };
  return <div className="px-4 pb-2"><ErrorState error={{ title: type ?? "Failed", detail: message }} compact /></div>;
}

const Section = ({ title, copy, children }: { title: string; copy?: unknown; children: React.ReactNode }) => (
  <section className="flex flex-col py-2">
    <div className="flex h-7 items-center justify-between px-4"><h3 className="text-xs font-medium text-muted">{title}</h3>{copy !== undefined && <CopyButton text={() => JSON.stringify(copy, null, 2)} label={`Copy ${title.toLowerCase()}`} />}</div>
    <div className="flex max-h-[60vh] min-h-0 flex-col px-2">{children}</div>
  </section>
);

interface Cut { truncated: true; bytes: number; head: string }
const isCut = (value: unknown): value is Cut => typeof value === "object" && value !== null && (value as Cut).truncated === true && typeof (value as Cut).head === "string";

function Output({ id, place, activity }: { id: string; place: string; activity: Activity }) {
  const { output, port, status } = activity;
  if (isCut(output)) return <BigOutput id={id} place={place} cut={output} />;
  if (output === null && status !== "completed") return <p className="p-4 text-sm text-muted">No output: {({ failed: "it failed", cancelled: "it was cancelled", skipped: "it was skipped" } as Record<string, string>)[status] ?? "it has not ended yet"}.</p>;
  return <Section title={port && port !== "out" ? `Output, left through “${port}”` : "Output"} copy={output}><JsonView value={output} label="Output" /></Section>;
}

/** Loaded when wanted, and read in a worker, so that megabytes do not freeze the page. */
function BigOutput({ id, place, cut }: { id: string; place: string; cut: Cut }) {
  const [wanted, setWanted] = useState(cut.bytes < 1024 ** 2);
  const whole = useWholeOutput(id, place, wanted);
  if (whole.data !== undefined) return <div className="flex h-full min-h-60 flex-col"><p className="px-4 py-2 text-xs text-muted">{bytesText(cut.bytes)} <CopyButton text={whole.data} label="Copy output" /></p><JsonView text={whole.data} label="Output" /></div>;
  return (
    <div className="p-4 text-sm">
      {whole.isError ? <ErrorState error={whole.error} compact onRetry={() => void whole.refetch()} /> : (
        <p className="mb-3 flex items-center gap-3">{bytesText(cut.bytes)} <Button size="sm" busy={whole.isFetching} onClick={() => setWanted(true)}>Open all of it</Button></p>
      )}
      <pre tabIndex={0} className="max-h-80 overflow-auto rounded-md border bg-sunken p-3 font-mono text-xs break-all whitespace-pre-wrap">{cut.head.slice(0, 4_000)}…</pre>
    </div>
  );
}

function Input({ activity, config }: { activity: Activity; config: unknown }) {
  const incoming = Object.entries(activity.incoming);
  return (
    <>
      <Section title={activity.input === null ? "Config, as written (it could not be worked out)" : "Config, as it ran"} copy={activity.input ?? config}><JsonView value={activity.input ?? config} label="Config" /></Section>
      <Section title="Outputs it could read">{incoming.length ? <JsonView value={activity.incoming} label="Outputs it could read" /> : <p className="px-2 text-sm text-muted">None.</p>}</Section>
    </>
  );
}

function Attempts({ activity }: { activity: Activity }) {
  if (activity.attempts.length === 0) return <EmptyState title="No attempt yet" />;
  return (
    <ol className="flex flex-col">
      {[...activity.attempts].reverse().map((attempt) => {
        const error = attempt.error as { type?: string; message?: string } | null;
        return (
          <li key={attempt.attempt} className="border-b border-line px-4 py-2.5 text-sm">
            <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
              <span className="font-medium">Attempt {attempt.attempt}</span>
              <StatusBadge kind="activity" status={attempt.status} />
              <span className="text-muted"><Time at={attempt.started_at} /></span>
              <span className="ml-auto text-muted"><Duration from={attempt.started_at} to={attempt.finished_at} /></span>
            </div>
            {error?.message && <p className="mt-1 break-words text-fail">{error.message} <span className="font-mono text-xs text-muted">{error.type}</span></p>}
            {attempt.worker_id && <p className="mt-0.5 font-mono text-xs text-faint">{attempt.worker_id}</p>}
          </li>
        );
      })}
    </ol>
  );
}

import { Link } from "@tanstack/react-router";
import { History, Network } from "lucide-react";
import { useExecutions, type Execution, type JournalItem } from "@/api/executions";
import { StatusBadge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { CopyButton } from "@/ui/Code";
import { JsonView } from "@/ui/JsonView";
import { EmptyState, ErrorState, LoadingRows } from "@/ui/States";
import { Duration, Time } from "@/ui/Time";

export function DataTab({ execution }: { execution: Execution }) {
  const over = execution.finished_at !== null;
  return (
    <div className="grid h-full min-h-0 gap-px bg-line max-md:auto-rows-[minmax(12rem,1fr)] md:grid-cols-2">
      <Pane title="Input" value={execution.input} />
      <Pane title="Output" value={execution.output} none={over ? undefined : "It has none yet: the output is there when the execution has completed."} />
    </div>
  );
}

const Pane = ({ title, value, none }: { title: string; value: unknown; none?: string }) => (
  <section aria-label={title} className="flex min-h-0 flex-col bg-surface">
    <div className="flex h-10 shrink-0 items-center justify-between px-4"><h2 className="text-sm font-medium">{title}</h2>{!none && <CopyButton text={() => JSON.stringify(value, null, 2)} label={`Copy ${title.toLowerCase()}`} />}</div>
    {none && value === null ? <p className="px-4 text-sm text-muted">{none}</p> : <JsonView value={value} label={title} className="px-2 pb-3" />}
  </section>
);

/** Executions that this one started: sub-workflows and items that are executions of their own. */
export function Children({ id }: { id: string }) {
  const found = useExecutions({ parent: id });
  if (found.isPending) return <LoadingRows rows={4} />;
  if (found.isError) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />;
  const rows = found.data.pages.flatMap((page) => page.items);
  if (rows.length === 0) return <EmptyState icon={Network} title="No children">Sub-workflows that this execution starts show up here.</EmptyState>;
  return (
    <div className="h-full overflow-auto">
      <ul aria-label="Children">
        {rows.map((row) => (
          <li key={row.id} className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-line px-4 py-2 text-sm">
            <StatusBadge kind="execution" status={row.status} />
            <Link to="/x/$id" params={{ id: row.id }} className="font-medium hover:underline">{row.workflow}</Link>
            <span className="font-mono text-xs text-muted">{row.id}</span>
            <span className="text-muted"><Time at={row.created_at} /> · <Duration from={row.started_at} to={row.finished_at} /></span>
            {row.error && <span className="min-w-0 flex-1 basis-40 truncate text-fail">{row.error.message}</span>}
          </li>
        ))}
      </ul>
      {found.hasNextPage && <div className="p-3 text-center"><Button size="sm" busy={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>Load more</Button></div>}
    </div>
  );
}

interface Told { verb?: string; reason?: string; by?: string; rewind?: { from?: string }; version?: number; compensate?: boolean }
const WORDS: Record<string, string> = { pause: "Paused", resume: "Resumed", cancel: "Cancelled", retry: "Retried what failed", rewind: "Retried from a node", fork: "Forked", move: "Moved to another version", timeout: "Ran out of time" };

/** What people and programs told the whole execution. */
export function Control({ execution, journal }: { execution: Execution; journal: JournalItem[] }) {
  const rows = journal.filter((row) => row.kind === "control");
  return (
    <ol aria-label="History of control" className="mx-auto w-full max-w-2xl p-4 text-sm">
      <Entry at={execution.created_at} title="Created" words={`version ${execution.version}, ${(execution.trigger?.type ?? "").replace(/^trigger\./, "") || "by hand"}${typeof execution.trigger?.by === "string" ? ` by ${execution.trigger.by}` : ""}`} />
      {rows.map((row) => {
        const told = (row.detail ?? {}) as Told;
        const words = [told.rewind?.from && `from ${told.rewind.from}`, told.version && `version ${told.version}`, told.reason, told.compensate && "with compensation", told.by && `by ${told.by}`].filter(Boolean).join(" · ");
        return <Entry key={row.seq} at={row.started_at} title={WORDS[told.verb ?? row.status] ?? told.verb ?? row.status} words={words} />;
      })}
      {rows.length === 0 && <li className="flex gap-3 py-3 text-muted"><History aria-hidden size={16} className="mt-0.5 shrink-0" />Nobody has steered it since. Pauses, retries, cancels and moves show up here.</li>}
    </ol>
  );
}

const Entry = ({ at, title, words }: { at: string | null; title: string; words: string }) => (
  <li className="relative flex gap-4 border-l-2 border-line py-2 pl-5">
    <span aria-hidden className="absolute top-3.5 -left-[5px] size-2 rounded-full bg-line-strong" />
    <div className="min-w-0 flex-1"><span className="font-medium">{title}</span>{words && <span className="block break-words text-muted">{words}</span>}</div>
    <span className="shrink-0 text-muted"><Time at={at} /></span>
  </li>
);

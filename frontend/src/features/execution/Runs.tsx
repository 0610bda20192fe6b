import { ChevronRight } from "lucide-react";
import { useCallback, useState } from "react";
import type { NodeState } from "@/api/executions";
import { StatusBadge } from "@/ui/Badge";
import { cx } from "@/ui/cx";
import { EmptyState, ErrorState, LoadingRows } from "@/ui/States";
import { durationText } from "@/ui/times";
import { VirtualList } from "@/ui/VirtualList";
import { useAllRuns } from "./useActivity";

interface Props { id: string; node: string; scope: string; visit: number | null; runs: NodeState["runs"]; over: boolean; onOpen: (scope: string) => void }

/** The items or turns of a composite node; a click looks inside one. */
export function Runs({ id, node, scope, runs, over, onOpen }: Props) {
  const [status, setStatus] = useState<string>();
  const found = useAllRuns(id, node, scope, status, JSON.stringify(runs), over);
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = found;
  const more = useCallback(() => { if (hasNextPage && !isFetchingNextPage) void fetchNextPage(); }, [fetchNextPage, hasNextPage, isFetchingNextPage]);
  const items = found.data?.pages.flatMap((page) => page.items) ?? [];
  const filters: [string | undefined, string, number | undefined][] = [[undefined, "All", runs?.total], ["failed", "Failed", runs?.failed], ["running", "Running", runs?.running], ["completed", "Completed", runs?.completed]];
  return (
    <div className="flex h-full min-h-60 flex-col">
      <div role="group" aria-label="Which" className="flex shrink-0 flex-wrap gap-1 px-3 py-2">
        {filters.map(([value, label, count]) => (
          <button key={label} type="button" aria-pressed={status === value} onClick={() => setStatus(value)}
            className={cx("h-6 rounded-full px-2.5 text-xs font-medium", status === value ? "bg-accent-soft text-accent" : "text-muted hover:bg-hover")}>{label} {count}</button>
        ))}
      </div>
      {found.isPending ? <LoadingRows rows={5} /> : found.isError ? <ErrorState error={found.error} onRetry={() => void found.refetch()} /> : items.length === 0 ? (
        <EmptyState title={status ? "None of them" : "Nothing has begun yet"}>{!status && "Items show up here when they start. Those that are executions of their own are under Children."}</EmptyState>
      ) : (
        <VirtualList items={items} keyOf={(run) => run.index} estimate={36} label="Items and turns" onEnd={more} render={(run) => (
          <button type="button" onClick={() => onOpen(run.scope)} className="flex min-h-9 w-full items-center gap-3 border-b border-line px-4 py-1.5 text-left text-sm hover:bg-hover/60">
            <span className="w-10 shrink-0 font-mono text-xs text-muted">{run.index}</span>
            <StatusBadge bare kind="activity" status={run.status} />
            <span className="min-w-0 flex-1 truncate text-xs text-fail">{run.error?.message}</span>
            <span className="shrink-0 text-xs text-muted">{run.started_at && run.finished_at && durationText(Date.parse(run.finished_at) - Date.parse(run.started_at))}</span>
            <ChevronRight aria-hidden size={14} className="shrink-0 text-faint" />
          </button>
        )} />
      )}
    </div>
  );
}

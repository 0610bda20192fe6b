import { CornerDownRight } from "lucide-react";
import { useRuns } from "@/api/executions";
import { StatusBadge } from "@/ui/Badge";
import { VirtualList } from "@/ui/VirtualList";

/** The items or turns of a map or loop; a click goes inside of one. */
export function RunsInside({ execution, place, nodeId, over, onEnter }: { execution: string; place: string; nodeId: string; over: boolean; onEnter: (scope: string) => void }) {
  const runs = useRuns(execution, nodeId, place.split("/").slice(0, -1).join("/"), over);
  const rows = runs.data?.items ?? [];
  if (rows.length === 0) return null;
  return (
    <details className="shrink-0 border-b" open={rows.some((row) => row.status === "failed")}>
      <summary className="px-3 py-2 text-xs font-medium text-muted">{rows.length}{runs.data?.next_cursor ? "+" : ""} {rows.length === 1 ? "run" : "runs"} inside, {rows.filter((row) => row.status === "failed").length} failed</summary>
      <div className="flex h-44 flex-col">
        <VirtualList items={rows} keyOf={(row) => row.scope} estimate={30} label="Items and turns" render={(row) => (
          <button type="button" onClick={() => onEnter(row.scope)} className="flex h-7.5 w-full items-center gap-3 px-3 text-left text-xs hover:bg-hover">
            <span className="w-8 text-muted">{row.index}</span><StatusBadge kind="activity" status={row.status} bare /><span className="min-w-0 flex-1 truncate text-fail">{row.error?.message}</span><CornerDownRight aria-label="look inside" size={13} className="text-muted" />
          </button>
        )} />
      </div>
    </details>
  );
}

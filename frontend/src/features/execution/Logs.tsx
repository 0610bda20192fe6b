import { ScrollText } from "lucide-react";
import { Badge } from "@/ui/Badge";
import { EmptyState, ErrorState, LoadingRows } from "@/ui/States";
import { exactText } from "@/ui/times";
import type { Tone } from "@/ui/status";
import { VirtualList } from "@/ui/VirtualList";
import { useLogs, type Speaker } from "./useActivity";

const TONES: Record<string, Tone> = { error: "fail", critical: "fail", warning: "wait", info: "run" };

/** What handlers logged: one visit of a node, or all. */
export function Logs({ id, over, who }: { id: string; over: boolean; who?: Speaker }) {
  const logs = useLogs(id, who, over);
  if (logs.isPending) return <LoadingRows rows={4} />;
  if (logs.isError) return <ErrorState error={logs.error} onRetry={() => void logs.refetch()} />;
  if (logs.data.pages[0] === null) return <EmptyState icon={ScrollText} title="No logs here">This server keeps no logs of nodes. Look at the output of the worker.</EmptyState>;
  const lines = logs.data.pages.flatMap((page) => page?.items ?? []);
  if (lines.length === 0) return <EmptyState icon={ScrollText} title="Nothing was logged">What a node logs while it runs shows up here.</EmptyState>;
  return (
    <div className="flex h-full min-h-60 flex-col">
      <VirtualList items={lines} keyOf={(line) => line.seq} estimate={28} label="Log lines" onEnd={() => { if (logs.hasNextPage && !logs.isFetching) void logs.fetchNextPage(); }} render={(line) => (
        <div className="flex flex-wrap items-baseline gap-x-3 border-b border-line px-4 py-1 font-mono text-xs">
          <time dateTime={line.at} title={exactText(Date.parse(line.at))} className="text-faint">{line.at.slice(11, 23)}</time>
          <Badge tone={TONES[line.level] ?? "idle"}>{line.level}</Badge>
          {!who && <span className="text-muted">{line.scope && `${line.scope}/`}{line.node_id}</span>}
          {line.attempt > 1 && <span className="text-muted">attempt {line.attempt}</span>}
          <span className="min-w-0 flex-1 basis-60 break-words whitespace-pre-wrap">{line.message}{line.fields && Object.keys(line.fields).length > 0 && <span className="text-muted"> {JSON.stringify(line.fields)}</span>}</span>
        </div>
      )} />
    </div>
  );
}

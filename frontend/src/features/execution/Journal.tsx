import { ScrollText } from "lucide-react";
import { useDeferredValue, useMemo, useState } from "react";
import type { JournalItem } from "@/api/executions";
import { StatusBadge } from "@/ui/Badge";
import { CopyButton } from "@/ui/Code";
import { cx } from "@/ui/cx";
import { Combobox } from "@/ui/Combobox";
import { Drawer } from "@/ui/Dialog";
import { JsonView } from "@/ui/JsonView";
import { EmptyState } from "@/ui/States";
import { durationText, exactText } from "@/ui/times";
import { VirtualList } from "@/ui/VirtualList";

const COLUMNS = "md:grid md:grid-cols-[4rem_6rem_7rem_minmax(8rem,1fr)_5rem_5rem_minmax(8rem,1.6fr)] md:items-center md:gap-x-3";
const PLAIN: Record<string, string> = { control: "control", note: "note", more: "more items", begin: "Begins", running: "Started" };
const itemOf = (row: JournalItem) => (row.detail ?? {}) as { index?: number; status?: string };

/** All rows, in order; new ones are added while it runs. */
export function Journal({ journal }: { journal: JournalItem[] }) {
  const [node, setNode] = useState("");
  const [open, setOpen] = useState<JournalItem | null>(null);
  const wanted = useDeferredValue(node);
  const nodes = useMemo(() => [...new Set(journal.map((row) => row.node_id).filter(Boolean))].sort().map((value) => ({ value, label: value })), [journal]);
  const rows = useMemo(() => (wanted ? journal.filter((row) => row.node_id === wanted || `${row.scope}/${row.node_id}`.startsWith(wanted)) : journal), [journal, wanted]);
  if (journal.length === 0) return <EmptyState icon={ScrollText} title="The journal is empty">Its first row is written when the first node has run.</EmptyState>;
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="flex shrink-0 items-center gap-3 px-4 py-2">
        <div className="w-60 max-w-full"><Combobox free aria-label="Only this node" placeholder="All nodes" value={node} onChange={setNode} options={[{ value: "", label: "All nodes" }, ...nodes]} /></div>
        <p className="text-sm text-muted" role="status">{rows.length.toLocaleString("en")} rows</p>
      </div>
      <div aria-hidden className={cx("hidden h-8 shrink-0 border-b px-4 text-xs font-medium text-muted", COLUMNS)}>{["Row", "Time", "What", "Node", "Attempt", "Took", "Detail"].map((name) => <span key={name}>{name}</span>)}</div>
      <VirtualList items={rows} keyOf={(row) => row.seq} estimate={36} label="Journal" render={(row) => <Row row={row} onOpen={() => setOpen(row)} />} />
      <Drawer open={open !== null} onClose={() => setOpen(null)} title={open ? `Row ${open.seq}: ${open.kind} ${open.node_id}` : ""}>
        {open && <div className="flex flex-col gap-2"><div className="flex justify-end"><CopyButton text={() => JSON.stringify(open, null, 2)} label="Copy this row" /></div><JsonView value={open} label="Row of the journal" className="max-h-none" /></div>}
      </Drawer>
    </div>
  );
}

function Row({ row, onOpen }: { row: JournalItem; onOpen: () => void }) {
  const at = row.finished_at ?? row.started_at;
  const took = row.started_at && row.finished_at ? durationText(Date.parse(row.finished_at) - Date.parse(row.started_at)) : "";
  return (
    <button type="button" onClick={onOpen} className={cx("flex min-h-9 w-full flex-wrap items-center gap-x-2 border-b border-line px-4 py-1 text-left text-sm hover:bg-hover/60", COLUMNS)}>
      <span className="font-mono text-xs text-faint">{row.seq}</span>
      <span className="font-mono text-xs text-muted" title={at ? exactText(Date.parse(at)) : undefined}>{at?.slice(11, 19)}</span>
      <span>{PLAIN[row.kind] ? <span className="text-xs font-medium text-muted">{row.kind === "control" ? row.status : PLAIN[row.kind]}</span> : <StatusBadge bare kind="activity" status={row.kind === "item" ? itemOf(row).status ?? "completed" : row.status} />}</span>
      <span className="min-w-0 truncate">{row.scope && <span className="text-muted">{row.scope}/</span>}{row.node_id}{row.kind === "item" && `[${itemOf(row).index}]`}{row.visit > 1 && <span className="text-muted"> #{row.visit}</span>}</span>
      <span className="text-xs text-muted max-md:hidden">{row.attempt > 0 && row.attempt}</span>
      <span className="text-xs text-muted">{took}</span>
      <span className="min-w-0 truncate font-mono text-xs text-muted max-md:w-full"><Detail row={row} /></span>
    </button>
  );
}

/** The beginning of what the row carries; the whole is in its drawer. */
function Detail({ row }: { row: JournalItem }) {
  const error = row.error as { message?: string } | null;
  if (error?.message) return <span className="text-fail">{error.message}</span>;
  const value = row.output ?? row.detail;
  if (value === null || value === undefined) return null;
  if (typeof value === "object") return <>{Array.isArray(value) ? `[ ${value.length} ]` : `{ ${Object.keys(value).slice(0, 6).join(", ")} }`}</>;
  return <>{String(value).slice(0, 120)}</>;
}

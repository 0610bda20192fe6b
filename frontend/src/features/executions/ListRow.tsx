import { Link } from "@tanstack/react-router";
import { Copy } from "lucide-react";
import { memo } from "react";
import { StatusBadge } from "@/ui/Badge";
import { copyText } from "@/ui/Code";
import { cx } from "@/ui/cx";
import { agoText, durationText, exactText } from "@/ui/times";
import { toast } from "@/ui/Toast";
import type { ListRow } from "./merge";

export const COLUMNS = "grid grid-cols-[2rem_8rem_minmax(9rem,1.1fr)_7.5rem_6rem_5rem_minmax(6rem,1.4fr)] items-center gap-x-3";

/** The end of an id says most: its beginning is a time. */
export const shortId = (id: string): string => (id.length > 14 ? `…${id.slice(-8)}` : id);
const TRIGGERS: Record<string, string> = { "trigger.manual": "by hand", "trigger.schedule": "schedule", "trigger.webhook": "webhook", "trigger.signal": "signal" };
export const triggerText = (row: Pick<ListRow, "trigger" | "parent_id">): string =>
  row.parent_id ? "parent" : row.trigger?.forked_from ? "fork" : TRIGGERS[row.trigger?.type ?? ""] ?? (row.trigger?.type ?? "").replace(/^trigger\./, "");

interface Props { row: ListRow; now: number; index: number; active: boolean; checked: boolean; phone: boolean; onCheck: (id: string, on: boolean) => void; onActive: (index: number) => void; onOpen: (id: string) => void }

export const ExecutionListRow = memo(function ExecutionListRow(props: Props) {
  const { row, index, active, checked, phone, onActive, onOpen } = props;
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={checked}
      data-id={row.id}
      tabIndex={active ? 0 : -1}
      onFocus={() => onActive(index)}
      onClick={(event) => {
        if (!(event.target as HTMLElement).closest("a,button,input") && !window.getSelection()?.toString()) onOpen(row.id);
      }}
      className={cx("group h-full cursor-pointer border-b border-line px-4 text-sm -outline-offset-2 hover:bg-hover/60", checked && "bg-accent-soft", row.left && "text-faint italic", !phone && COLUMNS)}
    >
      {phone ? <Narrow {...props} /> : <Wide {...props} />}
    </div>
  );
});

/** The browser's own box: rows must be cheap to draw. */
const Check = ({ row, checked, onCheck }: Pick<Props, "row" | "checked" | "onCheck">) => (
  <input type="checkbox" tabIndex={-1} aria-label={`Select ${row.workflow} ${row.id}`} checked={checked} onChange={(event) => onCheck(row.id, event.target.checked)} className="size-4 accent-accent-fill" />
);

function Wide({ row, now, checked, onCheck }: Props) {
  return (
    <>
      <span role="gridcell" className="flex"><Check row={row} checked={checked} onCheck={onCheck} /></span>
      <span role="gridcell"><StatusBadge kind="execution" status={row.status} /></span>
      <span role="gridcell" className="flex min-w-0 items-baseline gap-1.5">
        <Link to="/x/$id" params={{ id: row.id }} tabIndex={-1} preload={false} className="truncate font-medium hover:underline">{row.workflow}</Link>
        <span className="shrink-0 text-xs text-faint">v{row.version}</span>
      </span>
      <span role="gridcell" title={row.id} className="flex min-w-0 items-center font-mono text-xs text-muted">
        {shortId(row.id)}
        <button type="button" tabIndex={-1} title={`Copy ${row.id}`} aria-label={`Copy the id ${row.id}`} onClick={() => void copyText(row.id).then(() => toast.ok("Id copied"), () => {})}
          className="ml-1 inline-flex size-6 items-center justify-center rounded-md opacity-0 group-hover:opacity-100 group-focus-within:opacity-100 hover:bg-hover"><Copy aria-hidden size={13} /></button>
      </span>
      <span role="gridcell" className="whitespace-nowrap text-muted"><Ago at={row.created_at} now={now} /></span>
      <span role="gridcell" className="whitespace-nowrap text-muted">{lasted(row, now)}</span>
      <span role="gridcell" className="min-w-0 truncate"><Note row={row} now={now} /></span>
    </>
  );
}

function Narrow({ row, now, checked, onCheck }: Props) {
  return (
    <div role="gridcell" className="flex h-full items-center gap-3">
      <Check row={row} checked={checked} onCheck={onCheck} />
      <div className="min-w-0 flex-1">
        <div className="flex items-center gap-2">
          <Link to="/x/$id" params={{ id: row.id }} tabIndex={-1} preload={false} className="min-w-0 truncate font-medium">{row.workflow}</Link>
          <span className="ml-auto shrink-0"><StatusBadge kind="execution" status={row.status} /></span>
        </div>
        <div className="flex gap-2 text-xs text-muted">
          <span className="min-w-0 flex-1 truncate"><span className="font-mono">{shortId(row.id)}</span> · <Note row={row} now={now} /></span>
          <span className="shrink-0"><Ago at={row.created_at} now={now} /> · {lasted(row, now)}</span>
        </div>
      </div>
    </div>
  );
}

/** Why it failed or when it goes on; else how it came to be. */
function Note({ row, now }: { row: ListRow; now: number }) {
  if (row.error) {
    const again = row.next_retry_at ? `tries again ${agoText(Date.parse(row.next_retry_at), now)} · ` : "";
    return <span title={row.error.message} className="text-fail">{again}{row.error.node_id && <span className="text-muted">{row.error.node_id}: </span>}{row.error.message}</span>;
  }
  const trigger = triggerText(row);
  return <span className="text-muted">{trigger}{row.priority !== "normal" && ` · ${row.priority} priority`}</span>;
}

const Ago = ({ at, now }: { at: string; now: number }) => <time dateTime={at} title={exactText(Date.parse(at))}>{agoText(Date.parse(at), now)}</time>;

function lasted(row: ListRow, now: number): string {
  if (!row.started_at) return "–";
  const ms = (row.finished_at ? Date.parse(row.finished_at) : now) - Date.parse(row.started_at);
  return durationText(row.finished_at ? ms : Math.floor(ms / 1000) * 1000);
}

import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowUp } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useNow } from "@/ui/clock";
import { cx } from "@/ui/cx";
import { useShortcuts } from "@/ui/shortcuts";
import { Checkbox } from "@/ui/Toggle";
import { COLUMNS, ExecutionListRow } from "./ListRow";
import type { List } from "./useList";

interface Props {
  list: List; total: number | undefined; phone: boolean;
  selected: ReadonlySet<string>; everything: boolean;
  onCheck: (id: string, on: boolean) => void; onCheckAll: (on: boolean) => void; onOpen: (id: string) => void;
  onScroll: (at: { atTop: boolean; row: number }) => void; onSearch: () => void;
}

/** The rows: only those in sight are drawn. j, k, Enter and x work from anywhere on the page. */
export function ExecutionList({ list, total, phone, selected, everything, onCheck, onCheckAll, onOpen, onScroll, onSearch }: Props) {
  const { rows, more } = list;
  const box = useRef<HTMLDivElement>(null);
  const now = useNow(5000);
  const [active, setActive] = useState(0);
  const at = Math.min(active, Math.max(0, rows.length - 1));
  const height = phone ? 60 : 40;
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => box.current, estimateSize: () => height, overscan: 10, useFlushSync: false, getItemKey: (index) => rows[index]!.id });
  const shown = virtual.getVirtualItems();
  const last = shown.at(-1)?.index ?? -1;
  useEffect(() => { virtual.measure(); }, [virtual, height]);
  useEffect(() => {
    if (last >= 0 && last >= rows.length - 40) more();
  }, [last, rows.length, more]);

  function move(next: number) {
    const index = Math.max(0, Math.min(rows.length - 1, next));
    setActive(index);
    virtual.scrollToIndex(index, { align: "auto" });
    requestAnimationFrame(() => box.current?.querySelector<HTMLElement>(`[data-id="${CSS.escape(rows[index]?.id ?? "")}"]`)?.focus());
  }
  const current = rows[at];
  const focused = () => box.current?.contains(document.activeElement);
  useShortcuts("Executions", [
    { keys: "/", label: "Search", run: onSearch },
    { keys: "j", label: "Next", run: () => move(focused() ? at + 1 : at) },
    { keys: "k", label: "Previous", run: () => move(at - 1) },
    { keys: "down", label: "Next", run: () => move(focused() ? at + 1 : at) },
    { keys: "up", label: "Previous", run: () => move(at - 1) },
    { keys: "x", label: "Select", run: () => current && onCheck(current.id, !selected.has(current.id)) },
    { keys: "home", label: "First", run: () => move(0) },
    { keys: "end", label: "Last that is loaded", run: () => move(rows.length - 1) },
    { keys: ".", label: "Show new executions", run: () => { list.showNew(); move(0); } },
  ]);
  const checked = everything || (rows.length > 0 && rows.every((row) => selected.has(row.id)));
  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      {list.fresh > 0 && (
        <button type="button" onClick={() => { list.showNew(); box.current?.scrollTo({ top: 0 }); }}
          className="absolute top-11 left-1/2 z-20 inline-flex h-8 -translate-x-1/2 animate-rise items-center gap-1.5 rounded-full bg-accent-fill px-3 text-sm font-medium text-white shadow-high hover:bg-accent-fill-hover">
          <ArrowUp aria-hidden size={14} />{list.fresh}{list.freshIsMore && "+"} new
        </button>
      )}
      <div
        ref={box}
        role="grid"
        aria-label="Executions"
        aria-rowcount={(total ?? rows.length) + 1}
        aria-multiselectable
        className="min-h-0 flex-1 overflow-x-hidden overflow-y-auto"
        onScroll={(event) => {
          const top = event.currentTarget.scrollTop;
          onScroll({ atTop: top < height, row: Math.floor(top / height) });
        }}
        onKeyDown={(event) => {
          const target = event.target as HTMLElement;
          if (target.role !== "row" || !target.dataset.id) return;
          if (event.key === "Enter") onOpen(target.dataset.id);
          else if (event.key === " ") onCheck(target.dataset.id, !selected.has(target.dataset.id));
          else return;
          event.preventDefault();
        }}
      >
        <div role="row" aria-rowindex={1} className={cx("sticky top-0 z-10 h-8 border-b bg-surface px-4 text-xs font-medium text-muted", phone ? "flex items-center" : COLUMNS)}>
          <span role="columnheader" className={cx("flex", phone && "w-full")}><Checkbox bare={!phone} label={phone ? "Select all that are shown" : "Select all"} checked={checked ? true : selected.size ? "indeterminate" : false} onChange={onCheckAll} /></span>
          {!phone && ["Status", "Workflow", "Id", "Created", "Duration", "Trigger or error"].map((name) => <span key={name} role="columnheader">{name}</span>)}
        </div>
        <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
          {shown.map((item) => {
            const row = rows[item.index]!;
            return (
              <div key={item.key} role="presentation" className="absolute inset-x-0 top-0" style={{ height: item.size, transform: `translateY(${item.start}px)` }}>
                <ExecutionListRow row={row} now={now} index={item.index} active={item.index === at} checked={everything || selected.has(row.id)} phone={phone} onCheck={onCheck} onActive={setActive} onOpen={onOpen} />
              </div>
            );
          })}
        </div>
        {list.loadingMore && <p role="status" className="p-3 text-center text-xs text-muted">Loading more…</p>}
        {!list.hasMore && rows.length > 30 && <p className="p-4 text-center text-xs text-faint">That is all of them.</p>}
        {list.searchedUntil && list.hasMore && !list.loadingMore && (
          <p className="p-3 text-center text-sm text-muted">Looked back to {new Date(list.searchedUntil).toLocaleString()}. <button type="button" className="font-medium text-accent underline" onClick={more}>Look further back</button></p>
        )}
      </div>
    </div>
  );
}

import { ChevronDown, ChevronRight, Maximize2, ZoomIn, ZoomOut } from "lucide-react";
import { memo, useMemo, useState, type ReactNode } from "react";
import { IconButton } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { statusLook, TONE_CLASS, type Tone } from "@/ui/status";
import { durationText } from "@/ui/times";
import { VirtualList } from "@/ui/VirtualList";
import type { Bar, Segment, SegmentKind } from "./bars";
import "./timeline.css";
import { ticksOf, timelineRows, type TimelineRow } from "./timeline";

interface Props {
  bars: Bar[]; begin: number; end: number; at: number | null; selected: { scope: string; node: string } | null;
  nameOf: (scope: string, node: string) => string; onSelect: (scope: string, node: string) => void; onScope: (scope: string) => void;
  /** The scrubber, at the head. */
  children: ReactNode;
}

const LABEL = "w-28 shrink-0 md:w-52";
const KINDS: [SegmentKind, string, Tone][] = [
  ["queue", "Queue", "idle"], ["run", "Run", statusLook("activity", "completed").tone], ["wait", "Wait", statusLook("activity", "waiting").tone], ["retry", "Until the retry", statusLook("activity", "retrying").tone],
];

/** When each node stood in the queue, ran, waited, and was to be tried again. */
export function Timeline({ bars, begin, end, at, selected, nameOf, onSelect, onScope, children }: Props) {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const [zoom, setZoom] = useState<{ from: number; to: number } | null>(null);
  const span = Math.max(1, end - begin);
  const view = zoom ?? { from: begin, to: begin + span * 1.01 };
  const rows = useMemo(() => timelineRows(bars, open, nameOf), [bars, open, nameOf]);
  const ticks = ticksOf(view.from, view.to, begin);
  const percent = (time: number) => ((time - view.from) / (view.to - view.from)) * 100;
  function scale(factor: number) {
    const middle = at !== null && at >= view.from && at <= view.to ? at : (view.from + view.to) / 2;
    const width = Math.max(2, (view.to - view.from) * factor);
    if (width >= span) return setZoom(null);
    const from = Math.max(begin, Math.min(end - width, middle - width / 2));
    setZoom({ from, to: from + width });
  }
  function pan(share: number) {
    if (!zoom) return;
    const width = zoom.to - zoom.from;
    const from = Math.max(begin, Math.min(end - width, zoom.from + width * share));
    setZoom({ from, to: from + width });
  }
  const toggle = (key: string) => setOpen((old) => {
    const next = new Set(old);
    if (!next.delete(key)) next.add(key);
    return next;
  });
  return (
    <section aria-label="Timeline" className="flex min-h-0 flex-1 flex-col bg-surface"
      onWheel={(event) => { const by = event.shiftKey ? event.deltaY : event.deltaX; if (by && Math.abs(by) > 2) pan(by / 600); }}>
      <div className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-b px-3 py-1">
        {children}
        <ul aria-label="Colours" className="flex gap-3 text-xs text-muted max-lg:hidden">
          {KINDS.map(([kind, label, tone]) => <li key={kind} className={cx("flex items-center gap-1.5", TONE_CLASS[tone])}><span aria-hidden className={cx("h-2 w-3 rounded-sm", kind === "queue" ? "border border-tone" : kind === "retry" ? "hatched" : "bg-tone")} />{label}</li>)}
        </ul>
        <div className="flex max-md:hidden">
          <IconButton icon={ZoomOut} size="sm" label="Zoom out" disabled={!zoom} onClick={() => scale(2)} />
          <IconButton icon={ZoomIn} size="sm" label="Zoom in" onClick={() => scale(0.5)} />
          <IconButton icon={Maximize2} size="sm" label="Show all of it" disabled={!zoom} onClick={() => setZoom(null)} />
        </div>
      </div>
      <div aria-hidden className="flex h-6 shrink-0 border-b px-3 text-xs text-faint">
        <span className={LABEL} />
        <div className="relative min-w-0 flex-1 overflow-hidden">
          {ticks.map((tick) => <span key={tick.at} className="absolute top-1 border-l border-line pl-1 whitespace-nowrap" style={{ left: `${percent(tick.at)}%` }}>{tick.label}</span>)}
        </div>
      </div>
      {rows.length === 0 ? <p className="p-4 text-sm text-muted">No node has begun yet.</p> : (
        <VirtualList items={rows} keyOf={(row) => row.key} estimate={28} label="Nodes over time" className="pb-1" render={(row) => (
          <Line row={row} from={view.from} to={view.to} end={end} at={at} selected={row.bar?.gone === null && selected?.node === row.node && selected.scope === row.scope}
            onToggle={() => toggle(row.key)} onOpen={() => (row.node ? onSelect(row.scope, row.node) : onScope(row.scope))} />
        )} />
      )}
    </section>
  );
}

interface LineProps { row: TimelineRow; from: number; to: number; end: number; at: number | null; selected: boolean; onToggle: () => void; onOpen: () => void }

const Line = memo(function Line({ row, from, to, end, at, selected, onToggle, onOpen }: LineProps) {
  const { bar } = row;
  const percent = (time: number) => Math.max(0, Math.min(100, ((time - from) / (to - from)) * 100));
  const words = bar ? wordsOf(bar, end) : durationText((row.to ?? end) - row.from);
  const Chevron = row.open ? ChevronDown : ChevronRight;
  return (
    <div className={cx("flex h-7 items-center px-3 hover:bg-hover/60", selected && "bg-accent-soft")}>
      <div className={cx("flex items-center gap-1 pr-2 text-xs", LABEL)} style={{ paddingLeft: row.depth * 10 }}>
        {row.open !== null ? (
          <button type="button" aria-expanded={row.open} aria-label={`${row.open ? "Fold" : "Unfold"} ${row.label}`} onClick={onToggle} className="shrink-0 text-muted"><Chevron aria-hidden size={13} /></button>
        ) : <span className="w-[13px] shrink-0" />}
        <button type="button" onClick={onOpen} aria-label={`${row.label}: ${words}`} title={words} className={cx("min-w-0 truncate text-left hover:underline", bar?.gone != null ? "text-faint line-through" : row.failed && "text-fail")}>{row.label}</button>
      </div>
      <div className={cx("relative h-full min-w-0 flex-1 overflow-hidden", bar?.gone != null && "opacity-40")} title={`${row.label}: ${words}`} onClick={onOpen}>
        {at !== null && at >= from && at <= to && <span aria-hidden className="absolute inset-y-0 z-10 w-px bg-accent" style={{ left: `${percent(at)}%` }} />}
        {bar ? bar.segments.map((segment, index) => <Piece key={index} segment={segment} bar={bar} left={percent(segment.from)} right={percent(segment.to ?? end)} hidden={(segment.to ?? end) < from || segment.from > to} />) : (
          <span aria-hidden className={cx("absolute top-3 h-1 rounded-full bg-tone opacity-50", row.failed ? "tone-fail" : "tone-idle")} style={{ left: `${percent(row.from)}%`, width: `${Math.max(0.2, percent(row.to ?? end) - percent(row.from))}%` }} />
        )}
      </div>
    </div>
  );
});

function Piece({ segment, bar, left, right, hidden }: { segment: Segment; bar: Bar; left: number; right: number; hidden: boolean }) {
  if (hidden) return null;
  const ran = segment.failed ? "failed" : segment.to === null ? "running" : bar.status === "cancelled" ? "cancelled" : bar.end === null || bar.status === "waiting" ? "completed" : bar.status;
  const tone = statusLook("activity", { queue: "pending", run: ran, wait: "waiting", retry: "retrying" }[segment.kind]).tone;
  return (
    <span aria-hidden
      className={cx("absolute min-w-[3px]", TONE_CLASS[tone], segment.kind === "queue" ? "top-3 h-1 rounded-full bg-tone opacity-35" : segment.kind === "retry" ? "hatched top-2 h-3" : "top-1.5 h-4 rounded-sm bg-tone", segment.kind === "wait" && "opacity-75", segment.to === null && segment.kind === "run" && "animate-pulse")}
      style={{ left: `${left}%`, width: `${right - left}%` }} />
  );
}

const WORDS: Record<SegmentKind, string> = { queue: "in the queue", run: "run", wait: "waited", retry: "until the retry" };

/** "2 attempts; in the queue 3 ms, run 120 ms, until the retry 1.2 s". */
function wordsOf(bar: Bar, end: number): string {
  const sums = new Map<SegmentKind, number>();
  for (const { kind, from, to } of bar.segments) sums.set(kind, (sums.get(kind) ?? 0) + ((to ?? end) - from));
  const parts = [...sums].map(([kind, ms]) => `${WORDS[kind]} ${durationText(ms)}`);
  const runs = bar.runs && `${bar.runs.length}${bar.total ? ` of ${bar.total}` : ""} ended`;
  return [statusLook("activity", bar.status).label, bar.attempts > 1 && `${bar.attempts} attempts`, runs, parts.join(", "), bar.gone && "taken back by a retry"].filter(Boolean).join("; ");
}

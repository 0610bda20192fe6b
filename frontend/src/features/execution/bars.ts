import type { Execution, JournalItem } from "@/api/executions";

export type SegmentKind = "queue" | "run" | "wait" | "retry";
export interface Segment { kind: SegmentKind; from: number; /** Null: it goes on. */ to: number | null; /** Of a run: which attempt, and whether it failed. */ attempt?: number; failed?: boolean }

/** One visit of a node, as its rows tell it. Times are milliseconds since 1970. */
export interface Bar {
  key: string; scope: string; node: string; visit: number; attempts: number;
  segments: Segment[]; status: string; start: number; end: number | null; error: Execution["error"];
  /** Of a composite: when each item or turn ended, and whether it failed; how many there are. */
  runs: { at: number; failed: boolean }[] | null; total: number | null;
  /** When a retry from an earlier node took it back. */
  gone: number | null;
  lastSeq: number;
}

const ms = (text: string | null): number | null => (text ? Date.parse(text) : null);
interface Detail { plan?: { items?: unknown[]; count?: number }; index?: number; status?: string; rewind?: { drop?: [number, number][] } }
const ACTIVITY = new Set(["begin", "item", "running", "waiting", "retrying", "done", "failed", "cancelled"]);

/** All visits of all nodes, by when they started. */
export function barsOf(journal: JournalItem[]): Bar[] {
  const bars: Bar[] = [];
  const open = new Map<string, Bar>();
  for (const row of journal) {
    if (row.kind === "control") takeBack(bars, open, row);
    if (!ACTIVITY.has(row.kind) || !row.node_id) continue;
    const place = `${row.scope}/${row.node_id}#${row.visit}`;
    const at = ms(row.started_at) ?? ms(row.finished_at);
    if (at === null) continue;
    let bar = open.get(place);
    if (!bar) {
      if (row.kind === "item" || row.kind === "cancelled") continue;
      bar = {
        key: `${place}:${row.seq}`, scope: row.scope, node: row.node_id, visit: row.visit, attempts: row.attempt, segments: [], status: row.status,
        start: at, end: null, error: null, runs: null, total: null, gone: null, lastSeq: row.seq,
      };
      bars.push(bar);
      open.set(place, bar);
    }
    add(bar, row, at);
  }
  return bars.sort((one, other) => one.start - other.start || one.lastSeq - other.lastSeq);
}

function add(bar: Bar, row: JournalItem, at: number): void {
  const end = ms(row.finished_at);
  const detail = (row.detail ?? {}) as Detail;
  bar.lastSeq = row.seq;
  if (row.kind === "item") {
    (bar.runs ??= []).push({ at: end ?? at, failed: detail.status === "failed" });
    return;
  }
  const last = bar.segments.at(-1);
  const going = last?.to === null ? last : undefined;
  bar.attempts = Math.max(bar.attempts, row.attempt);
  bar.status = row.status;
  if (row.kind === "begin") {
    if (going) going.to = Math.max(going.from, at);
    bar.runs = [];
    bar.total = detail.plan?.items?.length ?? detail.plan?.count ?? null;
    bar.segments.push({ kind: "run", from: at, to: null, attempt: row.attempt });
    return;
  }
  if (row.kind === "waiting" || row.kind === "running") {
    if (going) going.to = Math.max(going.from, at);
    bar.segments.push({ kind: row.kind === "waiting" ? "wait" : "run", from: at, to: null, attempt: row.attempt });
    bar.end = null;
    return;
  }
  const over = end ?? at;
  const failed = row.kind === "failed" || row.kind === "retrying";
  // A row that began with what still goes on ends it; one that began later is a run of its own.
  if (going && (bar.runs !== null || at <= going.from || row.kind === "cancelled")) {
    going.to = Math.max(going.from, over);
    if (failed) going.failed = true;
  } else {
    if (going) going.to = Math.max(going.from, at);
    bar.segments.push({ kind: "run", from: at, to: over, attempt: row.attempt, failed });
  }
  if (row.kind === "retrying") bar.segments.push({ kind: "retry", from: over, to: null });
  bar.end = row.kind === "retrying" ? null : over;
  bar.error = (row.error as Execution["error"]) ?? null;
}

/** A retry from an earlier node: the rows in `drop` count no more. */
function takeBack(bars: Bar[], open: Map<string, Bar>, row: JournalItem): void {
  const drop = ((row.detail ?? {}) as Detail).rewind?.drop;
  const at = ms(row.started_at);
  if (!drop || at === null) return;
  for (const bar of bars) {
    if (bar.gone !== null || !drop.some(([from, to]) => bar.lastSeq >= from && bar.lastSeq <= to)) continue;
    bar.gone = at;
    bar.end ??= at;
    for (const segment of bar.segments) segment.to ??= at;
    open.delete(`${bar.scope}/${bar.node}#${bar.visit}`);
  }
}

/** The time before a bar starts that it stood in the queue: since the last node that leads to it ended, or since the start. */
export function withQueue(bars: Bar[], sourcesOf: (scope: string, node: string) => string[], begin: number): Bar[] {
  const ended = new Map<string, number>();
  const began = new Map<string, number>();
  const backs = [...new Set(bars.flatMap((bar) => (bar.gone === null ? [] : [bar.gone])))];
  for (const bar of bars) began.set(bar.scope, Math.min(began.get(bar.scope) ?? Infinity, bar.start));
  return bars.map((bar) => {
    const before = sourcesOf(bar.scope, bar.node).map((node) => ended.get(`${bar.scope}/${node}`)).filter((at): at is number => at !== undefined && at <= bar.start);
    const back = Math.max(-Infinity, ...backs.filter((at) => at <= bar.start));
    const since = Math.max(back, before.length ? Math.max(...before) : bar.scope === "" ? begin : began.get(bar.scope)!);
    if (bar.end !== null) ended.set(`${bar.scope}/${bar.node}`, bar.end);
    if (bar.visit > 1 && before.length === 0) return bar;
    return bar.start - since >= 1 ? { ...bar, segments: [{ kind: "queue", from: since, to: bar.start }, ...bar.segments] } : bar;
  });
}

/** Nodes that are at work and have no row yet, by the live states. */
export function withActive(bars: Bar[], nodes: Execution["nodes"], now: number): Bar[] {
  const missing = Object.entries(nodes).filter(([node, state]) => state.status === "running" && !bars.some((bar) => bar.scope === "" && bar.node === node && bar.end === null && bar.gone === null));
  if (!missing.length) return bars;
  return [...bars, ...missing.map(([node, state]): Bar => {
    const start = state.started_at ? Date.parse(state.started_at) : Math.max(now, ...bars.map((bar) => bar.end ?? bar.start));
    return {
      key: `/${node}:now`, scope: "", node, visit: state.visits, attempts: state.attempts, segments: [{ kind: "run", from: start, to: null, attempt: state.attempts }],
      status: state.status, start, end: null, error: null, runs: null, total: null, gone: null, lastSeq: Infinity,
    };
  })];
}

/** The journal without the rows that a retry from an earlier node took back. */
export function counted(journal: JournalItem[]): JournalItem[] {
  const drops = journal.flatMap((row) => (row.kind === "control" ? (((row.detail ?? {}) as Detail).rewind?.drop ?? []) : []));
  return drops.length ? journal.filter((row) => !drops.some(([from, to]) => row.seq >= from && row.seq <= to)) : journal;
}

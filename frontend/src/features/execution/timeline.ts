import type { Bar } from "./bars";

export interface TimelineRow { key: string; depth: number; label: string; scope: string; node: string | null; bar: Bar | null; /** Of a composite or an item: its parts are shown or not. */ open: boolean | null; from: number; to: number | null; failed: boolean }

/** The rows that are shown: the top, and what is inside of composites and items that are open. */
export function timelineRows(bars: Bar[], open: ReadonlySet<string>, nameOf: (scope: string, node: string) => string): TimelineRow[] {
  const byScope = new Map<string, Bar[]>();
  const items = new Map<string, Set<string>>();
  for (const bar of bars) {
    const list = byScope.get(bar.scope);
    if (list) list.push(bar);
    else byScope.set(bar.scope, [bar]);
    if (bar.scope) {
      // "each[3]/inner[0]": item each[3] is in node each of the top.
      let path = "";
      for (const part of bar.scope.split("/")) {
        const owner = `${path}|${part.replace(/\[.*$/, "")}`;
        path = path ? `${path}/${part}` : part;
        const set = items.get(owner);
        if (set) set.add(path);
        else items.set(owner, new Set([path]));
      }
    }
  }
  const rows: TimelineRow[] = [];
  const visit = (scope: string, depth: number) => {
    for (const bar of byScope.get(scope) ?? []) {
      const inside = items.get(`${scope}|${bar.node}${bar.visit > 1 ? `#${bar.visit}` : ""}`) ?? (bar.visit > 1 ? undefined : items.get(`${scope}|${bar.node}`));
      const shown = inside ? open.has(bar.key) : null;
      rows.push({ key: bar.key, depth, label: `${nameOf(scope, bar.node)}${bar.visit > 1 ? ` #${bar.visit}` : ""}`, scope, node: bar.node, bar, open: shown, from: bar.start, to: bar.end, failed: bar.status === "failed" });
      if (!shown || !inside) continue;
      for (const item of [...inside].sort((one, other) => indexOf(one) - indexOf(other))) {
        const own = byScope.get(item) ?? [];
        const ends = own.map((each) => each.end);
        const itemOpen = open.has(item);
        rows.push({
          key: item, depth: depth + 1, label: item.split("/").at(-1)!, scope: item, node: null, bar: null, open: itemOpen, failed: own.some((each) => each.status === "failed"),
          from: own.reduce((least, each) => Math.min(least, each.start), own[0]?.start ?? bar.start), to: ends.some((end) => end === null) ? null : ends.reduce<number>((most, end) => Math.max(most, end!), bar.start),
        });
        if (itemOpen) visit(item, depth + 2);
      }
    }
  };
  visit("", 0);
  return rows;
}

const indexOf = (scope: string): number => Number(/\[(\d+)\]$/.exec(scope)?.[1] ?? 0);

/** Round marks for an axis: at most `most`, from the start of the window. */
export function ticksOf(from: number, to: number, origin: number, most = 7): { at: number; label: string }[] {
  const span = Math.max(1, to - from);
  const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 3e4, 6e4, 12e4, 3e5, 6e5, 18e5, 36e5, 72e5, 216e5, 432e5, 864e5, 1728e5, 6048e5];
  const step = steps.find((each) => span / each <= most) ?? Math.ceil(span / most / 864e5) * 864e5;
  const ticks = [];
  for (let at = origin + Math.ceil((from - origin) / step) * step; at <= to; at += step) ticks.push({ at, label: offsetText(at - origin, step) });
  return ticks;
}

function offsetText(ms: number, step: number): string {
  if (ms === 0) return "0";
  if (step < 1000) return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(step < 100 ? 2 : 1)} s`;
  const seconds = Math.round(ms / 1000);
  if (step < 60_000) return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)}m ${seconds % 60 ? `${seconds % 60}s` : ""}`.trim();
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  if (step < 864e5 && minutes < 2880) return `${Math.floor(minutes / 60)}h ${minutes % 60 ? `${minutes % 60}m` : ""}`.trim();
  return `${Math.floor(minutes / 1440)}d ${Math.floor((minutes % 1440) / 60) ? `${Math.floor((minutes % 1440) / 60)}h` : ""}`.trim();
}

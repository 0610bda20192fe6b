import type { JournalItem, NodeState } from "@/api/executions";
import type { GraphConfig, States } from "@/graph/model";
import { takenOf } from "@/graph/taken";
import type { Bar } from "./bars";

/** How the nodes of a scope stood at a moment. A pure function of the journal: the same moment always looks the same. */
export function statesAt(bars: Bar[], scope: string, at: number): Record<string, NodeState> {
  const nodes: Record<string, NodeState> = {};
  for (const bar of bars) {
    if (bar.scope !== scope || bar.start > at || (bar.gone !== null && bar.gone <= at)) continue;
    const known = nodes[bar.node];
    if (known && known.visits > bar.visit) continue;
    nodes[bar.node] = stateAt(bar, at);
  }
  return nodes;
}

function stateAt(bar: Bar, at: number): NodeState {
  const over = bar.end !== null && bar.end <= at;
  const begun = bar.segments.filter((segment) => segment.from <= at);
  const now = begun.at(-1);
  const status = over ? bar.status : now?.kind === "wait" ? "waiting" : now?.kind === "retry" ? "retrying" : "running";
  const ended = bar.runs?.filter((run) => run.at <= at);
  const failed = ended?.filter((run) => run.failed).length ?? 0;
  const total = bar.total ?? bar.runs?.length ?? 0;
  return {
    status, visits: bar.visit, attempts: Math.max(1, ...begun.map((segment) => segment.attempt ?? 1)), started_at: new Date(bar.start).toISOString(),
    finished_at: over ? new Date(bar.end!).toISOString() : null, error: (over ? bar.error : null) as NodeState["error"], progress: null,
    runs: ended ? { total, completed: ended.length - failed, failed, running: over ? 0 : Math.min(1, total - ended.length) } : null,
  };
}

/** The same for the canvas, with the edges that were taken until then. */
export function replayed(bars: Bar[], journal: JournalItem[], graph: GraphConfig, scope: string, at: number): States {
  const until = journal.filter((row) => Date.parse(row.finished_at ?? row.started_at ?? "") <= at);
  return { nodes: statesAt(bars, scope, at), waitingOn: [], taken: takenOf(graph, until, scope) };
}

/** All moments at which something changed, in order, each once. */
export function momentsOf(bars: Bar[], scope: string, begin: number, end: number): number[] {
  const found = new Set([begin, end]);
  for (const bar of bars) {
    if (bar.scope !== scope) continue;
    for (const segment of bar.segments) {
      found.add(segment.from);
      if (segment.to !== null) found.add(segment.to);
    }
    for (const run of bar.runs ?? []) found.add(run.at);
    if (bar.gone !== null) found.add(bar.gone);
  }
  return [...found].filter((at) => at >= begin && at <= end).sort((one, other) => one - other);
}

const WHOLE = 10_000;
const LONGEST = 1_200;

/** How long playing stays between one moment and the next: about ten seconds for all, no gap longer than 1.2 s, none too short to see. */
export function pace(moments: number[]): number[] {
  const span = (moments.at(-1) ?? 0) - (moments[0] ?? 0) || 1;
  const shortest = Math.min(250, WHOLE / Math.max(1, moments.length));
  return moments.slice(1).map((at, index) => Math.min(LONGEST, Math.max(shortest, ((at - moments[index]!) / span) * WHOLE)));
}

/** The moment that is shown after playing for `elapsed` from `from`; null at the end. */
export function playedTo(moments: number[], from: number, elapsed: number): number | null {
  const steps = pace(moments);
  let left = elapsed;
  for (let index = 0; index < steps.length; index += 1) {
    const [one, other] = [moments[index]!, moments[index + 1]!];
    if (other <= from) continue;
    const done = from > one ? (from - one) / (other - one) : 0;
    const step = steps[index]! * (1 - done);
    if (left < step) return one + (other - one) * (done + (left / steps[index]!));
    left -= step;
  }
  return null;
}

import { isOver, type Execution, type NodeState, type WaitingOn } from "@/api/executions";

/** A workflow as stored (docs: graph). Keys that are not named here are kept by whoever edits. */
export interface GraphConfig { nodes: GraphNode[]; edges: GraphEdge[]; settings?: Record<string, unknown>; input_schema?: unknown; [key: string]: unknown }
export interface GraphNode { id: string; type: string; name?: string; config?: Record<string, unknown>; position?: { x: number; y: number }; notes?: string; retry?: unknown; disabled?: boolean; [key: string]: unknown }
export interface GraphEdge { id?: string; source: string; target: string; port?: string; when?: string; default?: boolean; tokens?: number | string; take?: number | string; [key: string]: unknown }

export interface States { nodes: Record<string, NodeState>; waitingOn: WaitingOn[]; /** Edge ids with their tokens, if known. */ taken?: Record<string, number> | null }

/** An execution's states for the canvas. While it goes on, a node that was not reached is not yet skipped: it has no state. */
export function statesOf(execution: Execution, taken: States["taken"] = null): States {
  const over = isOver(execution);
  const reached = Object.entries(execution.nodes).filter(([, state]) => over || state.visits > 0 || state.status !== "skipped");
  return { nodes: Object.fromEntries(reached), waitingOn: execution.waiting_on, taken };
}

/** The size of a node's card, in the canvas's units, and what each named port adds to its height. */
export const NODE = { width: 208, height: 72, port: 20 } as const;

const idsOf = new WeakMap<GraphEdge[], string[]>();

/** The ids of all edges, in their order; one that has none is named after its ends, as the server does. */
export function edgeIds({ edges }: Pick<GraphConfig, "edges">): string[] {
  const known = idsOf.get(edges);
  if (known) return known;
  const used = new Set(edges.flatMap((edge) => (edge.id ? [edge.id] : [])));
  const ids = edges.map((edge) => {
    if (edge.id) return edge.id;
    const implied = `${edge.source}${!edge.port || edge.port === "out" ? "" : `.${edge.port}`}->${edge.target}`;
    let id = implied;
    for (let count = 2; used.has(id); count += 1) id = `${implied}#${count}`;
    used.add(id);
    return id;
  });
  idsOf.set(edges, ids);
  return ids;
}

/** "waits for approval", "retries in 12 s": why a node does not go on, in a few words. */
export function waitingText(waiting: WaitingOn, now: number): string {
  const extra = waiting as WaitingOn & { until?: string; at?: string; wake_at?: string; due_at?: string; name?: string; signal?: string; id?: string };
  const at = extra.until ?? extra.wake_at ?? extra.at;
  const left = at ? Math.max(0, Math.round((Date.parse(at) - now) / 1000)) : null;
  const when = left === null ? "" : left < 90 ? ` ${left} s` : left < 5400 ? ` ${Math.round(left / 60)} min` : ` ${Math.round(left / 3600)} h`;
  switch (waiting.kind) {
    case "approval": return "waits for a decision";
    case "signal": return `waits for signal ${extra.name ?? extra.signal ?? ""}`.trim();
    case "time": return when ? `sleeps${when} more` : "sleeps";
    case "retry": return when ? `tries again in${when}` : "tries again soon";
    case "child": return "waits for its sub-workflow";
    case "rate": return "waits for its rate limit";
    case "slot": return "waits for a free slot";
    case "gate": return "waits at the gate";
    case "join": return "waits for its other branches";
  }
}

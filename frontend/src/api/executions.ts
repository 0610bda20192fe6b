import { queryOptions, useInfiniteQuery, useMutation, useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { call, type Schema } from "./client";
import { followOn, usePolling } from "./live";
import { absentAsNull } from "./problem";
import { keys } from "./query";

export type Execution = Schema<"Execution">;
export type ExecutionRow = Schema<"ExecutionRow">;
export type ExecutionStatus = Schema<"ExecutionStatus">;
export type NodeState = Schema<"NodeState">;
export type WaitingOn = Schema<"WaitingOn">;
export type JournalItem = Schema<"JournalItem">;
export type RunRow = Schema<"Run">;
export interface ExecutionFilter { q?: string; status?: ExecutionStatus; workflow?: string; parent?: string; limit?: number }

/** Nothing follows; a failed execution with a retry to come is not over. */
export const isOver = (row: Pick<ExecutionRow, "status" | "next_retry_at">): boolean =>
  row.status === "completed" || row.status === "cancelled" || (row.status === "failed" && !row.next_retry_at);

export function useExecutions(filter: ExecutionFilter = {}) {
  return useInfiniteQuery({
    queryKey: keys.executions.list(filter),
    queryFn: ({ pageParam, signal }) => call("get", "/api/v1/executions", { query: { limit: 50, ...filter, cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: usePolling(3_000),
  });
}

export const executionQuery = (id: string) =>
  queryOptions({ queryKey: keys.executions.detail(id), queryFn: ({ signal }) => call("get", "/api/v1/executions/{execution_id}", { path: { execution_id: id }, signal }) });

/** Until when an execution that was retried here is looked for often: it is over until a worker takes it up. */
const retried = new Map<string, number>();
const PATIENCE = 30_000;

function lookAgain(execution: Execution, polling: number | false): number | false {
  if (!isOver(execution)) {
    retried.delete(execution.id);
    return polling;
  }
  if ((retried.get(execution.id) ?? 0) > Date.now()) return 500;
  return execution.status === "failed" ? 10_000 : false;
}

export function useExecution(id: string | undefined) {
  const polling = usePolling(500);
  const query = useQuery({
    ...executionQuery(id ?? ""),
    enabled: Boolean(id),
    refetchInterval: ({ state }) => (state.data ? lookAgain(state.data, polling) : polling),
  });
  const { data } = query;
  useEffect(() => {
    if (data) followOn(data);
  }, [data]);
  return query;
}

/** Says that a worker will take up this execution, which is over. */
export function awaitRetry(client: QueryClient, id: string): Promise<void> {
  retried.set(id, Date.now() + PATIENCE);
  return client.invalidateQueries({ queryKey: keys.executions.of(id) });
}

/** All rows that there are, oldest first; live rows are added by the stream. */
export function useJournal(id: string | undefined, over: boolean) {
  const polling = usePolling(1_000);
  const client = useQueryClient();
  return useQuery({
    queryKey: keys.executions.journal(id ?? ""),
    queryFn: async ({ signal }) => {
      const items = [...(client.getQueryData<JournalItem[]>(keys.executions.journal(id!)) ?? [])];
      for (;;) {
        const page = await call("get", "/api/v1/executions/{execution_id}/journal", { path: { execution_id: id! }, query: { after: items.at(-1)?.seq ?? 0, limit: 1000 }, signal });
        items.push(...page.items);
        if (!page.next_cursor) return items;
      }
    },
    enabled: Boolean(id),
    refetchInterval: over ? false : polling,
  });
}

export function useWhy(id: string, enabled = true) {
  return useQuery({
    queryKey: keys.executions.why(id),
    queryFn: ({ signal }) => call("get", "/api/v1/executions/{execution_id}/why", { path: { execution_id: id }, signal }),
    enabled,
  });
}

const STEER = {
  cancel: (id: string, body: Schema<"CancelExecution">) => call("post", "/api/v1/executions/{execution_id}/cancel", { path: { execution_id: id }, body }),
  pause: (id: string) => call("post", "/api/v1/executions/{execution_id}/pause", { path: { execution_id: id }, body: {} }),
  resume: (id: string) => call("post", "/api/v1/executions/{execution_id}/resume", { path: { execution_id: id }, body: {} }),
  retry: (id: string) => call("post", "/api/v1/executions/{execution_id}/retry", { path: { execution_id: id }, body: {} }),
};

/** Steers an execution: a message is stored, and a worker acts on it. */
export function useSteer(id: string, verb: keyof typeof STEER) {
  const client = useQueryClient();
  return useTold(id, async (body: Schema<"CancelExecution">) => {
    const told = await STEER[verb](id, body);
    if (verb === "retry") void awaitRetry(client, id);
    return told;
  });
}

export function useSignal(id: string, name: string) {
  return useTold(id, (body: Schema<"SendSignal">) => call("post", "/api/v1/executions/{execution_id}/signals/{name}", { path: { execution_id: id, name }, body }));
}

function useTold<Body, Told>(id: string, tell: (body: Body) => Promise<Told>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: tell,
    onSettled: () => Promise.all([client.invalidateQueries({ queryKey: keys.executions.of(id) }), client.invalidateQueries({ queryKey: keys.executions.all })]),
  });
}

/** The states inside one item or turn; null when the server does not tell them. */
export function useScopeNodes(id: string | undefined, scope: string | undefined, over: boolean) {
  return useQuery({
    queryKey: [...keys.executions.of(id ?? ""), "nodes", scope],
    queryFn: ({ signal }) => absentAsNull(call("get", "/api/v1/executions/{execution_id}/nodes", { path: { execution_id: id! }, query: { scope }, signal })),
    enabled: Boolean(id && scope),
    refetchInterval: over ? false : 1_000,
  });
}

/** The items or turns of a map or loop, by page; null when the server does not tell them. */
export function useRuns(id: string | undefined, node: string | undefined, scope: string, over: boolean, status?: string) {
  return useQuery({
    queryKey: [...keys.executions.of(id ?? ""), "runs", node, scope, status],
    queryFn: ({ signal }) => absentAsNull(call("get", "/api/v1/executions/{execution_id}/runs", { path: { execution_id: id! }, query: { node: node!, scope, status, limit: 200 }, signal })),
    enabled: Boolean(id && node),
    refetchInterval: over ? false : 2_000,
  });
}

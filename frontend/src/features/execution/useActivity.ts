import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { call, type Schema } from "@/api/client";
import type { Execution } from "@/api/executions";
import { absentAsNull, Problem } from "@/api/problem";
import { keys } from "@/api/query";

export type Activity = Schema<"Activity">;

/** One visit of a node. `moment` says how it stands now: another one asks again. Null while there is nothing to tell. */
export function useActivity(id: string, place: string, moment: string) {
  return useQuery({
    queryKey: [...keys.executions.of(id), "activity", place, moment],
    queryFn: ({ signal }) => absentAsNull(call("get", "/api/v1/executions/{execution_id}/activities/{place}", { path: { execution_id: id, place }, signal })),
    placeholderData: (old, query) => (query?.queryKey[3] === place ? old : undefined),
  });
}

/** The whole output as text, for values that are cut elsewhere. */
export function useWholeOutput(id: string, place: string, wanted: boolean) {
  return useQuery({
    queryKey: [...keys.executions.of(id), "output", place],
    queryFn: async ({ signal }) => {
      const response = await fetch(`/api/v1/executions/${encodeURIComponent(id)}/activities/${place.split("/").map(encodeURIComponent).join("/")}/output`, { credentials: "same-origin", signal });
      if (!response.ok) throw new Problem({ title: "The output could not be loaded", status: response.status });
      return await response.text();
    },
    enabled: wanted, staleTime: Infinity, gcTime: 30_000,
  });
}

/** Why it does not go on. `moment` is what it waits for now. */
export function useReasons(id: string, moment: string, enabled: boolean) {
  return useQuery({
    queryKey: [...keys.executions.why(id), moment],
    queryFn: ({ signal }) => call("get", "/api/v1/executions/{execution_id}/why", { path: { execution_id: id }, signal }),
    enabled, placeholderData: keepPreviousData,
  });
}

/** The items or turns of a composite node, page after page. */
export function useAllRuns(id: string, node: string, scope: string, status: string | undefined, moment: string, over: boolean) {
  return useInfiniteQuery({
    queryKey: [...keys.executions.of(id), "all-runs", node, scope, status, over ? moment : ""],
    queryFn: ({ pageParam, signal }) => call("get", "/api/v1/executions/{execution_id}/runs", { path: { execution_id: id }, query: { node, scope, status, limit: 200, cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: over ? false : 2_000,
  });
}

/** Whose lines: those of one node in one scope and visit; undefined for all of an execution. */
export interface Speaker { node: string; scope: string; visit: number | undefined }

/** What handlers logged; null when the server keeps no logs. */
export function useLogs(id: string, who: Speaker | undefined, over: boolean) {
  return useInfiniteQuery({
    queryKey: [...keys.executions.of(id), "logs", who],
    queryFn: ({ pageParam, signal }) => absentAsNull(call("get", "/api/v1/executions/{execution_id}/logs", { path: { execution_id: id }, query: { ...who, limit: 200, after: pageParam === null ? undefined : Number(pageParam) }, signal })),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page?.next_cursor,
    refetchInterval: over ? false : 2_000,
  });
}

/** What lists and panels need to know of how an execution stands, as text: it changes when something did. */
export const momentOf = (execution: Execution): string => `${execution.status} ${execution.waiting_on.map((each) => `${each.kind}:${each.node_id}:${String(each.since ?? each.until ?? "")}`).join(",")}`;

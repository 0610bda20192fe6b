import { queryOptions, useQuery } from "@tanstack/react-query";
import { call, type Schema } from "./client";
import { usePolling } from "./live";
import { absentAsNull } from "./problem";
import { keys } from "./query";

export type NodeType = Schema<"NodeType">;
export type Worker = Schema<"Worker">;
export type HealthFinding = Schema<"HealthFinding">;

/** What nodes there are; changes only when the server does. */
export const nodeTypesQuery = queryOptions({
  queryKey: keys.system.nodeTypes,
  queryFn: ({ signal }) => call("get", "/api/v1/node-types", { signal }),
  staleTime: 5 * 60_000,
});

export const useNodeTypes = () => useQuery(nodeTypesQuery);

export function useWorkers() {
  return useQuery({ queryKey: keys.system.workers, queryFn: ({ signal }) => call("get", "/api/v1/workers", { signal }), refetchInterval: 5_000 });
}

export function useStats() {
  return useQuery({ queryKey: keys.system.stats, queryFn: ({ signal }) => call("get", "/api/v1/stats", { signal }), refetchInterval: usePolling(5_000) });
}

/** Null when the server has no such report. */
export function useHealth(interval = 30_000) {
  return useQuery({ queryKey: keys.system.health, queryFn: ({ signal }) => absentAsNull(call("get", "/api/v1/health", { signal })), refetchInterval: interval });
}

export const fetchSession = (): Promise<Schema<"Session">> => call("get", "/api/v1/session");

/** What the caller may do; null while it is not known. */
export const useRole = (): Schema<"Session">["role"] => useQuery({ queryKey: keys.system.session, queryFn: fetchSession, staleTime: 60_000 }).data?.role ?? null;

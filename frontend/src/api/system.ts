import { useQuery } from "@tanstack/react-query";
import { call, request, type Schema } from "./client";
import { usePolling } from "./live";
import { Problem } from "./problem";
import { keys } from "./query";

export type NodeType = Schema<"NodeType">;
export type Worker = Schema<"Worker">;
export interface Session { required: boolean; authenticated: boolean; version: string }
export interface HealthFinding { code: string; severity: "ok" | "warning" | "error"; title: string; sentence: string; mend: string; detail: unknown }
export interface HealthReport { status: "ok" | "warning" | "error"; findings: HealthFinding[]; checked_at: string }

/** What nodes there are; changes only when the server does. */
export function useNodeTypes() {
  return useQuery({
    queryKey: keys.system.nodeTypes,
    queryFn: ({ signal }) => call("get", "/api/v1/node-types", { signal }),
    staleTime: 5 * 60_000,
  });
}

export function useWorkers() {
  return useQuery({ queryKey: keys.system.workers, queryFn: ({ signal }) => call("get", "/api/v1/workers", { signal }), refetchInterval: 5_000 });
}

export function useStats() {
  return useQuery({ queryKey: keys.system.stats, queryFn: ({ signal }) => call("get", "/api/v1/stats", { signal }), refetchInterval: usePolling(5_000) });
}

/** Null when the server has no such report. */
export function useHealth(interval = 30_000) {
  return useQuery({ queryKey: keys.system.health, queryFn: ({ signal }) => absentAsNull(request<HealthReport>("get", "/api/v1/health", { signal })), refetchInterval: interval });
}

/** A server without sessions needs no login. */
export async function fetchSession(): Promise<Session> {
  return (await absentAsNull(request<Session>("get", "/api/v1/session"))) ?? { required: false, authenticated: true, version: "" };
}

async function absentAsNull<T>(promise: Promise<T>): Promise<T | null> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return null;
    throw error;
  }
}

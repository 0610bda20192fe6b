import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { call, request, type Schema } from "./client";
import { Problem } from "./problem";
import { keys } from "./query";

export type Activity = Schema<"Activity">;
export type Previewed = Schema<"Previewed">;
export interface ScopeSeen { scope: string; visit: string; names: Record<string, unknown>; nodes: Record<string, { output: unknown; error: unknown }>; node_count: number }
export interface LogLine { seq: number; at: string; node_id: string; scope: string; visit: number; attempt: number; level: string; message: string; fields?: Record<string, unknown> | null }
/** What is read in place of what an execution recorded. */
export interface Given { execution_id?: string; input?: unknown; outputs?: Record<string, unknown>; names?: Record<string, unknown> }

const url = (id: string, rest: string) => `/api/v1/executions/${encodeURIComponent(id)}/${rest}`;

/** One activity of an execution; null if the node was not reached there. `stamp` changes when it may have gone on. */
export function useActivity(id: string | undefined, place: string, stamp: string) {
  return useQuery({
    queryKey: [...keys.executions.of(id ?? ""), "activity", place, stamp],
    queryFn: ({ signal }) => absentAsNull(request<Activity>("get", url(id!, `activities/${encodeURIComponent(place)}`), { signal })),
    enabled: Boolean(id),
    placeholderData: (previous, query) => (query?.queryKey[1] === id && query?.queryKey[3] === place ? previous : undefined),
  });
}

/** The whole output as JSON text, however large. */
export async function outputText(id: string, place: string, signal?: AbortSignal): Promise<string> {
  const response = await fetch(url(id, `activities/${encodeURIComponent(place)}/output`), { headers: { Accept: "application/json" }, credentials: "same-origin", signal });
  if (!response.ok) throw new Problem({ title: `Answer ${response.status}`, status: response.status, detail: "The output could not be loaded." });
  return response.text();
}

/** The names that a node sees in an execution; null when that execution's graph has no such node. */
export function useScopeOf(id: string | undefined, node: string, stamp: string) {
  return useQuery({
    queryKey: [...keys.executions.of(id ?? ""), "scope", node, stamp],
    queryFn: ({ signal }) => absentAsNull(request<ScopeSeen>("get", url(id!, "scope"), { query: { node }, signal })),
    enabled: Boolean(id),
    placeholderData: keepPreviousData,
  });
}

/** What a node's handler logged; null when the server does not tell. */
export function useLogs(id: string | undefined, node: string, over: boolean) {
  return useQuery({
    queryKey: [...keys.executions.of(id ?? ""), "logs", node],
    queryFn: ({ signal }) => absentAsNull(request<{ items: LogLine[]; next_cursor: string | null }>("get", url(id!, "logs"), { query: { node, limit: 200 }, signal })),
    enabled: Boolean(id),
    refetchInterval: over ? false : 2_000,
  });
}

export function testNode(workflow: string, body: Given & { graph_config: unknown; node_id: string }): Promise<Schema<"StartedTest">> {
  return call("post", "/api/v1/workflows/{name}/test-node", { path: { name: workflow }, body: body as unknown as Schema<"NodeToTest"> });
}

export function previewExpression(body: Given & { expression?: string; template?: string; graph_config?: unknown; node_id?: string }, signal?: AbortSignal): Promise<Previewed> {
  return call("post", "/api/v1/expressions/preview", { body: body as unknown as Schema<"ExpressionToPreview">, signal });
}

async function absentAsNull<T>(promise: Promise<T>): Promise<T | null> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return null;
    throw error;
  }
}

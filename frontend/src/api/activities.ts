import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { call, type Schema } from "./client";
import { absentAsNull, Problem } from "./problem";
import { keys } from "./query";

export type Activity = Schema<"Activity">;
export type Previewed = Schema<"Previewed">;
export type ScopeSeen = Schema<"SeenScope">;
export type LogLine = Schema<"LogLine">;
/** What is read in place of what an execution recorded. */
export type Given = Pick<Schema<"ExpressionToPreview">, "execution_id" | "input" | "outputs" | "names">;

const url = (id: string, rest: string) => `/api/v1/executions/${encodeURIComponent(id)}/${rest}`;

/** One activity of an execution; null if the node was not reached there. `stamp` changes when it may have gone on. */
export function useActivity(id: string | undefined, place: string, stamp: string) {
  return useQuery({
    queryKey: [...keys.executions.of(id ?? ""), "activity", place, stamp],
    queryFn: ({ signal }) => absentAsNull(call("get", "/api/v1/executions/{execution_id}/activities/{place}", { path: { execution_id: id!, place }, signal })),
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
    queryFn: ({ signal }) => absentAsNull(call("get", "/api/v1/executions/{execution_id}/scope", { path: { execution_id: id! }, query: { node }, signal })),
    enabled: Boolean(id),
    placeholderData: keepPreviousData,
  });
}

/** What one visit of a node logged; null when the server does not tell. */
export function useVisitLogs(id: string, { node_id: node, scope, visit }: Pick<Activity, "node_id" | "scope" | "visit">, over: boolean) {
  return useQuery({
    queryKey: [...keys.executions.of(id), "visit-logs", node, scope, visit],
    queryFn: ({ signal }) => absentAsNull(call("get", "/api/v1/executions/{execution_id}/logs", { path: { execution_id: id }, query: { node, scope, visit, limit: 200 }, signal })),
    refetchInterval: over ? false : 2_000,
  });
}

export function testNode(workflow: string, body: Schema<"NodeToTest">): Promise<Schema<"StartedTest">> {
  return call("post", "/api/v1/workflows/{name}/test-node", { path: { name: workflow }, body });
}

export function previewExpression(body: Schema<"ExpressionToPreview">, signal?: AbortSignal): Promise<Previewed> {
  return call("post", "/api/v1/expressions/preview", { body, signal });
}

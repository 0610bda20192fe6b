import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { call, idempotencyKey, type Schema } from "./client";
import { usePolling } from "./live";
import { keys } from "./query";

export type Workflow = Schema<"Workflow">;
export type WorkflowRow = Schema<"WorkflowRow">;
export type RunRequest = Schema<"RunWorkflow">;

export function useWorkflows() {
  return useQuery({
    queryKey: keys.workflows.list(),
    queryFn: ({ signal }) => call("get", "/api/v1/workflows", { query: { limit: 200 }, signal }),
    refetchInterval: usePolling(10_000),
  });
}

export const workflowQuery = (name: string) =>
  queryOptions({ queryKey: keys.workflows.detail(name), queryFn: ({ signal }) => call("get", "/api/v1/workflows/{name}", { path: { name }, signal }) });

/** `exists`: false for one that is only being drawn; it is not asked for. */
export const useWorkflow = (name: string, exists = true) => useQuery({ ...workflowQuery(name), enabled: exists && name !== "" });

/** A stored version never changes, so it is asked for once. */
export function useWorkflowVersion(name: string | undefined, version: number | undefined) {
  return useQuery({
    queryKey: keys.workflows.version(name ?? "", version ?? 0),
    queryFn: ({ signal }) => call("get", "/api/v1/workflows/{name}/versions/{version}", { path: { name: name!, version: version! }, signal }),
    enabled: Boolean(name && version),
    staleTime: Infinity,
  });
}

export function useVersions(name: string, exists = true) {
  return useQuery({
    queryKey: keys.workflows.versions(name),
    queryFn: ({ signal }) => call("get", "/api/v1/workflows/{name}/versions", { path: { name }, signal }),
    enabled: exists,
  });
}

/** Starts an execution; a request that is sent again starts nothing twice. */
export function useRun(name: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: RunRequest) =>
      call("post", "/api/v1/workflows/{name}/run", { path: { name }, body, headers: { "Idempotency-Key": idempotencyKey() } }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.executions.all }),
  });
}

/** Stores a graph: a new version, unless it only is drawn differently. 409 when somebody saved another one meanwhile. */
export function useSaveWorkflow(name: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Schema<"SaveWorkflow">) => call("put", "/api/v1/workflows/{name}", { path: { name }, body }),
    // Not waited for: whoever saved knows the answer first.
    onSuccess: () => void client.invalidateQueries({ queryKey: keys.workflows.all }),
  });
}

export function useDeleteWorkflow(name: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => call("delete", "/api/v1/workflows/{name}", { path: { name } }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.workflows.list() }),
  });
}

export function useWorkflowDiff(name: string, from: number | undefined, to: number | undefined) {
  return useQuery({
    queryKey: [...keys.workflows.version(name, to ?? 0), "diff", from],
    queryFn: ({ signal }) => call("get", "/api/v1/workflows/{name}/diff", { path: { name }, query: { from: from!, to: to! }, signal }),
    enabled: Boolean(from && to && from !== to),
    staleTime: Infinity,
  });
}

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
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

export function useWorkflow(name: string) {
  return useQuery({
    queryKey: keys.workflows.detail(name),
    queryFn: ({ signal }) => call("get", "/api/v1/workflows/{name}", { path: { name }, signal }),
    enabled: name !== "",
  });
}

/** A stored version never changes, so it is asked for once. */
export function useWorkflowVersion(name: string | undefined, version: number | undefined) {
  return useQuery({
    queryKey: keys.workflows.version(name ?? "", version ?? 0),
    queryFn: ({ signal }) => call("get", "/api/v1/workflows/{name}/versions/{version}", { path: { name: name!, version: version! }, signal }),
    enabled: Boolean(name && version),
    staleTime: Infinity,
  });
}

export function useVersions(name: string) {
  return useQuery({
    queryKey: keys.workflows.versions(name),
    queryFn: ({ signal }) => call("get", "/api/v1/workflows/{name}/versions", { path: { name }, signal }),
  });
}

/** Starts an execution; a request that is sent again starts nothing twice. */
export function useRun(name: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Partial<RunRequest>) =>
      call("post", "/api/v1/workflows/{name}/run", { path: { name }, body: body as RunRequest, headers: { "Idempotency-Key": idempotencyKey() } }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.executions.all }),
  });
}

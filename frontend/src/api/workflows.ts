import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { call, idempotencyKey, request, type Schema } from "./client";
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

/** `exists`: false for one that is only being drawn; it is not asked for. */
export function useWorkflow(name: string, exists = true) {
  return useQuery({
    queryKey: keys.workflows.detail(name),
    queryFn: ({ signal }) => call("get", "/api/v1/workflows/{name}", { path: { name }, signal }),
    enabled: exists && name !== "",
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
    mutationFn: (body: Partial<RunRequest>) =>
      call("post", "/api/v1/workflows/{name}/run", { path: { name }, body: body as RunRequest, headers: { "Idempotency-Key": idempotencyKey() } }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.executions.all }),
  });
}

export interface SaveRequest { graph_config: unknown; description?: string; /** Of a workflow that must be new: 0. */ expected_version?: number; by?: string }

/** Stores a graph: a new version, unless it only is drawn differently. 409 when somebody saved another one meanwhile. */
export function useSaveWorkflow(name: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: SaveRequest) => request<Schema<"SavedWorkflow">>("put", `/api/v1/workflows/${encodeURIComponent(name)}`, { body }),
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

export interface WorkflowDiff {
  from: number; to: number; text: string;
  added: { nodes: { id: string }[]; edges: { id: string }[] }; removed: { nodes: { id: string }[]; edges: { id: string }[] };
  changed: { place: string; before: unknown; after: unknown; node: string | null; edge: string | null }[];
}

export function useWorkflowDiff(name: string, from: number | undefined, to: number | undefined) {
  return useQuery({
    queryKey: [...keys.workflows.version(name, to ?? 0), "diff", from],
    queryFn: ({ signal }) => request<WorkflowDiff>("get", `/api/v1/workflows/${encodeURIComponent(name)}/diff`, { query: { from, to }, signal }),
    enabled: Boolean(from && to && from !== to),
    staleTime: Infinity,
  });
}

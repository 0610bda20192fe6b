import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { call, type Schema } from "./client";
import { usePolling } from "./live";
import { keys } from "./query";

export type Approval = Schema<"Approval">;
export type ApprovalRecord = Schema<"ApprovalRecord">;
export interface ApprovalFilter { status?: "open" | "decided" | "expired"; execution_id?: string; workflow?: string; assignee?: string; group?: string; overdue?: boolean }

export function useApprovals(filter: ApprovalFilter = {}) {
  return useInfiniteQuery({
    queryKey: keys.approvals.list(filter),
    queryFn: ({ pageParam, signal }) => call("get", "/api/v1/approvals", { query: { limit: 50, ...filter, cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: usePolling(3_000),
  });
}

/** How many are open: the badge of the navigation. */
export function useApprovalFacets() {
  return useQuery({
    queryKey: keys.approvals.facets,
    queryFn: ({ signal }) => call("get", "/api/v1/approvals/facets", { signal }),
    refetchInterval: usePolling(5_000),
  });
}

export function useApproval(id: string | undefined) {
  const polling = usePolling(3_000);
  return useQuery({
    queryKey: keys.approvals.detail(id ?? ""),
    queryFn: ({ signal }) => call("get", "/api/v1/approvals/{approval_id}", { path: { approval_id: id! }, signal }),
    enabled: Boolean(id),
    refetchInterval: polling,
  });
}

export function useDecide(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Schema<"Decide">) =>
      call("post", "/api/v1/approvals/{approval_id}", { path: { approval_id: id }, body }),
    onSettled: () => client.invalidateQueries({ queryKey: keys.approvals.all }),
  });
}

/** Somebody else is asked instead of `by`. */
export function useDelegate(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { by: string; to: string; comment: string }) => call("post", "/api/v1/approvals/{approval_id}/delegate", { path: { approval_id: id }, body }),
    onSettled: () => client.invalidateQueries({ queryKey: keys.approvals.all }),
  });
}

/** A link with which somebody without an account decides this one approval. */
export function useApprovalLink(id: string) {
  return useMutation({ mutationFn: (body: Schema<"MakeLink">) => call("post", "/api/v1/approvals/{approval_id}/link", { path: { approval_id: id }, body }) });
}

import { useQuery } from "@tanstack/react-query";
import { call } from "@/api/client";
import { useLiveTopic, usePolling } from "@/api/live";
import { keys } from "@/api/query";
import type { WorkflowRow } from "@/api/workflows";

const MOST = 2_000;

/** All workflows, for the search of this page; `more` says that there are others still. */
export function useAllWorkflows() {
  useLiveTopic("workflows");
  useLiveTopic("executions");
  const refetchInterval = usePolling(5_000);
  return useQuery({
    queryKey: keys.workflows.list({ all: true }),
    queryFn: async ({ signal }) => {
      const items: WorkflowRow[] = [];
      let cursor: string | null = null;
      do {
        const page: { items: WorkflowRow[]; next_cursor: string | null } = await call("get", "/api/v1/workflows", { query: { limit: 200, cursor }, signal });
        items.push(...page.items);
        cursor = page.next_cursor;
      } while (cursor && items.length < MOST);
      return { items, more: cursor !== null };
    },
    refetchInterval,
  });
}

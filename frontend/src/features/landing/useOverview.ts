import { useQuery } from "@tanstack/react-query";
import { call } from "@/api/client";
import { useLiveTopic, usePolling } from "@/api/live";
import { keys } from "@/api/query";

const FEW = 6;

/** A few executions that a search finds, live. */
export function useFew(q: string) {
  useLiveTopic("executions");
  const refetchInterval = usePolling(3_000);
  return useQuery({ queryKey: ["executions", "few", q], queryFn: ({ signal }) => call("get", "/api/v1/executions", { query: { q, limit: FEW }, signal }), refetchInterval });
}

export function useOpenApprovals() {
  const refetchInterval = usePolling(3_000);
  return useQuery({
    queryKey: keys.approvals.list({ status: "open", few: true }),
    queryFn: ({ signal }) => call("get", "/api/v1/approvals", { query: { status: "open", limit: FEW }, signal }),
    refetchInterval,
  });
}

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { call, type Schema } from "./client";
import { usePolling } from "./live";

export type WebhookRow = Schema<"WebhookRow">;

const KEY = ["webhooks"] as const;

/** All webhooks, or those of a workflow, without their addresses. */
export function useWebhooks(filter: { workflow?: string } = {}) {
  return useQuery({
    queryKey: [...KEY, filter],
    queryFn: ({ signal }) => call("get", "/api/v1/webhooks", { query: { ...filter, limit: 200 }, signal }),
    refetchInterval: usePolling(10_000),
  });
}

/** The address of one: where this page comes from, and the path that nobody can guess. */
export async function webhookAddress(id: string): Promise<string> {
  const webhook = await call("get", "/api/v1/webhooks/{webhook_id}", { path: { webhook_id: id } });
  return `${window.location.origin}${webhook.path}`;
}

export function usePauseWebhook(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (paused: boolean) => call("patch", "/api/v1/webhooks/{webhook_id}", { path: { webhook_id: id }, body: { paused } as Schema<"ChangeWebhook"> }),
    onSettled: () => client.invalidateQueries({ queryKey: KEY }),
  });
}

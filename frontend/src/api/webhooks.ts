import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { call, type Schema } from "./client";
import { Problem } from "./problem";
import { keys } from "./query";

export type WebhookRow = Schema<"WebhookRow">;
/** Only some roles are told the address and the input. */
export type Webhook = WebhookRow & Partial<Pick<Schema<"Webhook">, "path" | "input">>;
export type Delivery = Schema<"Delivery">;

/** The live stream has no topic for what is delivered. */
const POLL = 3_000;

export function useWebhooks(filter: { workflow?: string } = {}) {
  return useInfiniteQuery({
    queryKey: keys.webhooks.list(filter),
    queryFn: ({ pageParam, signal }) => call("get", "/api/v1/webhooks", { query: { ...filter, limit: 100, cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: POLL,
  });
}

/** One webhook; `known` is whether the caller may know its address. */
export function useWebhook(id: string, known: boolean) {
  return useQuery({
    queryKey: keys.webhooks.detail(id, known),
    queryFn: ({ signal }): Promise<Webhook> => (known ? call("get", "/api/v1/webhooks/{webhook_id}", { path: { webhook_id: id }, signal }) : rowOf(id, signal)),
    refetchInterval: POLL,
  });
}

async function rowOf(id: string, signal: AbortSignal): Promise<WebhookRow> {
  for (let cursor: string | null = null; ;) {
    const page: Schema<"WebhookPage"> = await call("get", "/api/v1/webhooks", { query: { limit: 200, cursor }, signal });
    const found = page.items.find((row) => row.id === id);
    if (found) return found;
    cursor = page.next_cursor;
    if (!cursor) throw new Problem({ title: "Not found", status: 404, detail: `no webhook '${id}'` });
  }
}

export function useDeliveries(id: string) {
  return useInfiniteQuery({
    queryKey: keys.webhooks.deliveries(id),
    queryFn: ({ pageParam, signal }) => call("get", "/api/v1/webhooks/{webhook_id}/deliveries", { path: { webhook_id: id }, query: { limit: 50, cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: POLL,
  });
}

/** Creates a webhook (without `id`), or changes what is given of one. */
export function useSaveWebhook(id: string | undefined) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: object) =>
      (id ? call("patch", "/api/v1/webhooks/{webhook_id}", { path: { webhook_id: id }, body: body as Schema<"ChangeWebhook"> }) : call("post", "/api/v1/webhooks", { body: body as Schema<"AddWebhook"> })),
    onSettled: () => client.invalidateQueries({ queryKey: keys.webhooks.all }),
  });
}

export function useRotateWebhook(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => call("post", "/api/v1/webhooks/{webhook_id}/rotate", { path: { webhook_id: id } }),
    onSettled: () => client.invalidateQueries({ queryKey: keys.webhooks.all }),
  });
}

export function useDeleteWebhook(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => call("delete", "/api/v1/webhooks/{webhook_id}", { path: { webhook_id: id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.webhooks.list() }),
  });
}

/** Names of secrets, to choose from; none if the caller may not see them. */
export function useSecretNames(enabled: boolean): string[] {
  const found = useQuery({ queryKey: keys.secrets.all, queryFn: ({ signal }) => call("get", "/api/v1/secrets", { signal }), enabled });
  return found.data?.items.map((each) => each.name) ?? [];
}

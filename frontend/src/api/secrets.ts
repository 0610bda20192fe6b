import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { call, type Schema } from "./client";
import { keys } from "./query";

export type Secret = Schema<"Secret">;

export function useSecrets() {
  return useQuery({ queryKey: keys.secrets.all, queryFn: ({ signal }) => call("get", "/api/v1/secrets", { signal }), refetchInterval: 30_000 });
}

/** With the workflows that name it; null asks nothing. */
export function useSecretUse(name: string | null) {
  return useQuery({
    queryKey: keys.secrets.use(name ?? ""),
    queryFn: ({ signal }) => call("get", "/api/v1/secrets/{name}", { path: { name: name ?? "" }, signal }),
    enabled: name !== null,
    staleTime: 0,
  });
}

export function useSetSecret() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ name, value }: { name: string; value: string }) => call("put", "/api/v1/secrets/{name}", { path: { name }, body: { value } }),
    // The value must not stay in the page's memory for longer than the call.
    gcTime: 0,
    onSettled: () => client.invalidateQueries({ queryKey: keys.secrets.all }),
  });
}

export function useDeleteSecret() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (name: string) => call("delete", "/api/v1/secrets/{name}", { path: { name } }),
    onSettled: () => client.invalidateQueries({ queryKey: keys.secrets.all }),
  });
}

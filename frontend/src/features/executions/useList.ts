import { keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo } from "react";
import { call, type Schema } from "@/api/client";
import { useLiveTopic, usePolling } from "@/api/live";
import { absentAsNull } from "@/api/problem";
import { inPlace, newRows, type ListRow } from "./merge";

type ListPage = Schema<"ExecutionPage">;
const PAGE = 100;
const ask = (q: string, cursor: string | null, signal: AbortSignal) => call("get", "/api/v1/executions", { query: { limit: PAGE, q: q || undefined, cursor }, signal });

export interface List { rows: ListRow[]; fresh: number; freshIsMore: boolean; isPending: boolean; error: Error | null; hasMore: boolean; loadingMore: boolean; searchedUntil: string | null; showNew: () => void; more: () => void; retry: () => void }

/**
 * The list, live without jumping. Its pages stay as they were loaded; of the head and of the page in sight fresh copies are asked for
 * when the topic changes: known rows change in place, new ones come by `showNew`, or by themselves while the reader is at the top.
 */
export function useList(q: string, { atTop, inSight }: { atTop: boolean; inSight: number }): List {
  useLiveTopic("executions");
  const client = useQueryClient();
  const polling = usePolling(3_000);
  const key = useMemo(() => ["execution-pages", q] as const, [q]);
  const pages = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => ask(q, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    staleTime: Infinity,
    gcTime: 60_000,
  });
  const known = pages.data !== undefined;
  const head = useQuery({ queryKey: ["executions", "head", q], queryFn: ({ signal }) => ask(q, null, signal), enabled: known, refetchInterval: polling });
  const cursor = (pages.data?.pageParams[inSight] as string | null | undefined) ?? null;
  const stretch = useQuery({ queryKey: ["executions", "stretch", q, cursor], queryFn: ({ signal }) => ask(q, cursor, signal), enabled: cursor !== null, refetchInterval: polling });

  const loaded = useMemo(() => pages.data?.pages.flatMap((page) => page.items) ?? [], [pages.data]);
  const rows = useMemo(() => inPlace(loaded, [head.data?.items ?? [], stretch.data?.items ?? []].filter((items) => items.length)), [loaded, head.data, stretch.data]);
  const fresh = useMemo(() => newRows(loaded, head.data?.items ?? []).length, [loaded, head.data]);

  const showNew = useCallback(() => {
    const first = client.getQueryData<ListPage>(["executions", "head", q]);
    if (first) client.setQueryData(key, { pages: [first], pageParams: [null] });
  }, [client, key, q]);
  const left = rows.some((row) => row.left);
  useEffect(() => {
    if (atTop && (fresh > 0 || left)) showNew();
  }, [atTop, fresh, left, showNew]);

  const { fetchNextPage, hasNextPage, isFetchingNextPage } = pages;
  const more = useCallback(() => { if (hasNextPage && !isFetchingNextPage) void fetchNextPage(); }, [fetchNextPage, hasNextPage, isFetchingNextPage]);
  return {
    rows, fresh, freshIsMore: fresh >= PAGE, isPending: pages.isPending, error: loaded.length ? null : pages.error, hasMore: hasNextPage, loadingMore: isFetchingNextPage,
    searchedUntil: pages.data?.pages.at(-1)?.searched_until ?? null, showNew, more, retry: () => void pages.refetch(),
  };
}

/** How many the search finds, by status and workflow; null when the server does not count. */
export function useFacets(q: string) {
  const polling = usePolling(5_000);
  return useQuery({
    queryKey: ["executions", "facets", q],
    queryFn: ({ signal }) => absentAsNull(call("get", "/api/v1/executions/facets", { query: { q: q || undefined }, signal })),
    placeholderData: keepPreviousData,
    refetchInterval: polling,
  });
}

export type BulkAction = Exclude<Schema<"SteerMany">["action"], "signal">;
export type BulkTarget = Pick<Schema<"SteerMany">, "ids" | "q">;
export type BulkAnswer = Schema<"Steered">;

/** Sends the same request until nothing is left; `onProgress` hears the sums so far. */
export async function bulk(body: BulkTarget & Pick<Schema<"SteerMany">, "dry_run" | "reason" | "compensate"> & { action: BulkAction }, onProgress: (sum: BulkAnswer) => void, stopped: () => boolean): Promise<BulkAnswer> {
  let sum: BulkAnswer = { matched: 0, done: 0, refused: [], refused_count: 0, next: null };
  do {
    const answer = await call("post", "/api/v1/executions/bulk", { body: { ...body, ...(sum.next ? { cursor: sum.next } : {}) } });
    sum = {
      matched: sum.matched + answer.matched, done: sum.done + answer.done, refused: [...sum.refused, ...answer.refused].slice(0, 500),
      refused_count: sum.refused_count + answer.refused_count, next: answer.next,
    };
    onProgress(sum);
  } while (sum.next && !stopped());
  return sum;
}

import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { call, type Schema } from "./client";
import { usePolling } from "./live";
import { keys } from "./query";

export type Schedule = Schema<"Schedule">;
export type ScheduleRow = Schema<"ScheduleRow">;
export type Fire = Schema<"Fire">;

export function useSchedules(filter: { workflow?: string } = {}) {
  return useQuery({
    queryKey: keys.schedules.list(filter),
    queryFn: ({ signal }) => call("get", "/api/v1/schedules", { query: { ...filter, limit: 200 }, signal }),
    refetchInterval: usePolling(10_000),
  });
}

export function useSchedule(id: string) {
  return useQuery({
    queryKey: keys.schedules.detail(id),
    queryFn: ({ signal }) => call("get", "/api/v1/schedules/{schedule_id}", { path: { schedule_id: id }, signal }),
  });
}

export function useNextFires(id: string, count = 50) {
  return useQuery({
    queryKey: keys.schedules.next(id),
    queryFn: ({ signal }) => call("get", "/api/v1/schedules/{schedule_id}/next", { path: { schedule_id: id }, query: { count }, signal }),
  });
}

export function usePastFires(id: string, filter: { outcome?: "fired" | "skipped" | "missed" | "paused"; limit?: number } = {}) {
  return useInfiniteQuery({
    queryKey: keys.schedules.fires(id, filter),
    queryFn: ({ pageParam, signal }) => call("get", "/api/v1/schedules/{schedule_id}/fires", { path: { schedule_id: id }, query: { limit: 50, ...filter, cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: usePolling(10_000),
  });
}

export type Timing = Schema<"Preview">;
export type ScheduleChange = Schema<"ChangeSchedule">;

/** The next due times of a timing that need not be saved. */
export function useTimingPreview(timing: Timing | null) {
  return useQuery({
    queryKey: ["schedule-preview", timing],
    queryFn: ({ signal }) => call("post", "/api/v1/schedules/preview", { body: timing!, signal }),
    enabled: timing !== null,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });
}

/** Creates a schedule (without `id`), or changes what is given of one. */
export function useSaveSchedule(id: string | undefined) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Schema<"AddSchedule"> | ScheduleChange): Promise<Schedule> =>
      id === undefined ? call("post", "/api/v1/schedules", { body: body as Schema<"AddSchedule"> }) : call("patch", "/api/v1/schedules/{schedule_id}", { path: { schedule_id: id }, body }),
    onSettled: () => client.invalidateQueries({ queryKey: keys.schedules.all }),
  });
}

export function useDeleteSchedule(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => call("delete", "/api/v1/schedules/{schedule_id}", { path: { schedule_id: id } }),
    onSuccess: () => { client.removeQueries({ queryKey: keys.schedules.detail(id) }); return client.invalidateQueries({ queryKey: keys.schedules.list() }); },
  });
}

/** Fires once now, also while it is paused. */
export function useRunSchedule(id: string) {
  const client = useQueryClient();
  return useMutation({ mutationFn: () => call("post", "/api/v1/schedules/{schedule_id}/run", { path: { schedule_id: id }, body: {} }), onSettled: () => client.invalidateQueries({ queryKey: keys.schedules.all }) });
}

/** One call of a backfill; `next_start` says where the next one goes on. */
export const backfill = (id: string, body: Schema<"Backfill">) =>
  call("post", "/api/v1/schedules/{schedule_id}/backfill", { path: { schedule_id: id }, body });

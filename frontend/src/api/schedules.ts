import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
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

export function usePastFires(id: string) {
  return useInfiniteQuery({
    queryKey: keys.schedules.fires(id),
    queryFn: ({ pageParam, signal }) => call("get", "/api/v1/schedules/{schedule_id}/fires", { path: { schedule_id: id }, query: { limit: 50, cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: usePolling(10_000),
  });
}

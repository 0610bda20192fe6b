import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { CalendarClock, Plus, X } from "lucide-react";
import { call } from "@/api/client";
import { useSchedules, type ScheduleRow } from "@/api/schedules";
import { StatusBadge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { PageHeader } from "@/ui/PageHeader";
import { useShortcuts } from "@/ui/shortcuts";
import { EmptyState, ErrorState, LoadingRows } from "@/ui/States";
import { StatusDots } from "@/ui/StatusDots";
import { Head, Row, Table, Td, Th } from "@/ui/Table";
import { Time } from "@/ui/Time";
import { ScheduleForm } from "./ScheduleForm";
import type { Search } from "./search";
import { timingText } from "./words";
import { localZone, wallText } from "./zone";

export function ListPage({ search, onSearch }: { search: Search; onSearch: (search: Search) => void }) {
  const schedules = useSchedules({ workflow: search.workflow });
  const navigate = useNavigate();
  const rows = schedules.data?.items ?? [];
  const add = <Button look="primary" icon={Plus} onClick={() => onSearch({ ...search, new: true })}>New schedule</Button>;
  useShortcuts("Schedules", [{ keys: "n", label: "New schedule", run: () => onSearch({ ...search, new: true }) }]);
  return (
    <>
      <PageHeader title="Schedules" actions={add} meta={<>
        {rows.length > 0 && <span>{rows.length}{schedules.data?.next_cursor && "+"}</span>}
        {search.workflow && <Button size="sm" icon={X} aria-label={`Show all, not only those of ${search.workflow}`} onClick={() => onSearch({})}>{search.workflow}</Button>}
      </>} />
      {schedules.isPending ? <LoadingRows /> : schedules.isError && !schedules.data ? <ErrorState error={schedules.error} onRetry={() => void schedules.refetch()} /> : rows.length === 0 ? (
        <EmptyState icon={CalendarClock} title={search.workflow ? `${search.workflow} has no schedule` : "No schedules yet"} action={add}>
          A schedule starts a workflow by itself: by cron in any time zone, every so often, or at single times. You see its next fires before you save it.
        </EmptyState>
      ) : (
        <Table label="Schedules">
          <Head><Th className="pl-4">Schedule</Th><Th className="max-md:hidden">State</Th><Th className="max-lg:hidden">Last fires</Th><Th>Next fire</Th></Head>
          <tbody>{rows.map((row, index) => <Line key={row.id} row={row} dots={index < 60} onOpen={() => void navigate({ to: "/schedules/$id", params: { id: row.id } })} />)}</tbody>
        </Table>
      )}
      {search.new && <ScheduleForm workflow={search.workflow ?? ""} onClose={() => onSearch({ workflow: search.workflow })} onSaved={(saved) => void navigate({ to: "/schedules/$id", params: { id: saved.id } })} />}
    </>
  );
}

function Line({ row, dots, onOpen }: { row: ScheduleRow; dots: boolean; onOpen: () => void }) {
  const here = localZone();
  return (
    <Row className="h-16" onOpen={onOpen}>
      <Td className="w-full max-w-0 pl-4">
        <Link to="/schedules/$id" params={{ id: row.id }} className="block truncate font-medium hover:underline">{timingText(row)}</Link>
        <span className="block truncate text-xs text-muted">{row.workflow} · {row.id}{row.cron && <> · <span className="font-mono">{row.cron}</span></>}{row.timezone !== "UTC" && ` · ${row.timezone}`}</span>
        {row.error && <span className="block truncate text-xs text-fail">{row.error}</span>}
        {row.status !== "active" && <span className="mt-1 block md:hidden"><StatusBadge kind="schedule" status={row.status} /></span>}
      </Td>
      <Td className="max-md:hidden"><StatusBadge kind="schedule" status={row.status} /></Td>
      <Td className="max-lg:hidden">{dots && <LastFires id={row.id} next={row.next_fire_at} />}</Td>
      <Td className="whitespace-nowrap">
        {row.next_fire_at && row.status === "active" ? (
          <><Time at={row.next_fire_at} /><span className="block text-xs text-muted max-sm:hidden">{wallText(row.next_fire_at, row.timezone)}{row.timezone !== here && <span className="text-faint"> there</span>}</span></>
        ) : <span className="text-faint">–</span>}
      </Td>
    </Row>
  );
}

/** Asked again when the schedule has moved on, not at each change of any. */
function LastFires({ id, next }: { id: string; next: string | null }) {
  const fires = useQuery({
    queryKey: ["schedule-dots", id, next],
    queryFn: ({ signal }) => call("get", "/api/v1/schedules/{schedule_id}/fires", { path: { schedule_id: id }, query: { limit: 16 }, signal }),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  }).data?.items ?? [];
  return <StatusDots kind="fire" statuses={fires.map((fire) => fire.outcome)} label="Last fires" slots={16} />;
}

import { ClockAlert } from "lucide-react";
import { useNextFires, type Schedule } from "@/api/schedules";
import { ErrorState, Skeleton } from "@/ui/States";
import { Time } from "@/ui/Time";
import { localZone, marked, offsetText, wallText } from "./zone";

/** The next fifty due times; where the clocks change between two of them, it says so. */
export function NextFires({ schedule }: { schedule: Schedule }) {
  const next = useNextFires(schedule.id);
  return (
    <section aria-label="Next fires" className="flex flex-col gap-2">
      <h2 className="text-base font-semibold">Next fires{next.data && next.data.fires.length > 0 && <span className="ml-2 text-sm font-normal text-faint">{next.data.fires.length}{next.data.fires.length === 50 && " shown"}</span>}</h2>
      {schedule.status === "paused" && <p className="text-sm text-muted">It is paused: these would be due.</p>}
      {next.isPending ? <div role="status" className="panel flex flex-col gap-2 p-4"><span className="sr-only">Loading</span>{[1, 2, 3, 4].map((each) => <Skeleton key={each} />)}</div>
        : next.isError && !next.data ? <ErrorState compact error={next.error} onRetry={() => void next.refetch()} />
        : next.data.fires.length === 0 ? <p className="rounded-lg border border-dashed px-4 py-5 text-sm text-muted">Nothing is due any more.</p>
        : <FireList fires={next.data.fires} zone={schedule.timezone} />}
    </section>
  );
}

/** Due times by the clock of the zone, and by yours if it differs. */
export function FireList({ fires, zone }: { fires: string[]; zone: string }) {
  const here = localZone();
  return (
    <ol tabIndex={0} aria-label="Due times" className="panel max-h-96 overflow-auto -outline-offset-2">
      {marked(fires, zone).map(({ at, offset, changedFrom }) => (
        <li key={at} className="border-b last:border-b-0">
          {changedFrom !== null && (
            <p className="tone-wait flex items-center gap-2 border-b bg-tone-soft px-4 py-1.5 text-xs font-medium text-tone">
              <ClockAlert aria-hidden size={13} />The clocks of {zone} change here: {offsetText(changedFrom)} to {offsetText(offset)}
            </p>
          )}
          <div className="flex flex-wrap items-baseline justify-between gap-x-4 px-4 py-1.5 text-sm">
            <span>{wallText(at, zone)} <span className="text-xs text-faint">{offsetText(offset)}</span></span>
            <span className="text-xs text-muted">{here !== zone && <span className="mr-2 text-faint max-sm:hidden">{wallText(at, here)} here</span>}<Time at={at} /></span>
          </div>
        </li>
      ))}
    </ol>
  );
}

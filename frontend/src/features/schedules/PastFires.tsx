import { Link } from "@tanstack/react-router";
import { usePastFires } from "@/api/schedules";
import { StatusBadge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { ErrorState, LoadingRows } from "@/ui/States";
import { statusesOf, statusLook } from "@/ui/status";
import { Head, Row, Table, Td, Th } from "@/ui/Table";
import { Time } from "@/ui/Time";
import type { Search } from "./search";
import { wallText } from "./zone";

type Outcome = Search["outcome"];

/** What became of each due time, and why. */
export function PastFires({ id, zone, outcome, onOutcome }: { id: string; zone: string; outcome: Outcome; onOutcome: (outcome: Outcome) => void }) {
  const fires = usePastFires(id, outcome ? { outcome } : {});
  const rows = fires.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section aria-label="Past fires" className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h2 className="text-base font-semibold">Past fires</h2>
        <div role="group" aria-label="Outcome" className="flex gap-0.5 overflow-x-auto">
          {[undefined, ...statusesOf("fire") as NonNullable<Outcome>[]].map((each) => (
            <button key={each ?? "all"} type="button" aria-pressed={outcome === each} onClick={() => onOutcome(each)} className={cx("h-7 rounded-md px-2 text-sm font-medium -outline-offset-2", outcome === each ? "bg-hover text-fg" : "text-muted hover:text-fg")}>
              {each ? statusLook("fire", each).label : "All"}
            </button>
          ))}
        </div>
      </div>
      <div className="panel overflow-hidden">
        {fires.isPending ? <LoadingRows rows={5} /> : fires.isError && !fires.data ? <ErrorState compact error={fires.error} onRetry={() => void fires.refetch()} /> : rows.length === 0 ? (
          <p className="px-4 py-10 text-center text-sm text-muted">{outcome ? `No fire was ${statusLook("fire", outcome).label.toLowerCase()}.` : "It has not been due yet. What becomes of each due time is recorded here, also when it is skipped or missed."}</p>
        ) : (
          <Table label="Past fires">
            <Head><Th>Due</Th><Th>Outcome</Th><Th className="max-sm:hidden">Why</Th><Th><span className="sr-only">Execution</span></Th></Head>
            <tbody>
              {rows.map((fire) => (
                <Row key={`${fire.fire_at}${fire.recorded_at}`}>
                  <Td className="whitespace-nowrap"><Time at={fire.fire_at} /><span className="block text-xs text-muted">{wallText(fire.fire_at, zone)}</span></Td>
                  <Td><StatusBadge kind="fire" status={fire.outcome} />{fire.reason && <span className="mt-1 block text-xs text-muted sm:hidden">{fire.reason}</span>}</Td>
                  <Td className="w-full max-w-0 text-muted max-sm:hidden"><span className="line-clamp-2 break-words">{fire.reason || (fire.outcome === "fired" ? "on time" : "")}</span></Td>
                  <Td className="text-right">{fire.execution_id && <Link to="/x/$id" params={{ id: fire.execution_id }} className="text-accent hover:underline">Execution</Link>}</Td>
                </Row>
              ))}
            </tbody>
          </Table>
        )}
        {fires.hasNextPage && <div className="p-2 text-center"><Button size="sm" busy={fires.isFetchingNextPage} onClick={() => void fires.fetchNextPage()}>Show older ones</Button></div>}
      </div>
    </section>
  );
}

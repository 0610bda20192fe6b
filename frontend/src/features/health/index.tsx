import { useQueryClient } from "@tanstack/react-query";
import { RotateCw } from "lucide-react";
import { useLiveTopic } from "@/api/live";
import { keys } from "@/api/query";
import { useHealth, useStats, useWorkers } from "@/api/system";
import { useActions } from "@/ui/actions";
import { Button } from "@/ui/Button";
import { CopyAs } from "@/ui/Code";
import { PageHeader } from "@/ui/PageHeader";
import { ErrorState, LoadingRows } from "@/ui/States";
import { Time } from "@/ui/Time";
import { Facts } from "./Facts";
import { FineChecks, Finding, Verdict } from "./Findings";
import { verdictText } from "./words";
import { WorkerTable } from "./WorkerTable";

/** How the system is, what is wrong with it and what mends that: the checks of `treadle doctor`. */
export function Page() {
  useLiveTopic("workers");
  const client = useQueryClient();
  const report = useHealth(10_000);
  const workers = useWorkers();
  const stats = useStats();
  const again = () => void Promise.all([keys.system.health, keys.system.workers].map((queryKey) => client.invalidateQueries({ queryKey })));
  useActions([{ id: "health-again", label: "Check the system again", icon: RotateCw, words: "doctor refresh", run: again }]);
  const findings = report.data?.findings ?? [];
  const open = ["error", "warning"].flatMap((severity) => findings.filter((each) => each.severity === severity));
  const alive = workers.data?.items.filter((each) => each.alive) ?? [];
  const status = report.data?.status ?? (workers.data && alive.length === 0 ? "warning" : "ok");
  return (
    <>
      <PageHeader title="Health" tab={`${report.data ? verdictText(findings).split(/[:.]/)[0] : "Checking"} · Health`} meta={report.data && <span>checked <Time at={report.data.checked_at} /></span>}
        actions={<><CopyAs command={{ method: "GET", path: "/api/v1/health", cli: "treadle doctor" }} /><Button icon={RotateCw} busy={report.isFetching} onClick={again}>Check again</Button></>} />
      {report.isPending ? <LoadingRows /> : report.isError && !report.data ? <ErrorState error={report.error} onRetry={again} /> : (
        <div className="mx-auto flex w-full max-w-5xl flex-col gap-7 p-4 sm:p-6">
          <Verdict status={status} sentence={report.data ? verdictText(findings) : alive.length ? "Workers are alive." : "No worker is alive."} workers={alive.length} stats={stats.data} />
          {open.length > 0 && <section aria-label="To mend" className="flex flex-col gap-3">{open.map((finding, index) => <Finding key={`${finding.code}-${index}`} finding={finding} />)}</section>}
          <section aria-label="Workers" className="flex flex-col gap-2">
            <h2 className="text-base font-semibold">Workers</h2>
            {workers.isPending ? <LoadingRows rows={2} /> : workers.isError && !workers.data ? <ErrorState compact error={workers.error} onRetry={again} /> : <WorkerTable workers={workers.data.items} />}
          </section>
          {stats.data && <Facts stats={stats.data} />}
          {findings.length > 0 && <FineChecks findings={findings.filter((each) => each.severity === "ok")} />}
        </div>
      )}
    </>
  );
}

import { Link } from "@tanstack/react-router";
import { Check, Terminal } from "lucide-react";
import type { Schema } from "@/api/client";
import type { HealthFinding } from "@/api/system";
import { CopyButton } from "@/ui/Code";
import { cx } from "@/ui/cx";
import { statusLook, TONE_CLASS } from "@/ui/status";
import { capital, commandsOf, executionsOf } from "./words";

/** How it is, in one sentence, with the figures that matter most. */
export function Verdict({ status, sentence, workers, stats }: { status: string; sentence: string; workers: number; stats: Schema<"Stats"> | undefined }) {
  const { icon: Icon, tone } = statusLook("finding", status);
  const figures: [string, number | undefined][] = [["workers alive", workers], ["wait for a worker", stats?.ready], ["running", stats?.executions.running], ["waiting", stats?.executions.waiting]];
  return (
    <section aria-label="Verdict" className={cx("flex flex-wrap items-center gap-x-5 gap-y-4 rounded-lg border border-tone bg-tone-soft p-5", TONE_CLASS[tone])}>
      <Icon aria-hidden size={28} className="shrink-0 text-tone" />
      <p role="status" className="min-w-0 flex-1 basis-56 text-lg font-semibold">{sentence}</p>
      <dl className="flex flex-wrap gap-x-6 gap-y-2">
        {figures.map(([name, value]) => <div key={name} className="flex flex-col-reverse"><dt className="text-xs text-muted">{name}</dt><dd className="text-lg font-semibold">{value?.toLocaleString() ?? "–"}</dd></div>)}
      </dl>
    </section>
  );
}

/** One thing that is wrong: what it means, what it is about, and what mends it. */
export function Finding({ finding }: { finding: HealthFinding }) {
  const { icon: Icon, tone, label } = statusLook("finding", finding.severity);
  const ids = executionsOf(finding);
  return (
    <article className={cx("panel flex gap-3 p-4", TONE_CLASS[tone])}>
      <Icon aria-hidden size={18} className="mt-0.5 shrink-0 text-tone" />
      <div className="flex min-w-0 flex-1 flex-col gap-2 text-sm">
        <h3 className="flex flex-wrap items-baseline gap-x-2 text-base font-semibold">{capital(finding.title)} <span className="text-xs font-medium text-tone">{label}</span></h3>
        <p className="break-words">{capital(finding.sentence)}.</p>
        {ids.length > 0 && (
          <ul className="flex flex-wrap gap-x-4 gap-y-1">
            {ids.slice(0, 10).map((id) => <li key={id}><Link to="/x/$id" params={{ id }} className="font-mono text-xs text-accent hover:underline">{id}</Link></li>)}
            {ids.length > 10 && <li className="text-xs text-muted">and {ids.length - 10} more</li>}
          </ul>
        )}
        {finding.mend && <p className="break-words text-muted"><span className="font-medium text-fg">To mend it: </span>{finding.mend.replaceAll("`", "")}</p>}
        {commandsOf(finding.mend).map((command) => (
          <div key={command} className="flex items-center gap-2 rounded-md border bg-sunken py-1 pr-1 pl-3">
            <Terminal aria-hidden size={14} className="shrink-0 text-faint" />
            <code tabIndex={0} className="min-w-0 flex-1 overflow-x-auto font-mono text-xs whitespace-nowrap">{command}</code>
            <CopyButton text={command} label={`Copy: ${command}`} />
          </div>
        ))}
      </div>
    </article>
  );
}

/** What was looked at and is fine. */
export function FineChecks({ findings }: { findings: HealthFinding[] }) {
  return (
    <section aria-label="Checks that are fine" className="flex flex-col gap-2">
      <h2 className="text-base font-semibold">{findings.length} {findings.length === 1 ? "check is" : "checks are"} fine</h2>
      <ul className="panel grid gap-x-6 gap-y-2 p-4 text-sm md:grid-cols-2">
        {findings.map((finding, index) => (
          <li key={`${finding.code}-${index}`} className="flex min-w-0 gap-2"><Check aria-hidden size={15} className="mt-0.5 shrink-0 text-ok" /><span className="min-w-0 break-words"><span className="font-medium">{capital(finding.title)}</span> <span className="text-muted">{finding.sentence}</span></span></li>
        ))}
      </ul>
    </section>
  );
}

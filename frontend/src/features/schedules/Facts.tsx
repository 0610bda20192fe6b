import type { ReactNode } from "react";
import type { Schedule } from "@/api/schedules";
import { JsonView } from "@/ui/JsonView";
import { durationText } from "@/ui/times";
import { CATCH_UPS, DSTS, labelIn, OVERLAPS, PRIORITIES } from "./words";
import { wallText } from "./zone";

/** What was set, in words; what is as usual is left out. */
export function Facts({ schedule: s }: { schedule: Schedule }) {
  const facts: [string, ReactNode][] = [
    ["Id", <span key="id" className="font-mono text-xs">{s.id}</span>],
    ...(s.cron ? [["Cron", <span key="cron" className="font-mono text-xs">{s.cron}</span>] as [string, ReactNode]] : []),
    ["Time zone", s.timezone],
    ["If one is open still", labelIn(OVERLAPS, s.overlap)],
    ["After downtime", labelIn(CATCH_UPS, s.catch_up)],
    ...(s.cron ? [["When clocks change", labelIn(DSTS, s.dst)] as [string, ReactNode]] : []),
    ...(s.jitter ? [["Jitter", `up to ${durationText(s.jitter * 1000)} later`] as [string, ReactNode]] : []),
    ...(s.start_at ? [["Not before", wallText(s.start_at, s.timezone)] as [string, ReactNode]] : []),
    ...(s.end_at ? [["Not after", wallText(s.end_at, s.timezone)] as [string, ReactNode]] : []),
    ["Version", s.version === null ? "the latest" : `v${s.version}`],
    ...(s.priority !== "normal" ? [["Priority", labelIn(PRIORITIES, s.priority)] as [string, ReactNode]] : []),
  ];
  return (
    <section aria-label="Settings" className="panel p-4">
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-6 gap-y-1.5 text-sm">
        {facts.map(([name, value]) => <div key={name} className="contents"><dt className="text-muted">{name}</dt><dd className="min-w-0 break-words">{value}</dd></div>)}
      </dl>
      {s.input !== null && <div className="mt-3 border-t pt-3"><p className="mb-1 text-sm text-muted">Input</p><div className="max-h-60 overflow-auto"><JsonView label="Input" value={s.input} /></div></div>}
    </section>
  );
}

import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Webhook } from "@/api/webhooks";
import { JsonView } from "@/ui/JsonView";
import { Time } from "@/ui/Time";
import { labelIn, PRIORITIES, SIGNINGS } from "./words";

/** What was set, in words; what is as usual is left out. */
export function Facts({ webhook: w }: { webhook: Webhook }) {
  const mono = (text: string) => <span className="font-mono text-xs">{text}</span>;
  const facts: [string, ReactNode][] = [
    ["Id", mono(w.id)],
    ["Workflow", <Link key="workflow" to="/w/$name" params={{ name: w.workflow }} className="text-accent hover:underline">{w.workflow}</Link>],
    ...(w.signal === null ? [] : [["Signal", w.signal], ["Execution", mono(w.execution ?? "")]] as [string, ReactNode][]),
    ["Signing", labelIn(SIGNINGS, w.signing)],
    ...(w.secret ? [["Secret", mono(w.secret.secret)] as [string, ReactNode]] : []),
    ...(w.trigger ? [["Starts at", mono(w.trigger)] as [string, ReactNode]] : []),
    ...(w.signal === null ? [["Version", w.version === null ? "the latest" : `v${w.version}`] as [string, ReactNode]] : []),
    ...(w.priority !== "normal" ? [["Priority", labelIn(PRIORITIES, w.priority)] as [string, ReactNode]] : []),
    ["Made", <Time key="made" at={w.created_at} />],
    ...(w.last_refused_at ? [["Refused last", <Time key="refused" at={w.last_refused_at} />] as [string, ReactNode]] : []),
  ];
  return (
    <section aria-label="Settings" className="panel p-4">
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-6 gap-y-1.5 text-sm">
        {facts.map(([name, value]) => <div key={name} className="contents"><dt className="text-muted">{name}</dt><dd className="min-w-0 break-words">{value}</dd></div>)}
      </dl>
      {w.input !== undefined && w.input !== null && <div className="mt-3 border-t pt-3"><p className="mb-1 text-sm text-muted">{w.signal === null ? "Input" : "Payload"}</p><div className="max-h-60 overflow-auto"><JsonView label="Input" value={w.input} /></div></div>}
    </section>
  );
}

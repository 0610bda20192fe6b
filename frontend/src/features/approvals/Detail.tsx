import { ArrowLeft, ArrowRight } from "lucide-react";
import { useState } from "react";
import { Link } from "@tanstack/react-router";
import { useApproval, type ApprovalRecord } from "@/api/approvals";
import { StatusBadge } from "@/ui/Badge";
import { Button, IconButton } from "@/ui/Button";
import { useNow } from "@/ui/clock";
import { Markdown } from "@/ui/Markdown";
import { useTitle } from "@/ui/PageHeader";
import { ErrorState, LoadingRows } from "@/ui/States";
import { Time } from "@/ui/Time";
import { Decide } from "./Decide";
import { Given } from "./Given";
import { More } from "./More";
import { Record } from "./Record";
import { decidedText, isOverdue, verdictOf } from "./words";

interface Props { id: string; next: string | undefined; /** The only thing on the screen. */ alone: boolean; onBack: () => void; onNext: () => void; onName: () => void }

/** One approval: the question, the answers, and what happened to it. */
export function Detail({ id, next, alone, onBack, onNext, onName }: Props) {
  const approval = useApproval(id);
  const [mine, setMine] = useState(false);
  const record = approval.data;
  useTitle(record ? `${record.status === "open" ? "Decide" : record.status === "expired" ? "Expired" : "Decided"} · ${record.title}` : "Approvals");
  const back = alone && <div className="flex h-12 shrink-0 items-center gap-2 border-b bg-surface px-2"><IconButton icon={ArrowLeft} label="Back to the inbox" onClick={onBack} /><h1 className="text-sm font-medium">Approvals</h1></div>;
  if (!record) return <div className="flex-1">{back}{approval.isError ? <ErrorState error={approval.error} onRetry={() => void approval.refetch()} /> : <LoadingRows rows={5} />}</div>;
  return (
    <article aria-label={record.title} className="flex min-h-0 min-w-0 flex-1 flex-col">
      {back}
      <div className="min-h-0 flex-1 overflow-auto">
        <div className="mx-auto flex max-w-3xl flex-col gap-6 p-4 sm:p-6">
          <Top record={record} />
          {record.status !== "open" && <Verdict record={record} next={next} mine={mine} onNext={onNext} />}
          {record.body && <div className="text-base"><Markdown text={record.body} /></div>}
          {record.status === "open" ? <Decide record={record} onName={onName} onDecided={() => setMine(true)} /> : <Given record={record} />}
          <Record record={record} />
        </div>
      </div>
    </article>
  );
}

function Top({ record }: { record: ApprovalRecord }) {
  const overdue = isOverdue(record, useNow(1000));
  return (
    <header className="flex flex-col gap-3">
      <div className="flex items-start justify-between gap-4">
        <h2 className="min-w-0 text-xl font-semibold break-words">{record.title}</h2>
        <More record={record} />
      </div>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1.5 text-sm text-muted">
        <StatusBadge kind="approval" status={overdue ? "overdue" : record.status} />
        <span>asked <Time at={record.created_at} /></span>
        {record.due_at && record.status === "open" && <span className={overdue ? "font-medium text-fail" : ""}>{overdue ? "was due" : "due"} <Time at={record.due_at} /></span>}
        <span className="min-w-0 wrap-anywhere">
          in <Link to="/w/$name" params={{ name: record.workflow }} className="text-accent hover:underline">{record.workflow}</Link>
          {" · "}<Link to="/x/$id" params={{ id: record.execution_id }} search={{ node: record.node_id }} className="text-accent hover:underline">the execution</Link>
        </span>
      </div>
      <p className="text-sm text-muted">
        {record.assignees.length + record.groups.length === 0 ? (record.status === "open" ? "Anybody may decide." : "Nobody was asked by name.") : <>Asked: {[...record.assignees.map((each) => ({ each, group: false })), ...record.groups.map((each) => ({ each, group: true }))].map(({ each, group }) => (
          <span key={`${group}${each}`} className="mr-1 mb-1 inline-flex rounded-full border bg-surface px-2 text-sm text-fg">{group ? `group ${each}` : each}</span>
        ))}</>}
        {record.not_by_starter && <span className="block">{record.started_by ? `${record.started_by} started it and cannot decide.` : "Whoever started it cannot decide."}</span>}
      </p>
    </header>
  );
}

/** It is over: who decided what, and the way to the next one. */
function Verdict({ record, next, mine, onNext }: { record: ApprovalRecord; next: string | undefined; mine: boolean; onNext: () => void }) {
  const verdict = verdictOf(record);
  return (
    <div role="status" className="flex flex-wrap items-center gap-x-4 gap-y-2 rounded-lg border bg-surface p-4">
      <div className="min-w-0 flex-1 basis-60 text-sm">
        <p className="text-base font-semibold">{verdict ? <>{decidedText(record.outcomes, verdict.decision)}{verdict.by && ` by ${verdict.by}`}</> : record.status === "expired" ? "It expired before enough people decided" : "It is closed"}</p>
        {verdict?.comment && <p className="break-words text-muted">“{verdict.comment}”</p>}
        <p className="text-muted"><Time at={record.decided_at} />; the execution has been told.</p>
      </div>
      {next && <Button look={mine ? "primary" : "secondary"} icon={ArrowRight} autoFocus={mine} onClick={onNext}>Next approval</Button>}
    </div>
  );
}

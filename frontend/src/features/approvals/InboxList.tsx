import { Link } from "@tanstack/react-router";
import { ArrowUp } from "lucide-react";
import type { Approval } from "@/api/approvals";
import { StatusBadge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { useNow } from "@/ui/clock";
import { Time } from "@/ui/Time";
import type { Search } from "./search";
import type { Inbox } from "./useInbox";
import { decidedText, isOverdue, verdictOf } from "./words";

/** The questions, newest first. */
export function InboxList({ inbox, selected, search }: { inbox: Inbox; selected: string | undefined; search: Search }) {
  return (
    <>
      {inbox.fresh > 0 && (
        <button type="button" onClick={inbox.showNew} className="sticky top-0 z-10 flex w-full items-center justify-center gap-1.5 border-b bg-accent-soft py-1.5 text-sm font-medium text-accent">
          <ArrowUp aria-hidden size={14} />{inbox.fresh} new
        </button>
      )}
      <ul aria-label="Approvals" className="divide-y divide-line border-b">
        {inbox.rows.map((each) => <li key={each.id}><Line approval={each} selected={each.id === selected} search={search} /></li>)}
      </ul>
      {inbox.hasMore && <div className="p-3 text-center"><Button size="sm" busy={inbox.loadingMore} onClick={inbox.more}>Show older ones</Button></div>}
    </>
  );
}

function Line({ approval, selected, search }: { approval: Approval; selected: boolean; search: Search }) {
  const overdue = isOverdue(approval, useNow(1000));
  const verdict = verdictOf(approval);
  const asked = [...approval.assignees, ...approval.groups];
  return (
    <Link to="/approvals/$id" params={{ id: approval.id }} search={search} data-approval={approval.id} aria-current={selected ? "true" : undefined}
      className={cx("relative flex flex-col gap-1 px-4 py-3 -outline-offset-2", selected ? "bg-accent-soft" : "hover:bg-hover/60")}>
      {selected && <span aria-hidden className="absolute inset-y-0 left-0 w-0.5 bg-accent" />}
      <span className="flex items-start justify-between gap-3">
        <span className="line-clamp-2 min-w-0 text-sm font-medium break-words">{approval.title}</span>
        <span className="mt-0.5 shrink-0 text-xs text-muted"><Time at={approval.decided_at ?? approval.created_at} /></span>
      </span>
      <span className="flex min-w-0 items-center gap-2 text-xs text-muted">
        <span className="min-w-0 flex-1 truncate">{approval.workflow}{asked.length > 0 && ` · ${asked.join(", ")}`}</span>
        {overdue ? <StatusBadge kind="approval" status="overdue" /> : approval.status !== "open" ? (
          <span className="flex min-w-0 shrink-0 items-center gap-1.5">{verdict ? <span className="truncate">{decidedText(approval.outcomes, verdict.decision)}{verdict.by && ` by ${verdict.by}`}</span> : <StatusBadge bare kind="approval" status={approval.status} />}</span>
        ) : approval.due_at && <span className="shrink-0">due <Time at={approval.due_at} /></span>}
      </span>
    </Link>
  );
}

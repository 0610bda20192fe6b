import { Link } from "@tanstack/react-router";
import { CircleCheck } from "lucide-react";
import { useApprovalFacets } from "@/api/approvals";
import { useHealth } from "@/api/system";
import { StatusBadge } from "@/ui/Badge";
import { Time } from "@/ui/Time";
import { useNow } from "@/ui/clock";
import { ExecutionLine } from "./ExecutionLine";
import { Answer, Quiet, Rows, Section } from "./Section";
import { useFew, useOpenApprovals } from "./useOverview";

const FAILED = "status:failed since:24h";

/** What only a person can do: decide, look at what failed, mend the system. */
export function Needs() {
  const approvals = useOpenApprovals();
  const failed = useFew(FAILED);
  const health = useHealth();
  const open = useApprovalFacets().data?.open;
  const findings = health.data?.findings.filter((finding) => finding.severity !== "ok") ?? [];
  const calm = approvals.data?.items.length === 0 && failed.data?.items.length === 0 && findings.length === 0;
  if (calm) {
    return (
      <Section title="Needs you">
        <Quiet><span className="flex items-center gap-2"><CircleCheck aria-hidden size={16} className="shrink-0 text-ok" />Nothing waits for a decision, and nothing failed in the last 24 hours.</span></Quiet>
      </Section>
    );
  }
  return (
    <>
      {(approvals.data?.items.length !== 0) && (
        <Section title="Waits for a decision" count={open} all={<Link to="/approvals" className="text-accent hover:underline">Open the inbox</Link>}>
          <Answer query={approvals}>{({ items }) => <Rows>{items.map((each) => <ApprovalLine key={each.id} approval={each} />)}</Rows>}</Answer>
        </Section>
      )}
      {failed.data?.items.length !== 0 && (
        <Section title="Failed in the last 24 hours" all={<Link to="/x" search={{ q: FAILED }} className="text-accent hover:underline">All of them</Link>}>
          <Answer query={failed}>{({ items }) => <Rows>{items.map((row) => <ExecutionLine key={row.id} row={row} />)}</Rows>}</Answer>
        </Section>
      )}
      {findings.length > 0 && (
        <Section title="The system" count={findings.length} all={<Link to="/health" className="text-accent hover:underline">Health</Link>}>
          <Rows>
            {findings.slice(0, 4).map((finding, index) => (
              <li key={`${finding.code}-${index}`} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2.5 text-sm">
                <StatusBadge kind="finding" status={finding.severity} />
                <span className="min-w-0 flex-1 basis-60 break-words text-muted"><span className="inline-block font-medium text-fg first-letter:uppercase">{finding.title}</span>: {finding.sentence}</span>
              </li>
            ))}
          </Rows>
        </Section>
      )}
    </>
  );
}

function ApprovalLine({ approval }: { approval: { id: string; title: string; workflow: string; due_at: string | null; created_at: string } }) {
  const now = useNow(1000);
  const overdue = approval.due_at !== null && Date.parse(approval.due_at) < now;
  return (
    <li>
      <Link to="/approvals/$id" params={{ id: approval.id }} className="flex items-center gap-3 px-4 py-2.5 -outline-offset-2 hover:bg-hover/60">
        <span className="min-w-0 flex-1">
          <span className="block truncate text-sm font-medium">{approval.title}</span>
          <span className="block truncate text-xs text-muted">{approval.workflow}</span>
        </span>
        {overdue && <StatusBadge kind="approval" status="overdue" />}
        <span className="text-xs text-muted"><Time at={approval.created_at} /></span>
      </Link>
    </li>
  );
}

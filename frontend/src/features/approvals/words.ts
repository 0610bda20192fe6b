import type { ApprovalFilter, ApprovalRecord } from "@/api/approvals";
import { statusLook } from "@/ui/status";
import type { Search } from "./search";

export type Outcome = ApprovalRecord["outcomes"][number];
type Happening = ApprovalRecord["history"][number];

export const REJECTED = "rejected";

/** What the server is asked for a view. Nobody knows yet who "me" is: then nothing is mine. */
export function filterOf({ view, workflow, group, assignee }: Search, me: string): ApprovalFilter {
  const rest = { workflow, group, assignee };
  switch (view) {
    case "overdue": return { ...rest, overdue: true };
    case "mine": return { ...rest, status: "open", assignee: me };
    case "decided": case "expired": return { ...rest, status: view };
    default: return { ...rest, status: "open" };
  }
}

export const isOverdue = (approval: { status: string; due_at: string | null }, now: number): boolean =>
  approval.status === "open" && approval.due_at !== null && Date.parse(approval.due_at) <= now;

/** The label of a port, as its button says it. */
export function labelOf(outcomes: Outcome[], port: string): string {
  return outcomes.find((outcome) => outcome.port === port)?.label ?? port;
}

const PAST: Record<string, string> = { approved: "Approved", rejected: "Rejected" };
/** "Approved", "Publish it": what was decided. */
export const decidedText = (outcomes: Outcome[], port: string): string => PAST[port] ?? labelOf(outcomes, port);

/** The outcome that a key stands for: a for the first good one, r for the first bad one. */
export function outcomeOfKey(outcomes: Outcome[], key: "a" | "r"): Outcome | undefined {
  if (key === "a") return outcomes.find((each) => each.port === "approved") ?? outcomes.find((each) => each.style === "primary") ?? outcomes[0];
  return outcomes.find((each) => each.port === REJECTED) ?? outcomes.find((each) => each.style === "danger");
}

/** How far it is: for each outcome that somebody chose, how many of how many. */
export function progressOf(record: Pick<ApprovalRecord, "decisions" | "required" | "reject_after" | "outcomes">): { port: string; count: number; of: number }[] {
  const counts = new Map<string, number>();
  for (const { decision } of record.decisions) counts.set(decision, (counts.get(decision) ?? 0) + 1);
  return record.outcomes.filter((outcome, index) => index === 0 || counts.has(outcome.port)).map(({ port }) => ({ port, count: counts.get(port) ?? 0, of: port === REJECTED ? record.reject_after : record.required }));
}

/** The final word: who, what and why; null while it is open or when it expired. */
export function verdictOf(record: Pick<ApprovalRecord, "decision">): { decision: string; by: string; comment: string } | null {
  const found = record.decision as { decision?: unknown; by?: unknown; comment?: unknown } | null;
  return found && typeof found.decision === "string" ? { decision: found.decision, by: String(found.by ?? ""), comment: String(found.comment ?? "") } : null;
}

/** A line of the record in words, without its time. */
export function happeningText(line: Happening, outcomes: Outcome[]): string {
  const detail = (line.detail ?? {}) as Record<string, unknown>;
  const who = line.by || (line.via === "engine" ? "" : "Somebody");
  const list = (value: unknown) => (Array.isArray(value) ? value.join(", ") : String(value ?? ""));
  switch (line.kind) {
    case "decided": return `${who}: ${decidedText(outcomes, String(detail.decision ?? ""))}`;
    case "delegated": return `${who} handed over to ${list(detail.to)}`;
    case "reminded": return "People were reminded";
    case "escalated": return `Escalated to ${list(detail.to)}`;
    case "expired": return "It was due, and expired";
    case "opened": return "It was asked";
    case "closed": return `Closed: ${list(detail.reason ?? detail.why ?? detail.status) || "its execution went on"}`;
    default: return `${who} ${line.kind}`.trim();
  }
}

export const viaText: Record<string, string> = { api: "by the API or this page", cli: "by the command line", link: "by a link" };
export const overdueLook = () => statusLook("approval", "overdue");

import { Link } from "@tanstack/react-router";
import { Bell, Check, CircleDot, CornerUpRight, Siren, Timer, X, type LucideIcon } from "lucide-react";
import type { ApprovalRecord } from "@/api/approvals";
import { Time } from "@/ui/Time";
import { happeningText, REJECTED, viaText } from "./words";

const ICONS: Record<string, LucideIcon> = { decided: Check, delegated: CornerUpRight, reminded: Bell, escalated: Siren, expired: Timer, closed: X };

/** Everything that happened to it, oldest first. Nothing is ever overwritten. */
export function Record({ record }: { record: ApprovalRecord }) {
  const lines = [
    { icon: CircleDot, tone: "text-faint", text: `It was asked${record.started_by ? `; ${record.started_by} started the execution` : ""}`, at: record.created_at, comment: "", how: "", notified: null as string | null },
    ...record.history.filter((line) => line.kind !== "opened").map((line) => {
      const detail = (line.detail ?? {}) as { decision?: string; comment?: string };
      return {
        icon: detail.decision === REJECTED ? X : (ICONS[line.kind] ?? CircleDot), tone: line.kind !== "decided" ? "text-muted" : detail.decision === REJECTED ? "text-fail" : "text-ok",
        text: happeningText(line, record.outcomes), at: line.at, comment: detail.comment ?? "", how: viaText[line.via] ?? "", notified: line.notified_id,
      };
    }),
  ];
  return (
    <section aria-label="Record" className="flex flex-col gap-3">
      <h3 className="text-base font-semibold">Record</h3>
      <ol className="flex flex-col">
        {lines.map(({ icon: Icon, tone, text, at, comment, how, notified }, index) => (
          <li key={index} className="relative flex gap-3 pb-4 last:pb-0">
            {index < lines.length - 1 && <span aria-hidden className="absolute top-6 bottom-0 left-[11px] w-px bg-line" />}
            <span className={`inline-flex size-6 shrink-0 items-center justify-center rounded-full border bg-surface ${tone}`}><Icon aria-hidden size={12} /></span>
            <div className="min-w-0 flex-1 pt-0.5 text-sm">
              <p className="flex flex-wrap items-baseline gap-x-2"><span className="break-words">{text}</span><span className="text-xs text-muted"><Time at={at} />{how && `, ${how}`}</span></p>
              {comment && <p className="mt-1 break-words text-muted">“{comment}”</p>}
              {notified && <Link to="/x/$id" params={{ id: notified }} className="text-xs text-accent hover:underline">how people were told</Link>}
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}

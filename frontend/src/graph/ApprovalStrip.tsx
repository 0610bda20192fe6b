import { Link } from "@tanstack/react-router";
import { useApproval, useDecide } from "@/api/approvals";
import { Button } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { useMe } from "@/ui/me";
import { toast } from "@/ui/Toast";

/** Under the card of a node that asks people: the question and its answers. One with a form is answered on its own page. */
export function ApprovalStrip({ id, inline }: { id: string; inline?: boolean }) {
  const approval = useApproval(id).data;
  const decide = useDecide(id);
  const me = useMe();
  if (!approval || approval.status !== "open") return null;
  const onPage = approval.form !== null || approval.outcomes.length > 3;
  return (
    <div role="group" aria-label={`Decide: ${approval.title}`} className={cx("tone-wait flex cursor-default flex-col gap-2 rounded-lg border border-tone bg-surface p-2.5", inline ? "mx-3 mb-3" : "nodrag nopan absolute top-full -right-3 -left-3 mt-2 shadow-high")}>
      <p className="text-xs font-medium break-words text-fg">{approval.title}</p>
      <div className="flex flex-wrap items-center gap-1.5">
        {!onPage && approval.outcomes.map((outcome) => (
          <Button key={outcome.port} size="sm" look={outcome.style === "primary" ? "primary" : "secondary"} disabled={decide.isPending}
            onClick={(event) => {
              event.stopPropagation();
              decide.mutate({ decision: outcome.port, by: me }, { onSuccess: () => toast.ok(`${outcome.label}: sent`), onError: (error) => toast.error(error) });
            }}>
            {outcome.label}
          </Button>
        ))}
        <Link to="/approvals/$id" params={{ id }} className="ml-auto text-xs font-medium text-accent hover:underline">{onPage ? "Answer" : "More"}</Link>
      </div>
    </div>
  );
}

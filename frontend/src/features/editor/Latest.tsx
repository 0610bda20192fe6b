import { Link } from "@tanstack/react-router";
import { useExecutions } from "@/api/executions";
import { useLiveTopic } from "@/api/live";
import { cx } from "@/ui/cx";
import { statusLook, TONE_CLASS } from "@/ui/status";
import { agoText } from "@/ui/times";
import { useNow } from "@/ui/clock";

/** The latest executions, each a click away from the canvas. */
export function Latest({ name, shown, onShow }: { name: string; shown: string | undefined; onShow: (id: string) => void }) {
  const executions = useExecutions({ workflow: name, limit: 12 });
  const now = useNow(5000);
  useLiveTopic("executions");
  const rows = executions.data?.pages[0]?.items ?? [];
  return (
    <nav aria-label="Latest executions" className="flex h-9 shrink-0 items-center gap-1.5 overflow-x-auto border-t bg-surface px-4">
      <span className="shrink-0 text-xs font-medium text-muted">Latest</span>
      {executions.isPending && <span role="status" className="text-xs text-faint">Loading…</span>}
      {executions.isError && <span role="alert" className="text-xs text-fail">They could not be read.</span>}
      {executions.isSuccess && rows.length === 0 && <span className="text-xs whitespace-nowrap text-faint">It has not run yet. Press Run, and watch it here.</span>}
      {rows.slice(0, 12).map((row) => {
        const { tone, icon: Icon, label, spins } = statusLook("execution", row.status);
        const when = agoText(Date.parse(row.created_at), now);
        return (
          <button key={row.id} type="button" aria-pressed={row.id === shown} aria-label={`${label}, started ${when}`} title={`${label} · v${row.version} · ${row.id}`} onClick={() => onShow(row.id)}
            className={cx("inline-flex h-6 shrink-0 items-center gap-1 rounded-full border px-2 text-xs hover:bg-hover", TONE_CLASS[tone], row.id === shown ? "border-tone bg-tone-soft text-tone" : "border-line text-muted")}>
            <Icon aria-hidden size={12} className={cx("text-tone", spins && "animate-spin")} />{when.replace(" ago", "")}
          </button>
        );
      })}
      {rows.length > 0 && <Link to="/x" search={{ q: `workflow:${name}` } as never} className="ml-auto shrink-0 pl-2 text-xs font-medium text-accent hover:underline">All</Link>}
    </nav>
  );
}

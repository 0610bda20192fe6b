import { ChevronRight, CornerLeftUp } from "lucide-react";
import { useRuns } from "@/api/executions";
import { Button } from "@/ui/Button";
import { statusLook } from "@/ui/status";
import type { Path } from "./draft/levels";

interface Props { name: string; path: Path; execution: string | undefined; over: boolean; scope: string | undefined; onGo: (path: Path) => void; onScope: (scope: string | undefined) => void }

/** Where in the graphs inside each other the canvas is; while an execution is watched, which item or turn. */
export function Breadcrumbs({ name, path, execution, over, scope, onGo, onScope }: Props) {
  return (
    <nav aria-label="Inner graph" className="flex shrink-0 flex-wrap items-center gap-1 border-b bg-surface px-3 py-1 text-sm">
      <Button size="sm" look="ghost" icon={CornerLeftUp} onClick={() => onGo(path.slice(0, -1))}>Out</Button>
      <ol className="flex min-w-0 items-center gap-1">
        {[name, ...path].map((part, depth) => (
          <li key={depth} className="flex min-w-0 items-center gap-1">
            {depth > 0 && <ChevronRight aria-hidden size={14} className="shrink-0 text-faint" />}
            {depth === path.length ? <span aria-current="location" className="truncate font-medium">{part}</span> : <button type="button" className="truncate text-accent hover:underline" onClick={() => onGo(path.slice(0, depth))}>{part}</button>}
          </li>
        ))}
      </ol>
      {execution && <Runs execution={execution} over={over} node={path.at(-1)!} outer={outerScope(scope)} scope={scope} onScope={onScope} />}
    </nav>
  );
}

/** "each[3]/lines[1]" → "each[3]". */
const outerScope = (scope: string | undefined) => (scope ?? "").split("/").slice(0, -1).join("/");

function Runs({ execution, node, outer, scope, over, onScope }: { execution: string; node: string; outer: string; scope: string | undefined; over: boolean; onScope: (scope: string | undefined) => void }) {
  const runs = useRuns(execution, node, outer, over);
  const rows = runs.data?.items ?? [];
  const failed = rows.find((row) => row.status === "failed");
  if (runs.isSuccess && runs.data === null) return <span className="ml-auto text-xs text-muted">This server does not tell the states inside.</span>;
  if (runs.isSuccess && rows.length === 0) return <span className="ml-auto text-xs text-muted">Nothing inside has begun.</span>;
  return (
    <span className="ml-auto flex items-center gap-2">
      {failed && failed.scope !== scope && <Button size="sm" look="ghost" onClick={() => onScope(failed.scope)}>First that failed</Button>}
      <label className="flex items-center gap-1.5 text-xs text-muted">
        Item or turn
        <select className="field h-7! w-auto!" value={scope ?? ""} onChange={(event) => onScope(event.target.value || undefined)}>
          <option value="">–</option>
          {rows.map((row) => <option key={row.scope} value={row.scope}>{row.index} · {statusLook("activity", row.status).label}</option>)}
          {scope && !rows.some((row) => row.scope === scope) && <option value={scope}>{scope}</option>}
        </select>
      </label>
    </span>
  );
}

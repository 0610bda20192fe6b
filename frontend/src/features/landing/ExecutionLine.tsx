import { Link } from "@tanstack/react-router";
import type { ExecutionRow } from "@/api/executions";
import { StatusBadge } from "@/ui/Badge";
import { Time } from "@/ui/Time";

export function ExecutionLine({ row }: { row: ExecutionRow }) {
  return (
    <li>
      <Link to="/x/$id" params={{ id: row.id }} className="flex items-center gap-3 px-4 py-2.5 -outline-offset-2 hover:bg-hover/60">
        <span className="min-w-0 flex-1">
          <span className="block truncate text-sm font-medium">{row.workflow}</span>
          <span className="block truncate text-xs text-muted">{row.error ? row.error.message : <span className="font-mono">{row.id}</span>}</span>
        </span>
        <StatusBadge kind="execution" status={row.status} />
        <span className="w-20 text-right text-xs text-muted max-sm:hidden"><Time at={row.created_at} /></span>
      </Link>
    </li>
  );
}

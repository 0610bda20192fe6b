import { Link } from "@tanstack/react-router";
import type { Schema } from "@/api/client";
import { statusLook, TONE_CLASS } from "@/ui/status";
import { cx } from "@/ui/cx";
import { capital } from "./words";

const NAMES: Record<string, string> = { kind: "Database", location: "Where", library: "Library", journal_mode: "Journal mode", synchronous: "Synchronous", schema: "Schema" };

/** How many executions there are, and what they are kept in. */
export function Facts({ stats }: { stats: Schema<"Stats"> }) {
  return (
    <div className="grid items-start gap-7 md:grid-cols-2">
      <section aria-label="Executions" className="flex flex-col gap-2">
        <h2 className="text-base font-semibold">Executions</h2>
        <ul className="panel divide-y divide-line overflow-hidden">
          {Object.entries(stats.executions).map(([status, count]) => {
            const { icon: Icon, label, tone } = statusLook("execution", status);
            return (
              <li key={status}><Link to="/x" search={{ q: `status:${status}` }} className={cx("flex items-center gap-2 px-4 py-2 text-sm -outline-offset-2 hover:bg-hover/60", TONE_CLASS[tone])}><Icon aria-hidden size={14} className="text-tone" />{label}<span className="ml-auto text-muted">{count.toLocaleString()}</span></Link></li>
            );
          })}
        </ul>
      </section>
      <section aria-label="Database" className="flex flex-col gap-2">
        <h2 className="text-base font-semibold">Server and database</h2>
        <dl className="panel divide-y divide-line text-sm">
          {[["version", stats.version] as const, ...Object.entries(stats.database)].map(([key, value]) => (
            <div key={key} className="flex gap-4 px-4 py-2"><dt className="w-28 shrink-0 text-muted">{key === "version" ? "Treadle" : (NAMES[key] ?? capital(key.replaceAll("_", " ")))}</dt><dd className="min-w-0 flex-1 text-right break-words">{value}</dd></div>
          ))}
        </dl>
      </section>
    </div>
  );
}

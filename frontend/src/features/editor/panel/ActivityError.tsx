import { CircleAlert } from "lucide-react";
import { CodeBlock } from "@/ui/Code";

interface Failure { type?: string; message?: string; details?: Record<string, unknown> | null; traceback?: string | null }

/** Why an activity failed, with where in the code. */
export function ActivityError({ error }: { error: unknown }) {
  const { type, message, details, traceback } = (error ?? {}) as Failure;
  const where = traceback ?? (typeof details?.traceback === "string" ? details.traceback : null);
  const rest = details ? Object.fromEntries(Object.entries(details).filter(([key]) => key !== "traceback")) : {};
  return (
    <div role="alert" className="tone-fail m-3 flex min-h-0 flex-col gap-2 overflow-auto rounded-lg border border-tone bg-tone-soft p-3 text-sm">
      <p className="flex items-start gap-2"><CircleAlert aria-hidden size={16} className="mt-0.5 shrink-0 text-tone" /><span className="min-w-0 break-words"><code className="font-mono text-xs font-semibold">{type}</code> {message}</span></p>
      {Object.keys(rest).length > 0 && <details><summary className="text-xs text-muted">Details</summary><CodeBlock code={JSON.stringify(rest, null, 2)} wrap className="mt-1" /></details>}
      {where && <details open><summary className="text-xs text-muted">Traceback</summary><CodeBlock code={where} className="mt-1" /></details>}
    </div>
  );
}

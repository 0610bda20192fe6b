import { useVisitLogs, type Activity } from "@/api/activities";
import { CodeBlock } from "@/ui/Code";
import { StatusBadge } from "@/ui/Badge";
import { Duration, Time } from "@/ui/Time";
import { isCut } from "@/ui/expression/scope";

/** Attempts, the settings as they were worked out, and what was logged. */
export function ActivityDetails({ execution, activity, over }: { execution: string; activity: Activity; over: boolean }) {
  const logs = useVisitLogs(execution, activity, over).data;
  const lines = logs?.items ?? [];
  const input = activity.input as unknown;
  return (
    <div className="flex max-h-[45%] shrink-0 flex-col overflow-auto border-t text-sm">
      {activity.attempts.length > 1 && (
        <details className="border-b px-3 py-1.5">
          <summary className="text-xs font-medium text-muted">{activity.attempts.length} attempts</summary>
          <ol className="flex flex-col gap-1 py-1.5">
            {activity.attempts.map((attempt) => (
              <li key={attempt.attempt} className="flex flex-wrap items-center gap-x-3 text-xs text-muted">
                <span className="w-4 font-medium text-fg">{attempt.attempt}</span><StatusBadge kind="activity" status={attempt.status} bare /><Time at={attempt.started_at} /><Duration from={attempt.started_at} to={attempt.finished_at ?? attempt.started_at} />
                {attempt.error ? <span className="w-full pl-7 break-words text-fail">{(attempt.error as { message?: string }).message}</span> : null}
              </li>
            ))}
          </ol>
        </details>
      )}
      {input !== null && input !== undefined && (
        <details className="px-3 py-1.5">
          <summary className="text-xs font-medium text-muted">Settings it ran with</summary>
          <CodeBlock code={isCut(input) ? `${input.head.slice(0, 8000)}…` : JSON.stringify(input, null, 2)} wrap className="mt-1.5 mb-1" />
        </details>
      )}
      {lines.length > 0 && (
        <details open className="border-t px-3 py-1.5">
          <summary className="text-xs font-medium text-muted">{lines.length} log {lines.length === 1 ? "line" : "lines"}</summary>
          <ol className="flex flex-col gap-0.5 py-1.5 font-mono text-xs">{lines.map((line) => <li key={line.seq} className="flex gap-2"><span className="shrink-0 text-muted">{line.at.slice(11, 19)}</span><span className="w-12 shrink-0 text-muted">{line.level}</span><span className="min-w-0 break-words">{line.message}</span></li>)}</ol>
        </details>
      )}
    </div>
  );
}

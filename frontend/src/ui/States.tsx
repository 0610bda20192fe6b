import { CircleAlert, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "./Button";
import { cx } from "./cx";

/** Nothing is there, and that is fine: says what would be here and how it gets here. */
export function EmptyState({ icon: Icon, title, children, action, level = 2 }: { icon?: LucideIcon; title: string; level?: 1 | 2; children?: ReactNode; action?: ReactNode }) {
  const Heading = level === 1 ? "h1" : "h2";
  return (
    <div className="mx-auto flex max-w-md flex-col items-center gap-2 px-6 py-14 text-center">
      {Icon && (
        <span className="mb-2 inline-flex size-12 items-center justify-center rounded-lg border bg-surface text-muted shadow-low">
          <Icon aria-hidden size={22} />
        </span>
      )}
      <Heading className="text-lg font-semibold">{title}</Heading>
      {children && <div className="text-sm text-muted">{children}</div>}
      {action && <div className="mt-3 flex gap-2">{action}</div>}
    </div>
  );
}

interface ProblemLike { title?: string; message?: string; detail?: string; status?: number; errors?: { path: string; message: string; hint?: string | null }[] }

/** What went wrong, where, and what mends it; reads problem+json. `compact` for inside of panels. */
export function ErrorState({ error, onRetry, compact }: { error: unknown; onRetry?: () => void; compact?: boolean }) {
  const problem: ProblemLike = error && typeof error === "object" ? error : { message: String(error) };
  const detail = problem.detail ?? problem.message;
  return (
    <div role="alert" className={cx("tone-fail flex gap-3 rounded-lg border border-tone bg-tone-soft text-sm", compact ? "p-2.5" : "m-4 max-w-2xl p-4")}>
      <CircleAlert aria-hidden size={18} className="mt-0.5 shrink-0 text-tone" />
      <div className="min-w-0 flex-1">
        <p className="font-semibold">{problem.title ?? "Something went wrong"}</p>
        {detail && detail !== problem.title && <p className="break-words text-muted">{detail}</p>}
        {problem.errors && problem.errors.length > 0 && (
          <ul className="mt-1.5 flex flex-col gap-1">
            {problem.errors.slice(0, 20).map((each, index) => (
              <li key={index}><code className="font-mono text-xs">{each.path}</code> {each.message}{each.hint && <span className="text-muted">: {each.hint}</span>}</li>
            ))}
          </ul>
        )}
        {onRetry && <Button size="sm" className="mt-3" onClick={onRetry}>Try again</Button>}
      </div>
    </div>
  );
}

export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={cx("animate-pulse rounded-md bg-hover", className ?? "h-4 w-full")} />;
}

/** Rows that stand for rows to come; tells screen readers that it loads. */
export function LoadingRows({ rows = 8 }: { rows?: number }) {
  return (
    <div role="status" className="flex flex-col gap-2 p-4">
      <span className="sr-only">Loading</span>
      {Array.from({ length: rows }, (_, index) => <Skeleton key={index} className="h-8 w-full" />)}
    </div>
  );
}

import type { ReactNode } from "react";
import type { UseQueryResult } from "@tanstack/react-query";
import { ErrorState, Skeleton } from "@/ui/States";

/** A part of the overview: its heading, where to see all of it, and its rows. */
export function Section({ title, count, all, children }: { title: string; count?: number; all?: ReactNode; children: ReactNode }) {
  return (
    <section aria-label={title} className="flex flex-col gap-2">
      <header className="flex items-baseline gap-2">
        <h2 className="text-base font-semibold">{title}</h2>
        {count !== undefined && <span className="text-sm text-faint">{count}</span>}
        <span className="ml-auto text-sm">{all}</span>
      </header>
      {children}
    </section>
  );
}

export const Rows = ({ children }: { children: ReactNode }) => <ul className="panel divide-y divide-line overflow-hidden">{children}</ul>;

export const Quiet = ({ children }: { children: ReactNode }) => <p className="rounded-lg border border-dashed px-4 py-5 text-sm text-muted">{children}</p>;

/** Loading, an error, or the rows. */
export function Answer<T>({ query, rows = 3, children }: { query: Pick<UseQueryResult<T>, "data" | "isError" | "error" | "refetch">; rows?: number; children: (data: T) => ReactNode }) {
  if (query.data !== undefined) return children(query.data);
  if (query.isError) return <ErrorState compact error={query.error} onRetry={() => void query.refetch()} />;
  return <div role="status" className="panel flex flex-col gap-3 p-4"><span className="sr-only">Loading</span>{Array.from({ length: rows }, (_, index) => <Skeleton key={index} className="h-5" />)}</div>;
}

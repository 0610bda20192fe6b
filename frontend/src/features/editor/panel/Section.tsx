import type { ReactNode } from "react";

/** A part of the settings under a heading. */
export function Section({ title, hint, action, children }: { title: string; hint?: ReactNode; action?: ReactNode; children?: ReactNode }) {
  return (
    <section aria-label={title} className="flex flex-col gap-3 border-b pb-5 last:border-0">
      <div><div className="flex items-center gap-2"><h4 className="flex-1 text-sm font-semibold">{title}</h4>{action}</div>{hint && <p className="text-xs text-muted">{hint}</p>}</div>
      {children}
    </section>
  );
}

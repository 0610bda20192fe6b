import type { ReactNode } from "react";
import { Button } from "@/ui/Button";

/** One line over the canvas that says what is particular now, and what can be done about it. */
export function Notice({ tone = "accent", children, actions }: { tone?: "accent" | "wait"; children: ReactNode; actions: { label: string; run: () => void; primary?: boolean }[] }) {
  return (
    <div role="status" className={`${tone === "wait" ? "tone-wait" : "tone-accent"} flex shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-b bg-tone-soft px-4 py-1.5 text-sm`}>
      <span className="min-w-0">{children}</span>
      <span className="ml-auto flex gap-1.5">{actions.map(({ label, run, primary }) => <Button key={label} size="sm" look={primary ? "primary" : "secondary"} onClick={run}>{label}</Button>)}</span>
    </div>
  );
}

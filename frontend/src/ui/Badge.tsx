import type { ReactNode } from "react";
import { cx } from "./cx";
import { statusLook, TONE_CLASS, type StatusKind, type Tone } from "./status";

export function Badge({ tone = "idle", children, className }: { tone?: Tone; children: ReactNode; className?: string }) {
  return (
    <span className={cx("inline-flex h-5 items-center gap-1 rounded-full bg-tone-soft px-2 text-xs font-medium whitespace-nowrap text-tone", TONE_CLASS[tone], className)}>
      {children}
    </span>
  );
}

/** Icon, words and colour of a state. `bare` leaves out the pill. */
export function StatusBadge({ kind, status, bare }: { kind: StatusKind; status: string; bare?: boolean }) {
  const { tone, icon: Icon, label, spins } = statusLook(kind, status);
  const inner = (
    <>
      <Icon aria-hidden size={12} className={cx("shrink-0", spins && "animate-spin")} />
      {label}
    </>
  );
  if (bare) return <span className={cx("inline-flex items-center gap-1 text-xs font-medium whitespace-nowrap text-tone", TONE_CLASS[tone])}>{inner}</span>;
  return <Badge tone={tone}>{inner}</Badge>;
}

import { cx } from "./cx";
import { statusLook, TONE_CLASS, type StatusKind, type Tone } from "./status";

const HEIGHT: Record<Tone, string> = { ok: "h-2", idle: "h-1", run: "h-3", wait: "h-3", retry: "h-4", fail: "h-4", accent: "h-2" };

/** "7 completed, 2 failed": what the marks say, in words. */
export function dotsText(kind: StatusKind, statuses: string[]): string {
  const counts = new Map<string, number>();
  for (const status of statuses) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts].map(([status, count]) => `${count} ${statusLook(kind, status).label.toLowerCase()}`).join(", ");
}

/** What became of the last ones, as small marks: given newest first, drawn with the newest at the right. Height tells what colour does. */
export function StatusDots({ kind, statuses, label, slots }: { kind: StatusKind; statuses: string[]; label: string; slots?: number }) {
  const text = `${label}: ${dotsText(kind, statuses) || "none yet"}`;
  const shown = [...statuses].reverse();
  return (
    <span role="img" aria-label={text} title={text} className="inline-flex h-4 items-end gap-[3px]">
      {Array.from({ length: Math.max(0, (slots ?? 0) - shown.length) }, (_, index) => <span key={`none-${index}`} className="h-px w-1 bg-line-strong/50" />)}
      {shown.map((status, index) => {
        const { tone, spins } = statusLook(kind, status);
        return <span key={index} className={cx("w-1 rounded-full bg-tone", HEIGHT[tone], TONE_CLASS[tone], spins && "animate-pulse")} />;
      })}
    </span>
  );
}

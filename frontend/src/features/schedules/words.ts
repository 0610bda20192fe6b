import cronstrue from "cronstrue";
import { durationText } from "@/ui/times";
import { wallText } from "./zone";

/** A cron expression in words; null if it has none. */
export function cronText(cron: string): string | null {
  try {
    return cronstrue.toString(cron.replace(/^@midnight$/i, "@daily").replace(/^@annually$/i, "@yearly"), { verbose: true, use24HourTimeFormat: true });
  } catch {
    return null;
  }
}

interface Times { cron: string | null; interval: number | null; at: string[]; timezone: string }

/** When it fires, in words: "Every 15m", "At 02:30, every day", "Once, Thu 24 Dec 2026, 09:00". */
export function timingText({ cron, interval, at, timezone }: Times): string {
  if (cron) return cronText(cron) ?? cron;
  if (interval) return `Every ${durationText(interval * 1000).replace(/^1(m|h|d)$/, (_, unit: string) => ({ m: "minute", h: "hour", d: "day" })[unit]!)}`;
  if (at.length === 1) return `Once, ${wallText(at[0]!, timezone)}`;
  return `${at.length} single times`;
}

export const OVERLAPS = [
  { value: "allow", label: "Start another beside it" }, { value: "skip", label: "Skip the fire" },
  { value: "queue_one", label: "Queue one behind it" }, { value: "cancel_previous", label: "Cancel what is open" },
];
export const CATCH_UPS = [
  { value: "latest", label: "Fire the latest one" }, { value: "skip", label: "Skip them, unless 5 minutes late at most" }, { value: "all", label: "Fire all of them" },
];
export const DSTS = [
  { value: "debian", label: "Left out: right after. Twice: once" }, { value: "skip", label: "Left out: skip. Twice: once" },
  { value: "twice", label: "Left out: right after. Twice: twice" }, { value: "exact", label: "Left out: skip. Twice: twice" },
];
export const PRIORITIES = ["low", "normal", "high", "critical"].map((value) => ({ value, label: value[0]!.toUpperCase() + value.slice(1) }));
export const labelIn = (options: { value: string; label: string }[], value: string): string => options.find((each) => each.value === value)?.label ?? value;

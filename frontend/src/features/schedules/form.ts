import type { Schedule, ScheduleChange, Timing } from "@/api/schedules";
import { fromWall, knowsZone, toWall } from "./zone";

/** What the form holds: texts as they are typed. Times are by the clock of the zone. */
export interface Form {
  id: string; workflow: string; kind: "cron" | "interval" | "at"; cron: string; interval: string; at: string; timezone: string; dst: string; overlap: string; catch_up: string;
  jitter: string; start_at: string; end_at: string; input: string; version: string; priority: string;
}

export function emptyForm(workflow: string, timezone: string): Form {
  return { id: "", workflow, kind: "cron", cron: "0 9 * * MON-FRI", interval: "15m", at: "", timezone, dst: "debian", overlap: "allow", catch_up: "latest", jitter: "", start_at: "", end_at: "", input: "", version: "", priority: "normal" };
}

export function formOf(schedule: Schedule): Form {
  const zone = schedule.timezone;
  return {
    ...emptyForm(schedule.workflow, zone), id: schedule.id, kind: schedule.cron ? "cron" : schedule.interval ? "interval" : "at", cron: schedule.cron ?? "", interval: schedule.interval ? seconds(schedule.interval) : "",
    at: schedule.at.map((each) => toWall(each, zone).replace("T", " ")).join("\n"), dst: schedule.dst, overlap: schedule.overlap, catch_up: schedule.catch_up, jitter: schedule.jitter ? seconds(schedule.jitter) : "",
    start_at: toWall(schedule.start_at, zone), end_at: toWall(schedule.end_at, zone), input: schedule.input === null ? "" : JSON.stringify(schedule.input, null, 2), version: schedule.version === null ? "" : String(schedule.version), priority: schedule.priority,
  };
}

/** As people write durations: 900 is "15m". */
function seconds(value: number): string {
  for (const [size, unit] of [[86_400, "d"], [3600, "h"], [60, "m"]] as const) if (value % size === 0) return `${value / size}${unit}`;
  return `${value}s`;
}

export type Errors = Partial<Record<keyof Form, string>>;

/** What the timing comes to, for a preview; null while it is not complete. */
export function timingOf(form: Form, count: number): Timing | null {
  if (!knowsZone(form.timezone)) return { timezone: form.timezone, cron: "0 0 * * *", count };
  const at = atOf(form);
  if (form.kind === "cron" ? !form.cron.trim() : form.kind === "interval" ? !form.interval.trim() : at.length === 0 || at.includes(null)) return null;
  const rest = { timezone: form.timezone, start_at: fromWall(form.start_at, form.timezone), end_at: fromWall(form.end_at, form.timezone), count };
  if (form.kind === "cron") return { ...rest, cron: form.cron.trim(), dst: form.dst };
  return form.kind === "interval" ? { ...rest, interval: form.interval.trim() } : { ...rest, at: at as string[] };
}

function atOf(form: Form): (string | null)[] {
  return form.at.split("\n").filter((line) => line.trim()).map((line) => fromWall(line, form.timezone));
}

/** The body to send, or what is wrong where. */
export function bodyOf(form: Form): { body: ScheduleChange } | { errors: Errors } {
  const errors: Errors = {};
  let input: unknown = null;
  if (!form.workflow) errors.workflow = "Choose the workflow that it starts.";
  if (form.kind === "cron" && !form.cron.trim()) errors.cron = "Say when, such as 0 9 * * MON-FRI.";
  if (form.kind === "interval" && !form.interval.trim()) errors.interval = "Say how often, such as 15m.";
  if (form.kind === "at" && (atOf(form).length === 0 || atOf(form).includes(null))) errors.at = "One time a line, such as 2026-12-24 09:00.";
  if (form.input.trim()) try { input = JSON.parse(form.input); } catch { errors.input = "This is not JSON."; }
  if (form.version && !/^[1-9]\d*$/.test(form.version.trim())) errors.version = "A number of a version, or nothing for the latest.";
  if (Object.keys(errors).length > 0) return { errors };
  return {
    body: {
      ...(form.kind === "cron" ? { cron: form.cron.trim() } : form.kind === "interval" ? { interval: form.interval.trim() } : { at: atOf(form) as string[] }),
      timezone: form.timezone, dst: form.dst, overlap: form.overlap, catch_up: form.catch_up, jitter: form.jitter.trim() || 0, start_at: fromWall(form.start_at, form.timezone), end_at: fromWall(form.end_at, form.timezone),
      input, version: form.version ? Number(form.version) : null, priority: form.priority as Schedule["priority"],
    },
  };
}

/** Puts the server's findings at their fields; what has no field is left over. */
export function errorsOf(found: { path: string; message: string; hint?: string | null }[], form: Form): { errors: Errors; rest: typeof found } {
  const errors: Errors = {};
  const rest = found.filter((each) => {
    const name = each.path.split(/[.[]/)[0] as keyof Form;
    if (!(name in form) || errors[name]) return true;
    errors[name] = each.hint ? `${each.message} (${each.hint})` : each.message;
    return false;
  });
  return { errors, rest };
}

/** Minutes east of UTC at an instant. */
export function offsetOf(at: number, zone: string): number {
  const parts = Object.fromEntries(formatter(zone).formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const wall = Date.UTC(parts.year!, parts.month! - 1, parts.day!, parts.hour! % 24, parts.minute!, parts.second!);
  return Math.round((wall - Math.floor(at / 1000) * 1000) / 60_000);
}

const formatters = new Map<string, Intl.DateTimeFormat>();
function formatter(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" });
  formatters.set(zone, made);
  return made;
}

/** "UTC+02:00" */
export function offsetText(minutes: number): string {
  const size = Math.abs(minutes);
  const two = (value: number) => String(value).padStart(2, "0");
  return `UTC${minutes < 0 ? "−" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** The instant of a wall clock reading ("2026-03-29T02:30") in a zone, as RFC 3339; of two the first, of none the one right after the gap. Null if it is no reading. */
export function fromWall(reading: string, zone: string): string | null {
  const match = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d))?$/.exec(reading.trim());
  if (!match) return null;
  const [year, month, day, hour, minute, second = 0] = match.slice(1).map((part) => Number(part ?? 0));
  const wall = Date.UTC(year!, month! - 1, day!, hour!, minute!, second);
  if (Number.isNaN(wall)) return null;
  const found = [offsetOf(wall - 86_400_000, zone), offsetOf(wall + 86_400_000, zone)].map((offset) => wall - offset * 60_000).sort((one, other) => one - other);
  const at = found.find((each) => each + offsetOf(each, zone) * 60_000 === wall) ?? found.at(-1)!;
  return new Date(at).toISOString().replace(".000Z", "Z");
}

/** The wall clock in a zone, for a field: "2026-03-29T02:30". */
export function toWall(at: string | null, zone: string): string {
  if (!at) return "";
  const ms = Date.parse(at);
  return new Date(ms + offsetOf(ms, zone) * 60_000).toISOString().slice(0, 16);
}

export const localZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

/** Whether the browser knows it; the server may know more. */
export function knowsZone(zone: string): boolean {
  try { return Boolean(formatter(zone)); } catch { return false; }
}

/** "Sun 29 Mar 2026, 03:30", by the clock of a zone. */
export function wallText(at: string, zone: string): string {
  const seconds = new Date(at).getUTCSeconds() !== 0;
  return new Intl.DateTimeFormat("en-GB", { timeZone: zone, hourCycle: "h23", weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", ...(seconds && { second: "2-digit" }) }).format(Date.parse(at)).replace(/^(\w+),/, "$1");
}

export interface MarkedFire { at: string; offset: number; /** The offset before, where the clocks changed since the last one. */ changedFrom: number | null }

/** Fires with the clock changes between them. */
export function marked(fires: string[], zone: string): MarkedFire[] {
  let before: number | null = null;
  return fires.map((at) => {
    const offset = offsetOf(Date.parse(at), zone);
    const changedFrom = before !== null && before !== offset ? before : null;
    before = offset;
    return { at, offset, changedFrom };
  });
}

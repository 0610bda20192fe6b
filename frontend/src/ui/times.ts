const UNITS: [number, string][] = [[86_400_000, "d"], [3_600_000, "h"], [60_000, "m"], [1000, "s"]];

/** "840 ms", "4.2 s", "3m 12s", "2d 4h": two units at most. */
export function durationText(ms: number): string {
  if (ms < 0) ms = 0;
  if (ms < 1000) return `${Math.floor(ms)} ms`;
  if (ms < 10_000) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  if (ms < 60_000) return `${Math.floor(ms / 1000)} s`;
  const first = UNITS.findIndex(([size]) => ms >= size);
  const [size, name] = UNITS[first]!;
  const next = UNITS[first + 1];
  const rest = next ? Math.floor((ms % size) / next[0]) : 0;
  return `${Math.floor(ms / size)}${name}${next && rest ? ` ${rest}${next[1]}` : ""}`;
}

/** "just now", "3 min ago", "in 2 h". */
export function agoText(at: number, now: number): string {
  const past = now - at;
  const size = Math.abs(past);
  if (size < 5000) return "just now";
  // What is to come is rounded to the nearest, so that "due in 2 days" does not become 1 d at once.
  const whole = past > 0 ? Math.floor : Math.round;
  const words = size < 60_000 ? `${whole(size / 1000)} s` : size < 3_600_000 ? `${whole(size / 60_000)} min`
    : size < 86_400_000 ? `${whole(size / 3_600_000)} h` : size < 30 * 86_400_000 ? `${whole(size / 86_400_000)} d` : null;
  if (!words) return new Date(at).toLocaleDateString(undefined, { dateStyle: "medium" });
  return past > 0 ? `${words} ago` : `in ${words}`;
}

const EXACT = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });
export const exactText = (at: number): string => EXACT.format(at);
export const bytesText = (bytes: number): string =>
  bytes < 1024 ? `${bytes} B` : bytes < 1024 ** 2 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 1024 ** 2).toFixed(1)} MiB`;

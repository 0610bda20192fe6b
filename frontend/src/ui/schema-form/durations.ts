const UNITS = { ms: "milliseconds", s: "seconds", m: "minutes", h: "hours", d: "days", w: "weeks" } as const;
export type Unit = keyof typeof UNITS;
export const UNIT_OPTIONS = (Object.entries(UNITS) as [Unit, string][]).map(([value, label]) => ({ value, label }));

/** "90m" → 90 minutes; null for what one number with a unit cannot say. */
export function simpleDuration(value: unknown): { count: string; unit: Unit } | null {
  if (value === undefined || value === null || value === "") return { count: "", unit: "m" };
  if (typeof value === "number") return { count: String(value), unit: "s" };
  const match = typeof value === "string" ? /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w)$/.exec(value) : null;
  return match ? { count: match[1]!, unit: match[2] as Unit } : null;
}

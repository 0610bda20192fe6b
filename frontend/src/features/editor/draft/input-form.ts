/** One field of a plain input. Text is what people type; `kind` says what it becomes. */
export interface SimpleField {
  name: string; label: string; hint?: string; required: boolean; kind: "string" | "number" | "integer" | "boolean" | "json"; options?: string[]; fallback?: string; example?: string;
}
interface Schema { type?: unknown; title?: string; description?: string; default?: unknown; enum?: unknown[]; examples?: unknown[]; properties?: Record<string, Schema>; required?: string[] }

const text = (value: unknown): string | undefined => (value === undefined ? undefined : typeof value === "string" ? value : JSON.stringify(value));

/** The fields of an object schema; null when the input is no object with named properties, and JSON must be typed. */
export function simpleFields(schema: unknown): SimpleField[] | null {
  const { properties, required = [] } = (schema ?? {}) as Schema;
  if (!properties || Object.keys(properties).length === 0) return null;
  return Object.entries(properties).map(([name, each]) => {
    const plain = typeof each.type === "string" && ["string", "number", "integer", "boolean"].includes(each.type);
    return {
      name, label: each.title ?? name, hint: each.description, required: required.includes(name), kind: plain ? (each.type as SimpleField["kind"]) : "json",
      options: each.enum?.every((one) => typeof one === "string") ? (each.enum as string[]) : undefined, fallback: text(each.default), example: text(each.examples?.[0]),
    };
  });
}

/** What was typed, as JSON. Nothing typed means nothing given. */
export function readField({ kind, required, options }: SimpleField, typed: string): { value?: unknown; error?: string } {
  if (kind === "boolean") return { value: typed === "true" };
  if (typed.trim() === "") return required ? { error: "This is needed." } : {};
  if (kind === "string") return options && !options.includes(typed) ? { error: `One of ${options.join(", ")}.` } : { value: typed };
  if (kind === "json") {
    try { return { value: JSON.parse(typed) }; } catch { return { error: "This is not JSON." }; }
  }
  const number = Number(typed.trim());
  if (!Number.isFinite(number)) return { error: "A number, please." };
  return kind === "integer" && !Number.isInteger(number) ? { error: "A whole number, please." } : { value: number };
}

/** What JSON to begin with for a schema without named properties. */
export function startText(schema: unknown): string {
  const { default: fallback, examples } = (schema ?? {}) as Schema;
  const value = fallback ?? examples?.[0];
  return value === undefined ? "" : JSON.stringify(value, null, 2);
}

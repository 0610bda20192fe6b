import type { Schema } from "@/ui/schema-form/schema";

const duration = (title: string, description: string, fallback?: string): Schema => ({ title, description, type: ["string", "number"], format: "duration", ...(fallback && { default: fallback }) });

/** What any node may have beside its config, as forms; the words follow docs/control-flow.md. */
export const RETRY: Schema = {
  type: "object",
  properties: {
    max_attempts: { title: "Attempts", description: "How often it is tried; the first one counts. 0 is without end.", type: "integer", minimum: 0, default: 1 },
    initial_interval: duration("First pause", "Between the first and the second attempt.", "1s"),
    backoff: { title: "Then times", description: "Each pause is so many times as long as the one before.", type: "number", minimum: 1, default: 2 },
    max_interval: duration("Longest pause", "No pause is longer.", "5m"),
    jitter: { title: "Jitter", description: "How much chance changes a pause: 0.2 is up to a fifth, so that many do not try at the same moment.", type: "number", minimum: 0, maximum: 1, default: 0.2 },
    non_retryable: { title: "Never after", description: "Types of errors after which it is not tried again, such as `http.status`.", type: "array", items: { title: "Error type", type: "string" } },
  },
};

export const TIMEOUT: Schema = {
  type: "object",
  properties: {
    attempt: duration("One attempt", "Longer, and the attempt fails; waiting counts. Of a map, loop or block it is the time of the whole."),
    total: duration("All attempts", "All of them together; after it nothing is tried again."),
    heartbeat: duration("Silence", "How long a handler that reports its progress may say nothing."),
  },
};

export const ON_ERROR: Schema = { type: "object", properties: { on_error: { title: "If it fails for good", description: "`fail` stops the execution, or the item around it. `continue` goes on with null as output; `nodes.<id>.error` says why. An edge from the port `error` comes before both.", enum: ["fail", "continue"], default: "fail" } } };

export const FLOW: Schema = {
  type: "object",
  properties: {
    disabled: { title: "Disabled", description: "It is passed over: its edges are taken as if it had done nothing, and its output is null.", type: "boolean", default: false },
    mutex: { title: "Mutex", description: "Nodes with the same name here are never active at the same time in one execution.", type: "string" },
    delivery: { title: "Delivery", description: "`at_least_once` runs it again after a crash. `at_most_once` never does: it fails with `outcome_unknown`, and a person has to look.", enum: ["at_least_once", "at_most_once"], default: "at_least_once" },
  },
};

export const REST: Schema = { title: "Branches left over", description: "`ignore` lets them run to here and go no further. `block` keeps a loop from beginning its next round before they are here. `cancel` stops them.", enum: ["ignore", "block", "cancel"], default: "ignore" };

/** `timeout` may be one duration, which is that of an attempt. */
export function timeoutParts(timeout: unknown): Record<string, unknown> {
  if (timeout === undefined || timeout === null) return {};
  return typeof timeout === "object" ? (timeout as Record<string, unknown>) : { attempt: timeout };
}

/** Written as shortly as it was meant. */
export function timeoutOf(parts: Record<string, unknown>): unknown {
  const keys = Object.keys(parts);
  return keys.length === 0 ? undefined : keys.length === 1 && keys[0] === "attempt" ? parts.attempt : parts;
}

/** A node with one key changed; undefined takes it away. */
export function withKey<T extends object>(node: T, key: string, value: unknown): T {
  return Object.fromEntries(Object.entries({ ...node, [key]: value }).filter(([, each]) => each !== undefined)) as T;
}

export const idProblem = (id: string, others: string[]): string | null =>
  others.includes(id) ? `There is a node ${id} already.`
    : /^[A-Za-z_]\w*$/.test(id) && id.length <= 128 ? null
    : "Letters, digits and _ only, not beginning with a digit.";

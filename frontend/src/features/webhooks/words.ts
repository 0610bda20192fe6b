import type { WebhookRow } from "@/api/webhooks";

export const SIGNINGS = [
  { value: "none", label: "Not signed", hint: "Whoever knows the address can deliver." },
  { value: "hmac", label: "HMAC", hint: "Treadle’s own format: a time and the body, signed with HMAC-SHA256." },
  { value: "github", label: "GitHub", hint: "As GitHub signs. It signs no time, so what was recorded can be sent again under another id." },
  { value: "stripe", label: "Stripe", hint: "As Stripe signs. The secret holds the whole whsec_… that Stripe shows." },
  { value: "standard", label: "Standard Webhooks", hint: "Signs the id, too: choose it if you write the sender. The secret holds whsec_ and Base64." },
];
export const PRIORITIES = ["low", "normal", "high", "critical"].map((value) => ({ value, label: value[0]!.toUpperCase() + value.slice(1) }));
export const labelIn = (options: { value: string; label: string }[], value: string): string => options.find((each) => each.value === value)?.label ?? value;

/** What a delivery does: "Starts orders", "Signals paid in orders". */
export const doesText = ({ workflow, signal }: Pick<WebhookRow, "workflow" | "signal">): string => (signal === null ? `Starts ${workflow}` : `Signals ${signal} in ${workflow}`);

export const nameOf = (row: Pick<WebhookRow, "description" | "workflow" | "signal">): string => row.description || doesText(row);

/** What came last, and what became of it; null if nothing came yet. */
export function lastOf({ last_delivery_at: taken, last_refused_at: refused }: Pick<WebhookRow, "last_delivery_at" | "last_refused_at">): { at: string; outcome: "taken" | "refused" } | null {
  if (refused && (!taken || Date.parse(refused) > Date.parse(taken))) return { at: refused, outcome: "refused" };
  return taken ? { at: taken, outcome: "taken" } : null;
}

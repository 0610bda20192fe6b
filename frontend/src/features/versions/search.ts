/** What the URL says about this page; anything else in it is dropped. */
export interface Search { /** Two versions to compare; without them the latest and the one before it. */ from?: number; to?: number; view?: "graph" | "text" }

const version = (raw: unknown) => (Number.isInteger(Number(raw)) && Number(raw) > 0 ? Number(raw) : undefined);

export function parseSearch(raw: Record<string, unknown>): Search {
  const from = version(raw.from), to = version(raw.to);
  return { ...(from && { from }), ...(to && { to }), ...((raw.view === "graph" || raw.view === "text") && { view: raw.view as "graph" | "text" }) };
}

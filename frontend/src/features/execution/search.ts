/** What the URL says about this page; anything else in it is dropped. */
export interface Search { node?: string; /** Unset: a list on phones, else the canvas. */ view?: "list" | "canvas" }

export function parseSearch(raw: Record<string, unknown>): Search {
  return { ...(typeof raw.node === "string" && { node: raw.node }), ...((raw.view === "list" || raw.view === "canvas") && { view: raw.view as "list" | "canvas" }) };
}

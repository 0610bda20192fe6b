/** What the URL says about this page; anything else in it is dropped. */
export interface Search { q?: string; /** The dialog for a new workflow is open. */ new?: true }

export function parseSearch(raw: Record<string, unknown>): Search {
  return { ...(typeof raw.q === "string" && raw.q && { q: raw.q }), ...((raw.new === true || raw.new === "true") && { new: true as const }) };
}

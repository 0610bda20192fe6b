/** What the URL says about this page: the search box is `q`. */
export interface Search { q?: string }

export function parseSearch(raw: Record<string, unknown>): Search {
  return typeof raw.q === "string" && raw.q ? { q: raw.q } : {};
}

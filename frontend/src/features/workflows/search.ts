/** What the URL says about this page; anything else in it is dropped. */
export type Search = Record<string, never>;

export function parseSearch(_raw: Record<string, unknown>): Search {
  return {};
}

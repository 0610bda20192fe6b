/** What the URL says about this page; anything else in it is dropped. */
export interface Search {
  workflow?: string;
  /** The form for a new webhook is open. */
  new?: true;
}

export function parseSearch(raw: Record<string, unknown>): Search {
  return {
    ...(typeof raw.workflow === "string" && raw.workflow && { workflow: raw.workflow }),
    ...((raw.new === true || raw.new === "true") && { new: true as const }),
  };
}

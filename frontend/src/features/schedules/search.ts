/** What the URL says about this page; anything else in it is dropped. */
export interface Search {
  workflow?: string;
  /** The record of past fires shows only this outcome. */
  outcome?: "fired" | "skipped" | "missed" | "paused";
  /** The form for a new schedule is open. */
  new?: true;
}

export function parseSearch(raw: Record<string, unknown>): Search {
  return {
    ...(typeof raw.workflow === "string" && raw.workflow && { workflow: raw.workflow }),
    ...(["fired", "skipped", "missed", "paused"].includes(raw.outcome as string) && { outcome: raw.outcome as Search["outcome"] }),
    ...((raw.new === true || raw.new === "true") && { new: true as const }),
  };
}

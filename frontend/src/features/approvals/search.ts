export const VIEWS = ["open", "overdue", "mine", "decided", "expired"] as const;
export type View = (typeof VIEWS)[number];

/** What the URL says about this page; anything else in it is dropped. */
export interface Search { /** Unset: the open ones. */ view?: Exclude<View, "open">; workflow?: string; group?: string; assignee?: string }

const text = (raw: unknown): raw is string => typeof raw === "string" && raw !== "";

export function parseSearch(raw: Record<string, unknown>): Search {
  return {
    ...(VIEWS.slice(1).includes(raw.view as View) && { view: raw.view as Search["view"] }),
    ...(text(raw.workflow) && { workflow: raw.workflow }),
    ...(text(raw.group) && { group: raw.group }),
    ...(text(raw.assignee) && { assignee: raw.assignee }),
  };
}

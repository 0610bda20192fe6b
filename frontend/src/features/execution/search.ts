export const TABS = ["graph", "journal", "data", "logs", "children", "control"] as const;
export type TabName = (typeof TABS)[number];

/** What the URL says about this page; anything else in it is dropped. */
export interface Search {
  node?: string;
  /** Which item or turn is looked into, such as `each[3]`; unset: the whole. */
  scope?: string;
  /** Unset: the graph. */
  tab?: Exclude<TabName, "graph">;
  /** Unset: a list on phones, else the canvas. */
  view?: "list" | "canvas";
}

export function parseSearch(raw: Record<string, unknown>): Search {
  const tab = TABS.find((each) => each === raw.tab);
  return {
    ...(typeof raw.node === "string" && { node: raw.node }),
    ...(typeof raw.scope === "string" && raw.scope && { scope: raw.scope }),
    ...(tab && tab !== "graph" && { tab }),
    ...((raw.view === "list" || raw.view === "canvas") && { view: raw.view as "list" | "canvas" }),
  };
}

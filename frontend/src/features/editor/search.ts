/** What the URL says about the canvas; anything else in it is dropped. */
export interface Search {
  /** The execution shown on the canvas. */
  x?: string;
  /** The node whose panel is open. */
  node?: string;
  /** Unset: a list on phones, else the canvas. */
  view?: "list" | "canvas";
  /** A stored version to look at instead of the draft. */
  v?: number;
  /** The way into an inner graph: "each/lines". */
  in?: string;
  /** Which item or turn of it: "each[3]". */
  scope?: string;
  side?: "settings" | "problems";
  /** The template that a workflow begins as that is not stored yet. */
  new?: string;
}

export function parseSearch(raw: Record<string, unknown>): Search {
  return {
    ...(typeof raw.x === "string" && { x: raw.x }),
    ...(raw.node !== undefined && { node: String(raw.node) }),
    ...((raw.view === "list" || raw.view === "canvas") && { view: raw.view as "list" | "canvas" }),
    ...(Number.isInteger(Number(raw.v)) && Number(raw.v) > 0 && { v: Number(raw.v) }),
    ...(typeof raw.in === "string" && raw.in && { in: raw.in }),
    ...(typeof raw.scope === "string" && raw.scope && { scope: raw.scope }),
    ...((raw.side === "settings" || raw.side === "problems") && { side: raw.side as "settings" | "problems" }),
    ...(typeof raw.new === "string" && { new: raw.new }),
  };
}

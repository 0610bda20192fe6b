import { createContext, useContext, useEffect, useRef, useState } from "react";
import { NO_SCOPE, type Mode, type Scope } from "./scope";

export interface Previewed { ok: boolean; value?: unknown; type?: string | null; error?: { message: string; column?: number | null; hint?: string | null } | null }
export type Insert = (path: string) => void;

/** What the fields around a node share. Without it, fields complete functions only and show no preview. */
export interface ExpressionTools {
  scope: Scope;
  /** Evaluates a text as the node would see it; `each` is a list that the expression is evaluated over. */
  preview?: (source: string, mode: Mode, options: { each?: string; signal: AbortSignal }) => Promise<Previewed | null>;
  /** Changes when a preview may come out differently. */
  previewKey: unknown;
  target: InsertTarget;
}

/** Remembers the field that had the focus last: where a path that is clicked goes. */
export class InsertTarget {
  private field: Insert | null = null;

  take(field: Insert): void {
    this.field = field;
  }

  drop(field: Insert): void {
    if (this.field === field) this.field = null;
  }

  /** False when no field has had the focus yet. */
  insert(path: string): boolean {
    this.field?.(path);
    return this.field !== null;
  }
}

const NO_TOOLS: ExpressionTools = { scope: NO_SCOPE, previewKey: null, target: new InsertTarget() };
export const ExpressionToolsContext = createContext<ExpressionTools>(NO_TOOLS);
export const useExpressionTools = (): ExpressionTools => useContext(ExpressionToolsContext);

/** Call the answer on focus: paths that are clicked then go to `insert`. */
export function useInsertTarget(insert: Insert): () => void {
  const { target } = useExpressionTools();
  const latest = useRef(insert);
  useEffect(() => { latest.current = insert; });
  const [own] = useState<Insert>(() => (path: string) => latest.current(path));
  useEffect(() => () => target.drop(own), [target, own]);
  return () => target.take(own);
}

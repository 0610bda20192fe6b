import { createContext, useContext, useEffect, useRef, type RefObject } from "react";
import { NO_SCOPE, type Mode, type Scope } from "./scope";

export interface Previewed { ok: boolean; value?: unknown; type?: string | null; error?: { message: string; column?: number | null; hint?: string | null } | null }
export type Insert = (path: string) => void;

/** What the fields around a node share. Without it, fields complete functions only and show no preview. */
export interface ExpressionTools {
  scope: Scope;
  /** Evaluates a text as the node would see it; `each` is a list that the expression is evaluated over. */
  preview?: (source: string, mode: Mode, options: { each?: string; signal: AbortSignal }) => Promise<Previewed>;
  /** Changes when a preview may come out differently. */
  previewKey: unknown;
  /** The field that had the focus last: where a path that is clicked goes. */
  target: RefObject<Insert | null>;
}

const NO_TOOLS: ExpressionTools = { scope: NO_SCOPE, previewKey: null, target: { current: null } };
export const ExpressionToolsContext = createContext<ExpressionTools>(NO_TOOLS);
export const useExpressionTools = (): ExpressionTools => useContext(ExpressionToolsContext);

/** Call the answer on focus: paths that are clicked then go to `insert`. */
export function useInsertTarget(insert: Insert): () => void {
  const { target } = useExpressionTools();
  const latest = useRef(insert);
  const own = useRef<Insert>(null);
  useEffect(() => { latest.current = insert; });
  useEffect(() => () => { if (target.current === own.current) target.current = null; }, [target]);
  return () => {
    own.current ??= (path) => latest.current(path);
    target.current = own.current;
  };
}

import { useCallback, useState } from "react";
import { useRun, type RunRequest } from "@/api/workflows";
import { toast } from "@/ui/Toast";
import type { Editor } from "./useEditor";

export type RunWish = Partial<Pick<RunRequest, "input" | "priority" | "version">>;

/** Whether the schema of the input asks for something that has no default. */
export function asksInput(schema: unknown): boolean {
  const { properties, required } = (schema ?? {}) as { properties?: object; required?: string[] };
  return Boolean(schema) && (Object.keys(properties ?? {}).length > 0 || (required ?? []).length > 0);
}

/** Starts an execution and shows it on the canvas. A changed draft is saved first, so that what runs is what is seen. */
export function useRunning(editor: Editor, saveDraft: () => Promise<number | null>) {
  const { name, draft, go } = editor;
  const run = useRun(name);
  const [asking, setAsking] = useState(false);
  const { mutateAsync } = run;
  const start = useCallback(async (wish: RunWish = {}): Promise<boolean> => {
    if ((draft.dirty || draft.version === 0) && !wish.version && (await saveDraft()) === null) return false;
    try {
      const started = await mutateAsync(wish);
      go({ x: started.id, v: undefined, side: undefined, scope: undefined });
      setAsking(false);
      return true;
    } catch (problem) {
      toast.error(problem);
      return false;
    }
  }, [draft.dirty, draft.version, saveDraft, mutateAsync, go]);
  const press = useCallback(() => {
    if (asksInput(draft.doc.graph.input_schema)) setAsking(true);
    else void start();
  }, [draft.doc.graph.input_schema, start]);
  return { start, press, asking, ask: () => setAsking(true), close: () => setAsking(false), busy: run.isPending };
}

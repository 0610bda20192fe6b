import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { call } from "@/api/client";
import { Problem } from "@/api/problem";
import { keys } from "@/api/query";
import { useSaveWorkflow, type Workflow } from "@/api/workflows";
import { toast } from "@/ui/Toast";
import type { Editor } from "./useEditor";

export interface Conflict { theirs: Workflow; detail: string }

/** Stores the draft: as a new version when asked to, quietly when nodes were only moved. */
export function useSaving({ name, draft, errors, checking, go }: Editor) {
  const client = useQueryClient();
  const save = useSaveWorkflow(name);
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const { doc, version, stored, moved } = draft;
  const { mutateAsync } = save;

  const put = useCallback(async (expected: number) => {
    const answer = await mutateAsync({ graph_config: doc.graph, description: doc.description, expected_version: expected });
    client.setQueryData<Workflow>(keys.workflows.detail(name), (old) => ({ ...(old as Workflow), name, version: answer.version, description: doc.description, graph_config: doc.graph, created_at: old?.created_at ?? new Date().toISOString() }));
    stored(answer.version, doc);
    return answer;
  }, [client, mutateAsync, doc, name, stored]);

  /** The stored version, or null when it was refused; the person has been told why. */
  const saveDraft = useCallback(async (expected = version): Promise<number | null> => {
    // While the draft is being checked, the errors are those of an earlier one: the server decides.
    if (errors.length > 0 && !checking) {
      toast.error(`${errors.length === 1 ? "One problem" : `${errors.length} problems`} must be mended before it can be saved: ${errors[0]!.finding.message}`);
      go({ side: "problems" });
      return null;
    }
    try {
      const answer = await put(expected);
      const warnings = answer.warnings.length;
      toast.ok(`Saved as version ${answer.version}${warnings ? `, with ${warnings === 1 ? "a warning" : `${warnings} warnings`}` : ""}`);
      go({ new: undefined, v: undefined });
      setConflict(null);
      return answer.version;
    } catch (problem) {
      if (problem instanceof Problem && problem.status === 409) {
        const theirs = await call("get", "/api/v1/workflows/{name}", { path: { name } }).catch(() => null);
        if (theirs) setConflict({ theirs, detail: problem.detail });
        else toast.error(problem);
      } else if (problem instanceof Problem && problem.errors.length) {
        toast.error(`${problem.errors[0]!.message}${problem.errors[0]!.hint ? ` (${problem.errors[0]!.hint})` : ""}`);
        go({ side: "problems" });
      } else toast.error(problem);
      return null;
    }
  }, [version, errors, checking, put, go, name]);

  // Places are no change of what a workflow does: they are stored as soon as nothing else waits to be saved.
  const tried = useRef<unknown>(null);
  useEffect(() => {
    if (!moved || version === 0 || tried.current === doc) return;
    const timer = setTimeout(() => { tried.current = doc; put(version).catch(() => {}); }, 900);
    return () => clearTimeout(timer);
  }, [moved, doc, version, put]);

  return { saveDraft, saving: save.isPending, conflict, closeConflict: () => setConflict(null) };
}

import { useNavigate } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import { useNodeTypes, type NodeType } from "@/api/system";
import type { Workflow } from "@/api/workflows";
import type { GraphConfig } from "@/graph/model";
import { useLooks } from "@/graph/GraphView";
import { errorsOf, problemsAt } from "./draft/findings";
import { graphAt, readPath, withGraphAt } from "./draft/levels";
import type { Search } from "./search";
import { useDraft } from "./useDraft";
import { useFindings } from "./useFindings";

export type Editor = ReturnType<typeof useEditor>;

const NO_TYPES: NodeType[] = [];

/** The draft with all that follows from it, at the level of the graph that is open. */
export function useEditor(name: string, workflow: Workflow | null, search: Search) {
  const draft = useDraft(name, workflow, search.new);
  const navigate = useNavigate({ from: "/w/$name" });
  const types = useNodeTypes().data?.items ?? NO_TYPES;
  const looks = useLooks();
  const root = draft.doc.graph;
  const path = useMemo(() => readPath(search.in), [search.in]);
  const graph = useMemo(() => graphAt(root, path), [root, path]);
  const { findings, checking } = useFindings(root);
  const problems = useMemo(() => problemsAt(findings, path), [findings, path]);
  const errors = useMemo(() => errorsOf(findings), [findings]);
  const { change } = draft;

  /** Changes the graph that is open. */
  const edit = useCallback((next: (graph: GraphConfig) => GraphConfig, tag?: string) => {
    change((doc) => {
      const level = graphAt(doc.graph, path);
      if (!level) return doc;
      const changed = next(level);
      return changed === level ? doc : { ...doc, graph: withGraphAt(doc.graph, path, changed) };
    }, tag);
  }, [change, path]);

  const go = useCallback((change: Partial<Record<keyof Search, Search[keyof Search]>>, replace = true) => {
    void navigate({ search: (old) => ({ ...old, ...change }) as Search, replace });
  }, [navigate]);

  return { name, draft, types, looks, root, path, graph, findings, problems, errors, checking, edit, go, search, stored: workflow !== null };
}

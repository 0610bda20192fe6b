import { useEffect, useMemo, useState } from "react";
import type { Workflow } from "@/api/workflows";
import { sameMeaning } from "@/graph/compare";
import type { GraphConfig } from "@/graph/model";
import { templateOf } from "@/graph/templates";
import { begin, push, redo, replace, undo, type History } from "./draft/history";
import { readKept, writeKept, type Doc, type Kept } from "./draft/store";

interface Base { version: number; doc: Doc }
interface State { base: Base; history: History<Doc>; kept: Kept | null }

const docOf = (workflow: Workflow): Doc => {
  const graph = workflow.graph_config as unknown as GraphConfig;
  return { graph: { ...graph, nodes: graph.nodes ?? [], edges: graph.edges ?? [] }, description: workflow.description };
};

const EMPTY: Doc = { graph: { nodes: [], edges: [] }, description: "" };

function stateOf(name: string, workflow: Workflow | null, template: string | undefined): State {
  const base = workflow ? { version: workflow.version, doc: docOf(workflow) } : { version: 0, doc: EMPTY };
  const kept = readKept(name);
  const now = workflow ? base.doc : { graph: structuredClone(templateOf(template).graph), description: "" };
  return { base, history: begin(now), kept: kept && !sameMeaning(kept.doc, now) ? kept : null };
}

export type Draft = ReturnType<typeof useDraft>;

/** The unsaved state of a workflow. It begins as the latest version; while nothing is changed it follows newer ones. */
export function useDraft(name: string, workflow: Workflow | null, template: string | undefined) {
  const [state, setState] = useState(() => stateOf(name, workflow, template));
  const { base, history, kept } = state;
  const doc = history.now;
  const dirty = useMemo(() => !sameMeaning(base.doc, doc), [base, doc]);
  const moved = useMemo(() => !dirty && base.doc !== doc && JSON.stringify(base.doc.graph) !== JSON.stringify(doc.graph), [dirty, base, doc]);

  const latest = workflow?.version ?? 0;
  if (workflow && latest > base.version && !dirty) setState(stateOf(name, workflow, template));

  useEffect(() => {
    if (kept) return;
    const timer = setTimeout(() => writeKept(name, dirty ? { version: base.version, doc } : null), 250);
    return () => clearTimeout(timer);
  }, [name, dirty, doc, base.version, kept]);

  const actions = useMemo(() => ({
    /** A step to undo. With a tag it joins the one before, as typing does. */
    change: (edit: (doc: Doc) => Doc, tag?: string) => setState((old) => ({ ...old, history: push(old.history, edit(old.history.now), { tag }) })),
    undo: () => setState((old) => ({ ...old, history: undo(old.history) })),
    redo: () => setState((old) => ({ ...old, history: redo(old.history) })),
    /** The server has it now: what was sent is what later changes are compared with. */
    stored: (version: number, sent: Doc) => setState((old) => ({ ...old, base: { version, doc: sent } })),
    /** Goes on from what the server has; the draft is dropped. */
    reload: (theirs: Workflow) => setState((old) => ({ ...old, base: { version: theirs.version, doc: docOf(theirs) }, history: push(old.history, docOf(theirs)) })),
    /** Keeps the draft, but as a change of another version. */
    rebase: (theirs: Workflow) => setState((old) => ({ ...old, base: { version: theirs.version, doc: docOf(theirs) } })),
    discard: () => setState((old) => ({ ...old, history: push(old.history, old.base.doc) })),
    restore: () => setState((old) => (old.kept ? { base: old.base, history: push(old.history, old.kept.doc), kept: null } : old)),
    forget: () => { writeKept(name, null); setState((old) => ({ ...old, kept: null })); },
    /** Positions found by a layout for a graph that had none: no step to undo. */
    placed: (edit: (doc: Doc) => Doc) => setState((old) => {
      const now = edit(old.history.now);
      return { ...old, history: replace(old.history, now), base: old.base.doc === old.history.now ? { ...old.base, doc: now } : old.base };
    }),
  }), [name]);

  return {
    ...actions, doc, version: base.version, baseDoc: base.doc, dirty, moved, kept,
    /** Somebody saved a newer version while this draft was being changed. */
    newer: dirty && latest > base.version ? latest : null,
    canUndo: history.past.length > 0, canRedo: history.future.length > 0,
  };
}

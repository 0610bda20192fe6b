import { useBlocker, useNavigate } from "@tanstack/react-router";
import { ReactFlowProvider } from "@xyflow/react";
import { lazy, Suspense, useEffect, useMemo, useState } from "react";
import { useDeleteWorkflow, useVersions, useWorkflowVersion, type Workflow } from "@/api/workflows";
import type { GraphConfig } from "@/graph/model";
import { Button } from "@/ui/Button";
import { ConfirmDialog, Dialog } from "@/ui/Dialog";
import { usePhone } from "@/ui/media";
import { useShortcuts } from "@/ui/shortcuts";
import { statusLook } from "@/ui/status";
import { ErrorState } from "@/ui/States";
import { toast } from "@/ui/Toast";
import { Breadcrumbs } from "./Breadcrumbs";
import { ConflictDialog } from "./ConflictDialog";
import { setNode } from "./draft/edit";
import { graphAt, type Path } from "./draft/levels";
import { ExecutionBar } from "./ExecutionBar";
import { Header } from "./Header";
import { Latest } from "./Latest";
import { Notice } from "./Notices";
import { OpeningPanel } from "./OpeningPanel";
import { RunDialog } from "./RunDialog";
import type { Search } from "./search";
import { Stage } from "./Stage";
import { useEditor } from "./useEditor";
import { useMore } from "./useMore";
import { useRunning } from "./useRunning";
import { useSaving } from "./useSaving";
import { useWatched } from "./useWatched";
import { useWatchedVersion } from "./useWatchedVersion";

const loadPanel = () => import("./panel/NodePanel").then((module) => ({ default: module.NodePanel }));
const NodePanel = lazy(loadPanel);
const whenIdle = window.requestIdleCallback ?? ((run: () => void) => window.setTimeout(run, 2_000));

/** One workflow on one canvas: drawn, saved, run and watched. */
export function Editor({ name, workflow, search }: { name: string; workflow: Workflow | null; search: Search }) {
  const editor = useEditor(name, workflow, search);
  const { draft, go, path } = editor;
  const navigate = useNavigate();
  const phone = usePhone();
  const list = (search.view ?? (phone ? "list" : "canvas")) === "list";
  const { saveDraft, saving, conflict, closeConflict } = useSaving(editor);
  const running = useRunning(editor, saveDraft);
  const remove = useDeleteWorkflow(name);
  const versions = useVersions(name, draft.version > 0).data?.items;
  const [deleting, setDeleting] = useState(false);

  // The version on the canvas: one that was asked for, that of an older execution, else the draft.
  const watchedVersion = useWatchedVersion(search.x, draft.version);
  const other = search.v && search.v !== draft.version ? search.v : watchedVersion;
  const old = useWorkflowVersion(name, other);
  const readOnly = other !== undefined;
  const root = useMemo(() => (readOnly ? (old.data?.graph_config as unknown as GraphConfig | undefined) : editor.root), [readOnly, old.data, editor.root]);
  const graph = useMemo(() => (root ? graphAt(root, path) : null), [root, path]);
  const watched = useWatched(search.x, graph, path, search.scope);
  const { execution } = watched;
  // What is on the canvas is what runs: an old version as it is, else the draft.
  const run = () => (other === undefined ? running.press() : void running.start({ version: other }));

  const unsaved = draft.dirty;
  const leave = useBlocker({ shouldBlockFn: ({ current, next }) => unsaved && next.pathname !== current.pathname, enableBeforeUnload: () => unsaved, withResolver: true });
  // The first node that is opened does not wait for the panel's code.
  useEffect(() => { whenIdle(() => void loadPanel().catch(() => {})); }, []);
  const more = useMore(editor, { readOnly, onDelete: () => setDeleting(true) });
  useShortcuts("Workflow", [
    { keys: "mod+enter", label: "Run", run },
    { keys: "shift+enter", label: "Run with input", run: running.ask },
    { keys: "mod+s", label: "Save as a new version", run: () => void saveDraft() },
    { keys: "v", label: "Canvas or list", run: () => go({ view: list ? "canvas" : "list" }) },
  ]);

  const setPath = (next: Path) => {
    const scope = search.scope?.split("/").slice(0, next.length).join("/");
    go({ in: next.length ? next.join("/") : undefined, scope: next.length ? scope || undefined : undefined, node: undefined }, false);
  };
  const enter = (id: string, scope?: string) => {
    const node = graph?.nodes.find((each) => each.id === id);
    if (!node?.config?.graph) return;
    go({ in: [...path, id].join("/"), scope: search.x ? (scope ?? [search.scope, `${id}[0]`].filter(Boolean).join("/")) : undefined, node: undefined }, false);
  };
  // The address follows a rename a moment later.
  const [renamed, setRenamed] = useState<{ from: string; to: string } | null>(null);
  const named = (id: string | undefined) => graph?.nodes.find((each) => each.id === id);
  const open = named(search.node) ?? (renamed?.from === search.node ? named(renamed?.to) : undefined);
  const tab = execution ? `${statusLook("execution", execution.status).label} · ${name}` : `${unsaved ? "Unsaved · " : ""}${name}`;

  return (
    <ReactFlowProvider>
      <Header editor={editor} tab={tab} saving={saving} running={running.busy || saving} list={list} more={more} readOnly={readOnly} shownVersion={other ?? draft.version}
        onSave={() => void saveDraft()} onRun={(ask) => (ask ? running.ask() : run())} onRunSaved={() => void running.start({ version: draft.version })} onView={() => go({ view: list ? "canvas" : "list" })} />
      {draft.kept && <Notice actions={[{ label: "Discard", run: draft.forget }, { label: "Restore", run: draft.restore, primary: true }]}>There is an unsaved draft of this workflow{draft.kept.version !== draft.version && draft.kept.version > 0 ? `, begun from version ${draft.kept.version}` : ""}.</Notice>}
      {draft.newer && !saving && <Notice tone="wait" actions={[{ label: "Compare", run: () => void saveDraft() }]}>Version {draft.newer} was saved while you were editing version {draft.version}.</Notice>}
      {readOnly && search.v !== undefined && <Notice actions={[{ label: "Back to the latest", run: () => go({ v: undefined }) }, { label: "Edit it as a draft", run: () => { if (root) { draft.change((doc) => ({ ...doc, graph: root })); go({ v: undefined }); } } }]}>Version {other}, as it was saved. Nothing here can be changed.</Notice>}
      {search.x && watched.error && <Notice tone="wait" actions={[{ label: "Take it off the canvas", run: () => go({ x: undefined, scope: undefined }) }]}>The execution {search.x} could not be read: {watched.error.message}</Notice>}
      {execution && <ExecutionBar execution={execution} old={readOnly && search.v === undefined} busy={running.busy} onAgain={() => void running.start({ ...(execution.input !== null && { input: execution.input as never }), ...(other !== undefined && { version: other }) })} onClose={() => go({ x: undefined, scope: undefined })} onNode={(id) => go({ node: id })} />}
      {path.length > 0 && <Breadcrumbs name={name} path={path} execution={search.x} over={watched.over} scope={search.scope} onGo={setPath} onScope={(scope) => go({ scope })} />}
      <div className="relative flex min-h-0 flex-1 flex-col">
        {readOnly && old.isError ? <ErrorState error={old.error} onRetry={() => void old.refetch()} />
          : readOnly && !root ? <div role="status" className="flex flex-1 items-center justify-center text-sm text-muted">Loading version {other}…</div>
          : graph ? <Stage editor={editor} doc={readOnly && root ? { graph: root, description: old.data?.description ?? "" } : draft.doc} graph={graph} states={watched.states} readOnly={readOnly} list={list} fitKey={`${name}:${path.join("/")}:${other ?? ""}`} onOpen={(id) => go({ node: id }, false)} onEnter={enter} onPath={setPath} />
          : <ErrorState error={{ title: "There is no such inner graph", detail: `${path.join("/")} is not in this version.` }} onRetry={() => setPath([])} />}
        {open && graph && (
          <Suspense fallback={<OpeningPanel name={open.name ?? open.id} onClose={() => go({ node: undefined })} />}>
            <NodePanel key={open.id} graph={graph} root={root!} path={path} scope={search.scope} workflow={name} nodeId={open.id} nodeType={editor.types.find((type) => type.type === open.type)} types={editor.types}
              executionId={search.x} readOnly={readOnly} findings={editor.findings.filter((each) => each.node === open.id && each.path.join("/") === path.join("/"))}
              onChange={(node) => {
                editor.edit((level) => setNode(level, open.id, node), `node.${open.id}`);
                if (node.id !== open.id && !named(node.id)) { setRenamed({ from: open.id, to: node.id }); go({ node: node.id }); }
              }}
              onEnter={enter} onRun={running.press} onClose={() => go({ node: undefined })} />
          </Suspense>
        )}
      </div>
      {draft.version > 0 && <Latest name={name} shown={search.x} onShow={(id) => go({ x: id === search.x ? undefined : id, v: undefined, scope: undefined }, false)} />}
      {running.asking && <RunDialog open name={name} schema={draft.doc.graph.input_schema} versions={(versions ?? []).map((each) => each.version)} busy={running.busy || saving} savesFirst={unsaved || draft.version === 0} onRun={(wish) => void running.start(wish)} onClose={running.close} />}
      {conflict && <ConflictDialog conflict={conflict} base={draft.version} mine={draft.doc.graph} busy={saving} onClose={closeConflict}
        onTheirs={() => { draft.reload(conflict.theirs); closeConflict(); }} onMine={() => void saveDraft(conflict.theirs.version)} />}
      <ConfirmDialog open={deleting} onClose={() => setDeleting(false)} title={`Delete ${name}?`} confirm="Delete" danger description="It is hidden and its schedules stop. Finished executions stay; open ones must end first."
        onConfirm={() => remove.mutateAsync().then(() => { draft.discard(); toast.ok(`${name} was deleted.`); void navigate({ to: "/w", ignoreBlocker: true }); }, (error: unknown) => { toast.error(error); throw error; })} />
      <Dialog open={leave.status === "blocked"} onClose={() => leave.reset?.()} title="Leave without saving?" description="The draft stays in this browser tab: come back to go on with it."
        footer={<><Button onClick={() => leave.reset?.()}>Stay</Button><Button onClick={() => leave.proceed?.()}>Leave</Button><Button look="primary" busy={saving} onClick={() => void saveDraft().then((version) => (version === null ? leave.reset?.() : leave.proceed?.()))}>Save and leave</Button></>} />
    </ReactFlowProvider>
  );
}

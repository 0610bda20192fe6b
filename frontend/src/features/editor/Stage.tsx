import { ArrowRightFromLine, Ellipsis, Layers, Plus, Trash2 } from "lucide-react";
import { useCallback, useState } from "react";
import { edgeIds, type GraphConfig, type States } from "@/graph/model";
import { HOLDS_GRAPH, outgoing, portsOf } from "@/graph/ports";
import { GraphList } from "@/graph/GraphList";
import { moveNodes, setEdge } from "./draft/edit";
import { Button, IconButton } from "@/ui/Button";
import { Menu } from "@/ui/Menu";
import { usePhone } from "@/ui/media";
import { useShortcuts, type Shortcut } from "@/ui/shortcuts";
import { EmptyState } from "@/ui/States";
import { CanvasTools } from "./CanvasTools";
import { ConnectDialog } from "./ConnectDialog";
import type { Located } from "./draft/findings";
import type { Path } from "./draft/levels";
import type { Doc } from "./draft/store";
import { EdgePanel } from "./EdgePanel";
import { EditCanvas } from "./EditCanvas";
import { GraphSettings } from "./GraphSettings";
import { Palette } from "./Palette";
import { Problems } from "./Problems";
import { SelectionBar } from "./SelectionBar";
import { useCanvasOps } from "./useCanvasOps";
import type { Editor } from "./useEditor";
import { useSelection } from "./useSelection";

interface Props {
  editor: Editor; /** The whole of what is on the canvas. */ doc: Doc; graph: GraphConfig; states: States | undefined; readOnly: boolean; list: boolean; fitKey: string;
  onOpen: (id: string) => void; onEnter: (id: string) => void; onPath: (path: Path) => void;
}

/** The canvas with all that floats over it and stands beside it. */
export function Stage({ editor, doc, graph, states, readOnly, list, fitKey, onOpen, onEnter, onPath }: Props) {
  const { edit, go, search, looks, findings, path, draft, name } = editor;
  const selection = useSelection();
  const ops = useCanvasOps(editor, selection, readOnly);
  const [connecting, setConnecting] = useState<string | null>(null);
  const phone = usePhone();
  const chosen = selection.nodes.size === 1 ? [...selection.nodes][0]! : null;
  const edgeId = selection.edges.size === 1 && selection.nodes.size === 0 ? [...selection.edges][0]! : null;
  const edge = edgeId ? graph.edges[edgeIds(graph).indexOf(edgeId)] : undefined;
  const errors = findings.filter((each) => each.finding.severity === "error").length;
  const side = (value: typeof search.side) => go({ side: search.side === value ? undefined : value });
  const { setAdding, removeEdge } = ops;
  const onMove = useCallback((positions: Record<string, { x: number; y: number }>) => edit((old) => moveNodes(old, positions), "move"), [edit]);
  const node = (id: string | undefined) => graph.nodes.find((each) => each.id === id);

  const editing: Shortcut[] = readOnly ? [] : [
    { keys: "a", label: "Add a node", run: ops.startAdding },
    { keys: "l", label: "Tidy up the layout", run: () => void ops.arrange() },
    { keys: "c", label: "Connect the selected node to…", run: () => chosen && setConnecting(chosen) },
    { keys: "d", label: "Disable or enable", run: ops.disable },
    { keys: "mod+d", label: "Duplicate", notInFields: true, run: () => { ops.duplicate(); } },
    { keys: "delete", label: "Delete", run: ops.removeChosen },
    { keys: "backspace", label: "Delete", run: ops.removeChosen },
    { keys: "mod+z", label: "Undo", notInFields: true, run: draft.undo },
    { keys: "mod+shift+z", label: "Redo", notInFields: true, run: draft.redo },
    { keys: "mod+x", label: "Cut nodes", told: true, run: () => {} },
    { keys: "mod+v", label: "Paste nodes", told: true, run: () => {} },
  ];
  useShortcuts("Canvas", [
    { keys: "enter", label: "Open the node in focus", told: true, run: () => {} },
    { keys: "i", label: "Go inside a map or loop", run: () => chosen && onEnter(chosen) },
    { keys: "mod+a", label: "Select all nodes", notInFields: true, run: () => selection.selectNodes(graph.nodes.map((each) => each.id)) },
    { keys: "mod+c", label: "Copy nodes", told: true, run: () => {} },
    { keys: "f", label: "Show the whole graph", run: () => ops.show(graph.nodes.map((each) => each.id)) },
    { keys: "p", label: "Problems", run: () => side("problems") },
    { keys: "s", label: "Workflow settings", run: () => side("settings") },
    ...editing,
  ]);

  function showFinding(found: Located) {
    if (found.path.join("/") !== path.join("/")) onPath(found.path);
    if (phone) go({ side: undefined });
    if (found.node) {
      selection.selectNodes([found.node]);
      ops.show([found.node]);
      ops.focusNode(found.node);
    } else if (found.edge) {
      selection.selectEdges([found.edge]);
      const ends = graph.edges[edgeIds(graph).indexOf(found.edge)];
      if (ends) ops.show([ends.source, ends.target]);
    } else go({ side: "settings" });
  }
  const purpose = ops.adding?.after ? `after ${node(ops.adding.after.source)?.name ?? ops.adding.after.source}` : ops.adding?.edge ? "on this edge" : undefined;
  const notes = (id: string) => findings.filter((each) => each.node === id && each.path.join("/") === path.join("/")).map((each, index) => <span key={index} className="block text-xs text-fail">{each.finding.message}</span>);
  return (
    <div className="relative flex min-h-0 flex-1">
      <div className="relative flex min-h-0 min-w-0 flex-1 flex-col">
        {list ? (
          <>
            {!readOnly && <div className="flex gap-2 px-3 pt-3"><Button icon={Plus} onClick={() => setAdding({})}>Add node</Button><Button onClick={() => side("problems")} className={errors ? "text-fail!" : undefined}>{findings.length === 1 ? "1 problem" : `${findings.length} problems`}</Button><Button onClick={() => side("settings")}>Settings</Button></div>}
            <GraphList graph={graph} states={states} selected={search.node} notes={notes} onSelect={(id) => id && onOpen(id)}
              actions={readOnly ? undefined : (id) => (
                <span className="flex shrink-0 p-1.5">
                  <IconButton icon={Plus} label={`Add a node after ${node(id)?.name ?? id}`} size="sm" onClick={() => setAdding({ after: { source: id, port: portsOf(node(id)!, looks[node(id)!.type], outgoing(graph).get(id) ?? [])[0] ?? "error" } })} />
                  <Menu items={[
                    ...(HOLDS_GRAPH.has(node(id)!.type) ? [{ label: "Go inside", icon: Layers, onSelect: () => onEnter(id) }] : []),
                    { label: "Connect to…", icon: ArrowRightFromLine, onSelect: () => setConnecting(id) },
                    { label: "Delete", icon: Trash2, danger: true, onSelect: () => ops.removeNodes([id]) },
                  ]}>
                    <button type="button" aria-label={`Actions for ${node(id)?.name ?? id}`} className="inline-flex size-7 items-center justify-center rounded-md text-muted hover:bg-hover hover:text-fg"><Ellipsis aria-hidden size={16} /></button>
                  </Menu>
                </span>
              )} />
          </>
        ) : (
          <EditCanvas graph={graph} looks={looks} states={states} problems={readOnly ? NO_PROBLEMS : editor.problems} selection={selection} label={`Graph of ${name}`} readOnly={readOnly} fitKey={fitKey} arranging={ops.arranging}
            onMove={onMove} onPlaced={ops.placed} onConnect={ops.join} onReconnect={ops.reconnect} onRemoveEdge={removeEdge} onAdd={setAdding} onDropType={ops.addType} onOpen={onOpen} onEnter={onEnter}>
            <SelectionBar graph={graph} chosen={selection.nodes} ops={ops} readOnly={readOnly} onOpen={onOpen} onEnter={onEnter} onConnect={setConnecting} />
          </EditCanvas>
        )}
        {!list && <CanvasTools errors={errors} warnings={findings.length - errors} readOnly={readOnly} side={search.side} onAdd={ops.startAdding} onArrange={() => void ops.arrange()} onSettings={() => side("settings")} onProblems={() => side("problems")} />}
        {graph.nodes.length === 0 && !ops.adding && (
          <div className="pointer-events-none absolute inset-0 flex items-center justify-center">
            <div className="pointer-events-auto"><EmptyState icon={Plus} title="Draw the first node" action={readOnly ? undefined : <Button look="primary" icon={Plus} onClick={() => setAdding({})}>Add the first node</Button>}>What should happen first? A node does one thing: ask a person, call an API, wait, decide.</EmptyState></div>
          </div>
        )}
        {ops.adding && <Palette types={ops.adding.after || ops.adding.edge ? editor.types.filter((type) => !type.trigger) : editor.types} purpose={purpose} onPick={(type) => ops.add(type, ops.adding)} onClose={() => setAdding(null)} />}
      </div>
      {(search.side || edge) && (
        <aside className="flex w-88 shrink-0 animate-slide flex-col border-l bg-surface max-sm:absolute max-sm:inset-0 max-sm:z-20 max-sm:w-full">
          {edge && edgeId ? (
            <EdgePanel key={edgeId} edge={edge} readOnly={readOnly} ports={portsOf(node(edge.source) ?? { id: "", type: "" }, looks[node(edge.source)?.type ?? ""], outgoing(graph).get(edge.source) ?? [])} targets={graph.nodes.map((each) => each.id)}
              findings={findings.filter((each) => each.edge === edgeId && each.path.join("/") === path.join("/"))}
              onChange={(change, field) => {
                const index = edgeIds(graph).indexOf(edgeId);
                edit((old) => setEdge(old, edgeId, change), `edge.${edgeId}.${field}`);
                if (field === "port" || field === "target") selection.selectEdges([edgeIds(setEdge(graph, edgeId, change))[index]!]);
              }}
              onRemove={() => { removeEdge(edgeId); selection.selectEdges([]); }} onClose={() => selection.selectEdges([])} />
          ) : search.side === "problems" ? (
            <Problems findings={findings} checking={editor.checking} onShow={showFinding} onClose={() => go({ side: undefined })} />
          ) : (
            <GraphSettings doc={doc} findings={readOnly ? [] : findings} readOnly={readOnly} onChange={draft.change} onClose={() => go({ side: undefined })} />
          )}
        </aside>
      )}
      {connecting && node(connecting) && <ConnectDialog graph={graph} looks={looks} node={node(connecting)!} onConnect={ops.join} onClose={() => { setConnecting(null); ops.focusNode(connecting); }} />}
    </div>
  );
}

const NO_PROBLEMS = {};

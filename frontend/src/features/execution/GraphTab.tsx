import { ChevronDown, ChevronLeft, ChevronRight, ChevronUp, LayoutList, Workflow } from "lucide-react";
import { useCallback, useMemo, useState } from "react";
import { isOver, useScopeNodes, type Execution, type JournalItem } from "@/api/executions";
import { GraphView } from "@/graph/GraphView";
import { statesOf, type GraphConfig, type States } from "@/graph/model";
import { takenOf } from "@/graph/taken";
import { IconButton } from "@/ui/Button";
import { useNow } from "@/ui/clock";
import { cx } from "@/ui/cx";
import { usePhone } from "@/ui/media";
import { SplitPane } from "@/ui/SplitPane";
import { EmptyState } from "@/ui/States";
import { barsOf, counted, withActive, withQueue } from "./bars";
import { NodePanel } from "./NodePanel";
import { momentsOf, replayed } from "./replay";
import { graphAt, partsOf } from "./scopes";
import { Scrubber } from "./Scrubber";
import type { Search } from "./search";
import { Timeline } from "./Timeline";
import { useSteady } from "./useSteady";

interface Props { execution: Execution; graph: GraphConfig; journal: JournalItem[]; search: Search; onSearch: (change: Partial<Search>) => void; onRerun: (place: string) => void }

/** The graph with how it stands now or stood then, a node of it, and the timeline under it. */
export function GraphTab({ execution, graph, journal: all, search, onSearch, onRerun }: Props) {
  const { scope = "", node } = search;
  const phone = usePhone();
  const over = isOver(execution);
  const journal = useSteady(all);
  const [at, setAt] = useState<number | null>(null);
  const [unfolded, setUnfolded] = useState<boolean | null>(null);
  const shown = unfolded ?? !phone;
  const here = useMemo(() => graphAt(graph, scope), [graph, scope]);
  const inner = useScopeNodes(execution.id, scope || undefined, over).data;

  const begin = Date.parse(execution.created_at);
  const now = useNow(1000, !over);
  const sources = useMemo(() => sourcesIn(graph), [graph]);
  const bars = useMemo(() => withQueue(barsOf(journal), sources, begin), [journal, sources, begin]);
  const alive = useMemo(() => withActive(bars, execution.nodes, begin), [bars, execution.nodes, begin]);
  const last = useMemo(() => bars.reduce((most, bar) => Math.max(most, bar.end ?? bar.start, bar.gone ?? 0), begin + 1), [bars, begin]);
  const end = over ? Math.max(last, execution.finished_at ? Date.parse(execution.finished_at) : 0) : Math.max(last, now);
  const moments = useMemo(() => momentsOf(bars, scope, begin, end), [bars, scope, begin, end]);
  const taken = useMemo(() => (here ? takenOf(here, counted(journal), scope) : {}), [here, journal, scope]);
  const states = useMemo((): States => {
    if (at !== null && here) return replayed(bars, journal, here, scope, at);
    if (!scope) return statesOf(execution, taken);
    return { nodes: inner?.nodes ?? {}, waitingOn: execution.waiting_on.filter((each) => each.scope === scope), taken };
  }, [at, here, bars, journal, scope, execution, taken, inner]);

  const nameOf = useCallback((where: string, id: string) => graphAt(graph, where)?.nodes.find((each) => each.id === id)?.name ?? id, [graph]);
  const chosen = here?.nodes.find((each) => each.id === node);
  const select = useCallback((id: string | null) => onSearch({ node: id ?? undefined }), [onSearch]);
  const open = useCallback((where: string) => { setAt(null); onSearch({ scope: where || undefined, node: undefined }); }, [onSearch]);
  const view = search.view ?? (phone ? "list" : "canvas");

  const panel = chosen && (
    <NodePanel key={`${scope}/${chosen.id}`} execution={execution} over={over} scope={scope} node={chosen} state={states.nodes[chosen.id]} onClose={() => select(null)} onRerun={onRerun} onScope={open} />
  );
  const canvas = (
    <div className="relative flex min-h-0 min-w-0 flex-1 flex-col">
      <div className="flex h-9 shrink-0 items-center gap-2 border-b bg-surface px-3 text-sm">
        <Breadcrumbs workflow={execution.workflow} scope={scope} onOpen={open} />
        {at !== null && <span className="tone-accent truncate rounded-full bg-tone-soft px-2 text-xs text-tone">As it was then</span>}
        <span className="ml-auto"><IconButton size="sm" icon={view === "list" ? Workflow : LayoutList} label={view === "list" ? "Show the canvas" : "Show a list"} onClick={() => onSearch({ view: view === "list" ? "canvas" : "list" })} /></span>
      </div>
      {here ? <GraphView key={scope} graph={here} states={states} selected={node ?? null} onSelect={select} view={view} label={`Graph of ${execution.workflow}${scope && `, ${scope}`}`} /> : (
        <EmptyState title="There is no such place in the graph">The items of this map may be executions of their own: they are under Children.</EmptyState>
      )}
    </div>
  );
  const top = phone ? (panel ?? canvas) : panel ? <SplitPane name="execution-node" label="Width of the graph" initial={62} first={canvas} second={panel} /> : canvas;
  const fold = <IconButton size="sm" icon={shown ? ChevronDown : ChevronUp} label={shown ? "Fold the timeline" : "Unfold the timeline"} onClick={() => setUnfolded(!shown)} />;
  const scrubber = <Scrubber moments={moments} begin={begin} end={end} at={at} over={over} onAt={setAt} />;
  const selected = chosen ? { scope, node: chosen.id } : null;
  if (!shown) return <div className="flex h-full min-h-0 flex-col">{top}<div className="flex h-10 shrink-0 items-center gap-1 border-t bg-surface px-2">{fold}{scrubber}</div></div>;
  return (
    <div className="flex h-full min-h-0 flex-col">
      <SplitPane name="execution-timeline" direction="column" label="Height of the graph" initial={64} first={top} second={
        <Timeline bars={alive} begin={begin} end={end} at={at} selected={selected} nameOf={nameOf} onScope={open}
          onSelect={(where, id) => onSearch({ scope: where || undefined, node: id })}>{fold}{scrubber}</Timeline>
      } />
    </div>
  );
}

function sourcesIn(graph: GraphConfig): (scope: string, node: string) => string[] {
  const known = new Map<string, Map<string, string[]>>();
  return (scope, node) => {
    const shape = scope.replace(/\[\d+\]/g, "[]");
    let sources = known.get(shape);
    if (!sources) {
      sources = new Map();
      for (const edge of graphAt(graph, scope)?.edges ?? []) sources.set(edge.target, [...(sources.get(edge.target) ?? []), edge.source]);
      known.set(shape, sources);
    }
    return sources.get(node) ?? [];
  };
}

/** Where in the graph one looks; from an item to the ones beside it. */
function Breadcrumbs({ workflow, scope, onOpen }: { workflow: string; scope: string; onOpen: (scope: string) => void }) {
  const parts = partsOf(scope);
  const index = Number(/\[(\d+)\]$/.exec(scope)?.[1] ?? -1);
  const beside = (step: number) => onOpen(scope.replace(/\[\d+\]$/, `[${index + step}]`));
  return (
    <nav aria-label="Place in the graph" className="flex min-w-0 items-center gap-1">
      <button type="button" disabled={!scope} onClick={() => onOpen("")} className={cx("truncate", scope ? "text-accent hover:underline" : "text-muted")}>{workflow}</button>
      {parts.map((part, at) => (
        <span key={at} className="flex items-center gap-1">
          <ChevronRight aria-hidden size={13} className="text-faint" />
          <button type="button" aria-current={at === parts.length - 1 ? "location" : undefined} onClick={() => onOpen(parts.slice(0, at + 1).join("/"))} className="font-mono text-xs hover:underline">{part}</button>
        </span>
      ))}
      {index >= 0 && <><IconButton size="sm" icon={ChevronLeft} label="The one before" disabled={index === 0} onClick={() => beside(-1)} /><IconButton size="sm" icon={ChevronRight} label="The next one" onClick={() => beside(1)} /></>}
    </nav>
  );
}

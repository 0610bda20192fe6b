import { useDeferredValue, useMemo } from "react";
import { isOver, useExecution, useJournal, useScopeNodes } from "@/api/executions";
import { useLive } from "@/api/live";
import { statesOf, type GraphConfig, type States } from "@/graph/model";
import { takenOf } from "@/graph/taken";
import type { Path } from "./draft/levels";

/** Above so many activities the taken edges are guessed from the nodes' states: a journal that long is not read for colours. */
const LONG = 3000;

/** The execution on the canvas, and the states of the graph that is open. */
export function useWatched(id: string | undefined, graph: GraphConfig | null, path: Path, scope: string | undefined) {
  const query = useExecution(id);
  useLive({ execution: id });
  const execution = useDeferredValue(query.data);
  const over = execution ? isOver(execution) : true;
  const visits = useMemo(() => Object.values(execution?.nodes ?? {}).reduce((sum, state) => sum + state.visits + (state.runs?.total ?? 0), 0), [execution]);
  const journal = useJournal(id && execution && visits < LONG ? id : undefined, over).data;
  const inner = useScopeNodes(path.length > 0 ? id : undefined, scope, over).data;
  const top = path.length === 0;
  const states = useMemo((): States | undefined => {
    if (!execution || !graph) return undefined;
    const taken = journal && (top || scope) ? takenOf(graph, journal, top ? "" : scope) : null;
    const waitingOn = execution.waiting_on.filter((each) => ((each as { scope?: string }).scope ?? "") === (top ? "" : scope));
    if (top) return { ...statesOf(execution, taken), waitingOn };
    return inner ? { nodes: Object.fromEntries(Object.entries(inner.nodes).filter(([, state]) => over || state.visits > 0 || state.status !== "skipped")), waitingOn, taken } : undefined;
  }, [execution, graph, journal, inner, top, scope, over]);
  return { execution: id ? execution : undefined, error: query.error, over, states };
}

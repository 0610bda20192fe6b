import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { previewExpression, useScopeOf, type Given } from "@/api/activities";
import { isOver, useExecution, useExecutions } from "@/api/executions";
import { useLive } from "@/api/live";
import type { Scope } from "@/ui/expression/scope";
import { InsertTarget, type ExpressionTools } from "@/ui/expression/tools";
import { before, NOTHING_TYPED, placeOf, type Source, type Typed } from "./data";
import type { NodePanelProps } from "./props";

/** What was typed and chosen, kept while going from node to node. */
const kept = new Map<string, { typed: Typed; chosen?: string }>();

/** The data around a node: a past execution, what the node sees there, and what was typed in its place. */
export function usePanelData({ workflow, root, graph, nodeId, path, scope, executionId, nodeType }: NodePanelProps) {
  const [typed, setTypedState] = useState<Typed>(() => kept.get(workflow)?.typed ?? NOTHING_TYPED);
  const [chosen, setChosenState] = useState<string | undefined>(() => executionId ?? kept.get(workflow)?.chosen);
  const [watched, setWatched] = useState(executionId);
  if (executionId !== watched) {
    setWatched(executionId);
    if (executionId) setChosenState(executionId);
  }
  const [target] = useState(() => new InsertTarget());
  const past = useExecutions({ workflow, limit: 20 });
  const rows = useMemo(() => past.data?.pages[0]?.items ?? [], [past.data]);
  const from = chosen ?? rows[0]?.id;
  const query = useExecution(from);
  const execution = query.data;
  useLive({ execution: from });

  const place = placeOf(path, scope, nodeId);
  const over = execution ? isOver(execution) : true;
  const stamp = over ? "over" : Object.values(execution?.nodes ?? {}).map((state) => `${state.status[0]}${state.visits}.${state.attempts}`).join("");
  // An execution of an older version may lack this node, and an inner node has run only if there were items: neither is asked for.
  const states = execution?.nodes;
  const inside = path.length > 0 ? Boolean(states?.[path[0]!]?.runs?.total) : Boolean(states && nodeId in states);
  const seen = useScopeOf(inside ? from : undefined, place, stamp);
  const absent = Boolean(states) && (!inside || seen.data === null);
  const earlier = useMemo(() => before(graph, nodeId), [graph, nodeId]);
  const given: Given = useMemo(() => ({
    ...(from && { execution_id: from }), ...(Object.keys(typed.outputs).length > 0 && { outputs: typed.outputs }),
    ...(Object.keys(typed.names).length > 0 && { names: typed.names }), ...(typed.input !== undefined && { input: typed.input }),
  }), [from, typed]);

  // A node that the execution's graph lacks: what it would see is worked out with the graph of the screen.
  const drawn = useQuery({
    queryKey: ["execution", from, "drawn-scope", place, earlier.join()],
    queryFn: ({ signal }) => previewExpression({ graph_config: root, node_id: place, execution_id: from, expression: `{"input": input, ${earlier.slice(0, 30).map((id) => `"${id}": get(nodes, ["${id}", "output"])`).join(", ")}}` }, signal),
    enabled: Boolean(from) && absent && path.length === 0,
    retry: false,
  });
  const full: Scope = useMemo(() => {
    const found = (drawn.data?.ok ? drawn.data.value : {}) as Record<string, unknown>;
    const { input, ...outputs } = found;
    const names = seen.data?.names ?? ("input" in found ? { input } : {});
    const nodes: Scope["nodes"] = seen.data?.nodes ?? Object.fromEntries(Object.entries(outputs).filter(([, value]) => value !== null).map(([id, output]) => [id, { output, error: null }]));
    const merged: Scope["nodes"] = { ...Object.fromEntries(earlier.map((id) => [id, { output: undefined, error: undefined }])), ...nodes };
    for (const [id, output] of Object.entries(typed.outputs)) merged[id] = { output, error: null };
    return { names: { ...names, ...typed.names, ...(typed.input !== undefined && { input: typed.input }) }, nodes: merged };
  }, [seen.data, drawn.data, earlier, typed]);

  const sources = useMemo(() => sourcesOf(full, earlier, typed, graph, root, path), [full, earlier, typed, graph, root, path]);
  const pending = past.isPending || (Boolean(from) && !execution && !query.error);
  const tools: ExpressionTools = useMemo(() => ({
    scope: full, target, previewKey: JSON.stringify([place, from, typed, stamp]),
    preview: pending ? undefined : async (source, mode, { each, signal }) => {
      const result = await evaluate({ graph_config: root, node_id: place, ...given }, source, mode, each, signal);
      // Without data every name is missing, which is no mistake; what is wrong in any case, the check of the graph says.
      return !from && !result.ok ? null : result;
    },
  }), [full, target, place, from, typed, stamp, root, given, pending]);

  const remember = (part: { typed?: Typed; chosen?: string }) => kept.set(workflow, { typed, chosen: from, ...kept.get(workflow), ...part });
  return {
    place, from, execution, over, rows, stamp, sources, tools, given, typed, extraNames: nodeType?.extra_names ?? [],
    reached: path.length > 0 ? inside : Boolean(states?.[nodeId]?.visits), loading: past.isPending || (Boolean(from) && !execution && !query.error) || (inside && seen.isPending), error: seen.error ?? query.error ?? past.error, retry: () => { void seen.refetch(); void past.refetch(); },
    setTyped: (next: Typed) => { setTypedState(next); remember({ typed: next }); },
    choose: (id: string) => { setChosenState(id); remember({ chosen: id }); },
  };
}
export type PanelData = ReturnType<typeof usePanelData>;

/** An expression over the items of a list is evaluated as a comprehension; columns are told as in the source. */
async function evaluate(around: Given & { graph_config: unknown; node_id: string }, source: string, mode: "expression" | "template", each: string | undefined, signal: AbortSignal) {
  if (mode === "template") return previewExpression({ ...around, template: source }, signal);
  if (!each) return previewExpression({ ...around, expression: source }, signal);
  const result = await previewExpression({ ...around, expression: `[${source} for item in (${each})[:5]]` }, signal);
  if (result.error?.column) result.error.column = Math.max(1, Math.min(source.length, result.error.column - 1));
  return result;
}

const LATER = ["trigger", "vars", "execution", "incoming"];

function sourcesOf(scope: Scope, earlier: string[], typed: Typed, graph: NodePanelProps["graph"], root: NodePanelProps["graph"], path: string[]): Source[] {
  const ids = [...earlier, ...Object.keys(scope.nodes).filter((id) => !earlier.includes(id))];
  const node = (id: string) => [...graph.nodes, ...root.nodes].find((each) => each.id === id);
  const nodes = ids.map((id): Source => ({
    key: `nodes.${id}`, title: node(id)?.name || id, detail: id, type: node(id)?.type, path: ["nodes", id, "output"], value: scope.nodes[id]?.output, typed: id in typed.outputs, typable: true, error: scope.nodes[id]?.error ?? undefined,
  }));
  const inner = path.length > 0 ? ["item", "index", ...Object.keys(scope.names).filter((name) => name === "previous" || name === "outer")] : [];
  const name = (key: string): Source => ({ key, title: key, path: [key], value: scope.names[key], typed: key === "input" ? typed.input !== undefined : key in typed.names, typable: key === "input" || key === "item" || key === "index" });
  return [...inner.map(name), ...nodes, name("input"), ...LATER.filter((key) => key in scope.names && !isEmpty(scope.names[key])).map(name)];
}

const isEmpty = (value: unknown) => value === null || (typeof value === "object" && Object.keys(value).length === 0);

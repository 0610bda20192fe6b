import { useCallback, useState } from "react";
import { testNode, type Given } from "@/api/activities";
import { isOver, useExecution, type Execution } from "@/api/executions";
import { useLive } from "@/api/live";
import { Problem } from "@/api/problem";
import type { GraphConfig } from "@/graph/model";
import { missingOutputs } from "./data";

/** Running one node alone: the trial that was started last, and why one was not. */
export function useTrial(workflow: string, graph: GraphConfig, place: string, given: Given) {
  const [id, setId] = useState<string>();
  const [starting, setStarting] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const execution: Execution | undefined = useExecution(id).data;
  useLive({ execution: id });
  const start = useCallback(async (more: Given = {}) => {
    setStarting(true);
    setProblem(null);
    try {
      const body = { ...given, ...more, outputs: { ...given.outputs, ...more.outputs } };
      setId((await testNode(workflow, { graph_config: graph, node_id: place, ...body })).id);
    } catch (error) {
      setId(undefined);
      setProblem(error instanceof Problem ? error : new Problem({ title: "The trial did not start", detail: String(error) }));
    } finally {
      setStarting(false);
    }
  }, [workflow, graph, place, given]);
  const missing = problem ? missingOutputs(problem.errors) : { outputs: [], names: [] };
  const running = starting || Boolean(id && (!execution || !isOver(execution)) && execution?.status !== "waiting");
  return { id, execution, start, problem, missing, running, clear: () => { setId(undefined); setProblem(null); } };
}
export type Trial = ReturnType<typeof useTrial>;

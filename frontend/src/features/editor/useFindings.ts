import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { call } from "@/api/client";
import type { GraphConfig } from "@/graph/model";
import { locate, type Located } from "./draft/findings";

const numbers = new WeakMap<GraphConfig, number>();
let highest = 0;

/** Names a graph in a key: all of a large one as text would be made anew at each render. */
function numberOf(graph: GraphConfig): number {
  const number = numbers.get(graph) ?? ++highest;
  numbers.set(graph, number);
  return number;
}

/** What the server finds wrong with the draft, asked for when typing pauses. */
export function useFindings(graph: GraphConfig): { findings: Located[]; checking: boolean } {
  const [asked, setAsked] = useState(graph);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(graph), 350);
    return () => clearTimeout(timer);
  }, [graph]);
  const { data, isFetching } = useQuery({
    queryKey: ["validate", numberOf(asked)],
    queryFn: async ({ signal }) => ({ of: asked, ...(await call("post", "/api/v1/workflows/validate", { body: { graph_config: asked }, signal })) }),
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 10_000,
    retry: false,
  });
  const findings = useMemo(() => (data ? data.findings.map((finding) => locate(data.of, finding)) : []), [data]);
  return { findings, checking: isFetching || asked !== graph };
}

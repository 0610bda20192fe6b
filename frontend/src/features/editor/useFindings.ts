import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { call, type Schema } from "@/api/client";
import type { GraphConfig } from "@/graph/model";
import { locate, type Located } from "./draft/findings";

/** What the server finds wrong with the draft, asked for when typing pauses. */
export function useFindings(graph: GraphConfig): { findings: Located[]; checking: boolean } {
  const [asked, setAsked] = useState(graph);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(graph), 350);
    return () => clearTimeout(timer);
  }, [graph]);
  const { data, isFetching } = useQuery({
    queryKey: ["validate", asked],
    queryFn: async ({ signal }) => {
      const body = { graph_config: asked } as unknown as Schema<"ValidateWorkflow">;
      return { of: asked, ...(await call("post", "/api/v1/workflows/validate", { body, signal })) };
    },
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 10_000,
    retry: false,
  });
  const findings = useMemo(() => (data ? data.findings.map((finding) => locate(data.of, finding)) : []), [data]);
  return { findings, checking: isFetching || asked !== graph };
}

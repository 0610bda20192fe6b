import { useMemo } from "react";
import { useWorkflowDiff, useWorkflowVersion } from "@/api/workflows";
import { changeText, merged } from "@/graph/compare";
import { GraphView } from "@/graph/GraphView";
import type { GraphConfig } from "@/graph/model";
import { Badge } from "@/ui/Badge";
import { usePhone } from "@/ui/media";
import { ErrorState, LoadingRows } from "@/ui/States";
import { TextDiff } from "./TextDiff";

interface Props { name: string; from: number; to: number; view: "graph" | "text" }

/** Two versions on one canvas, or as text. */
export function Compare({ name, from, to, view }: Props) {
  const before = useWorkflowVersion(name, from);
  const after = useWorkflowVersion(name, to);
  const diff = useWorkflowDiff(name, from, to);
  const phone = usePhone();
  const both = useMemo(() => before.data && after.data && merged(before.data.graph_config as unknown as GraphConfig, after.data.graph_config as unknown as GraphConfig), [before.data, after.data]);
  const failed = before.error ?? after.error;
  if (failed) return <ErrorState error={failed} onRetry={() => { void before.refetch(); void after.refetch(); }} />;
  if (!both) return <LoadingRows />;
  const inner = diff.data?.changed ?? [];
  if (view === "text") {
    if (diff.isError) return <ErrorState error={diff.error} onRetry={() => void diff.refetch()} />;
    if (from === to || diff.data?.text === "") return <p className="p-8 text-center text-sm text-muted">These versions do not differ.</p>;
    return diff.data ? <TextDiff text={diff.data.text} /> : <LoadingRows />;
  }
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex flex-wrap items-center gap-2 border-b bg-surface px-4 py-1.5 text-xs text-muted">
        <span className="text-sm">{changeText(both.changes)}</span>
        <span className="ml-auto flex gap-1.5"><Badge tone="ok">Added</Badge><Badge tone="wait">Changed</Badge><Badge tone="fail">Removed</Badge></span>
      </div>
      <div className="relative flex min-h-72 flex-1"><GraphView graph={both.graph} changes={both.changes} label={`Version ${from} and version ${to}`} view={phone ? "list" : "canvas"} /></div>
      {inner.length > 0 && (
        <details className="max-h-64 shrink-0 overflow-auto border-t bg-surface text-sm" open={inner.length < 6}>
          <summary className="cursor-pointer px-4 py-2 font-medium">{inner.length === 1 ? "1 value changed" : `${inner.length} values changed`}</summary>
          <dl className="flex flex-col gap-2 px-4 pb-3">
            {inner.slice(0, 200).map((each) => (
              <div key={each.place}>
                <dt className="font-mono text-xs text-muted">{each.place}</dt>
                <dd className="grid gap-1 sm:grid-cols-2">
                  <code className="tone-fail rounded-sm bg-tone-soft px-1.5 py-0.5 font-mono text-xs break-all"><span className="sr-only">before: </span>{valueText(each.before)}</code>
                  <code className="tone-ok rounded-sm bg-tone-soft px-1.5 py-0.5 font-mono text-xs break-all"><span className="sr-only">after: </span>{valueText(each.after)}</code>
                </dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </div>
  );
}

function valueText(value: unknown): string {
  const text = value === null || value === undefined ? "–" : typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 400 ? `${text.slice(0, 400)}…` : text;
}

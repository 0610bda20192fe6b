import { useMemo } from "react";
import type { GraphNode } from "@/graph/model";
import { HOLDS_GRAPH } from "@/graph/ports";
import { findingAt, findingText, type FieldFinding } from "@/ui/schema-form/context";
import type { Schema } from "@/ui/schema-form/schema";
import { JsonField } from "@/ui/schema-form/AnyField";
import { SchemaForm } from "@/ui/schema-form/SchemaForm";
import { Tabs } from "@/ui/Tabs";
import { AboutFields, NotesField } from "./AboutFields";
import { FailureForm } from "./FailureForm";
import { FlowForm } from "./FlowForm";
import { toFieldFindings, type NodePanelProps } from "./props";
import { withKey } from "./settings-schemas";

const FAILURE = ["retry", "timeout", "on_error", "compensate"];
const FLOW = ["join", "rest", "cancels", "mutex", "queue", "delivery", "disabled"];

/** A node's settings: its own config first, then what any node has. */
export function SettingsPane({ node, graph, nodeType, findings: given, readOnly = false, types, onChange, onEnter, tab, onTab }: NodePanelProps & { node: GraphNode; tab: string; onTab: (tab: string) => void }) {
  const findings = useMemo(() => toFieldFindings(given), [given]);
  const of = (keys: string[]) => findings.filter((each) => keys.some((key) => each.field === key || each.field.startsWith(`${key}.`) || each.field.startsWith(`${key}[`)));
  const inFailure = of(FAILURE), inFlow = of(FLOW);
  const form = { node, findings, readOnly, onChange };
  const mark = (found: FieldFinding[]) => (found.length > 0 ? found.length : undefined);
  return (
    <section aria-label="Settings" className="flex min-h-0 min-w-0 flex-1 flex-col bg-surface">
      <Tabs className="flex min-h-0 flex-1 flex-col pt-2" label="Settings of the node" value={tab} onChange={onTab} tabs={[
        { value: "config", label: "Settings", count: mark(findings.filter((each) => !inFailure.includes(each) && !inFlow.includes(each))), content: (
          <div className="flex flex-col gap-5 p-4">
            <AboutFields key={node.id} node={node} others={graph.nodes.filter((each) => each.id !== node.id).map((each) => each.id)} readOnly={readOnly} error={(field) => findingText(findingAt(findings, field, true))} onChange={onChange} />
            <General findings={findings} />
            <Config node={node} nodeType={nodeType} findings={findings} readOnly={readOnly} onChange={onChange} onEnter={onEnter} />
            <NotesField node={node} readOnly={readOnly} onChange={onChange} />
          </div>
        ) },
        { value: "failure", label: "If it fails", count: mark(inFailure), content: <FailureForm {...form} types={types} /> },
        { value: "flow", label: "Flow", count: mark(inFlow), content: <FlowForm {...form} graph={graph} /> },
        { value: "json", label: "JSON", content: <div className="flex flex-col gap-2 p-4"><p className="text-xs text-muted">The whole node as it is stored.</p><SchemaForm schema={{}} readOnly={readOnly} findings={[]} templates={false} value={node} onChange={(value) => { if (isNode(value)) onChange({ ...value, id: node.id }); }} /></div> },
      ]} />
    </section>
  );
}

const isNode = (value: unknown): value is GraphNode => value !== null && typeof value === "object" && typeof (value as GraphNode).type === "string";

/** What is wrong with the node as a whole. */
function General({ findings }: { findings: FieldFinding[] }) {
  const whole = findings.filter((each) => each.field === "" || each.field === "type" || each.field === "config");
  return <>{whole.map((each, index) => <p key={index} role="status" className={each.severity === "error" ? "text-xs text-fail" : "text-xs text-wait"}>{findingText(each)}</p>)}</>;
}

function Config({ node, nodeType, findings, readOnly, onChange, onEnter }: Pick<NodePanelProps, "nodeType" | "onEnter" | "onChange"> & { node: GraphNode; findings: FieldFinding[]; readOnly: boolean }) {
  const set = (config: unknown) => onChange(withKey(node, "config", config));
  const deferred = useMemo(() => new Set([...(nodeType?.deferred ?? []), ...(nodeType?.deferred_texts ?? [])]), [nodeType]);
  const items = (node.config?.items ?? node.config?.each) as unknown;
  const namesAt = useMemo(() => (path: string) => {
    const key = path.replace(/^config\./, "").replaceAll(/\[\d+\]/g, "[]");
    if (!deferred.has(key)) return undefined;
    const names = nodeType?.extra_names ?? [];
    const list = typeof items === "string" ? items.replace(/^\{\{\s*([\s\S]*?)\s*\}\}$/, "$1") : Array.isArray(items) ? JSON.stringify(items) : "";
    return { names, each: names.includes("item") && !names.includes("results") && list ? list : undefined };
  }, [deferred, nodeType, items]);
  const enter = useMemo(() => (HOLDS_GRAPH.has(node.type) && onEnter ? () => onEnter(node.id) : undefined), [node.type, node.id, onEnter]);
  if (!nodeType) return <div className="flex flex-col gap-1"><p className="text-sm text-muted">This server has no node type <code className="font-mono">{node.type}</code>, so its settings are shown as JSON.</p><JsonField label="Config" value={node.config ?? {}} onChange={set} tall invalid={false} /></div>;
  const schema = nodeType.config_schema as Schema;
  if (Object.keys(schema.properties ?? {}).length === 0 && schema.additionalProperties === false) return <p className="rounded-md border bg-sunken px-3 py-2 text-sm text-muted">This node has nothing to set.</p>;
  return <SchemaForm key={node.type} schema={schema} path="config" value={node.config ?? {}} findings={findings} readOnly={readOnly} namesAt={namesAt} onEnterGraph={enter} onChange={set} />;
}

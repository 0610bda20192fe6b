import type { GraphConfig, GraphNode } from "@/graph/model";
import { Field, Input, Select } from "@/ui/Field";
import { findingAt, findingText, type FieldFinding } from "@/ui/schema-form/context";
import { SchemaForm } from "@/ui/schema-form/SchemaForm";
import { Checkbox } from "@/ui/Toggle";
import { Section } from "./Section";
import { FLOW, REST, withKey } from "./settings-schemas";

interface Props { node: GraphNode; graph: GraphConfig; findings: FieldFinding[]; readOnly: boolean; onChange: (node: GraphNode) => void }

const JOINS = [
  { value: "auto", label: "auto: as the graph needs it" }, { value: "all", label: "all: every branch has come" }, { value: "each", label: "each: again for every branch that comes" },
  { value: "first", label: "first: the first branch that comes" }, { value: "count", label: "so many branches have come" },
];

/** How a node takes part in the flow: when it begins, what it stops, and what runs beside it. */
export function FlowForm({ node, graph, findings, readOnly, onChange }: Props) {
  const set = (key: string, value: unknown) => onChange(withKey(node, key, value));
  const form = { findings, readOnly, templates: false };
  const join = typeof node.join === "number" ? "count" : String(node.join ?? "auto");
  const cancels = Array.isArray(node.cancels) ? (node.cancels as string[]) : [];
  const others = graph.nodes.filter((each) => each.id !== node.id);
  const said = (field: string) => findingText(findingAt(findings, field, true));
  return (
    <div className="flex flex-col gap-5 p-4">
      <Section title="When it begins">
        <Field label="Join" hint="With several edges into it: for which of them it waits." error={said("join")}>
          <Select disabled={readOnly} options={JOINS} value={join} onChange={(event) => set("join", event.target.value === "auto" ? undefined : event.target.value === "count" ? 2 : event.target.value)} />
        </Field>
        {join === "count" && <Field label="How many branches"><Input inputMode="numeric" className="max-w-40" disabled={readOnly} value={String(node.join)} onChange={(event) => { const count = Number(event.target.value); if (Number.isInteger(count) && count >= 1) set("join", count); }} /></Field>}
        {(join === "first" || join === "count" || Boolean(node.rest)) && <SchemaForm {...form} schema={{ type: "object", properties: { rest: REST } }} value={{ rest: node.rest }} onChange={(value) => set("rest", (value as { rest?: string }).rest)} />}
      </Section>
      <Section title="Stops others" hint="These nodes are stopped when this one leaves, except through error.">
        {others.length === 0 ? <p className="text-sm text-muted">There is no other node.</p> : (
          <div role="group" aria-label="Nodes that it stops" className="grid max-h-52 grid-cols-2 gap-x-3 gap-y-1.5 overflow-auto">
            {others.map((each) => <Checkbox key={each.id} label={each.name ?? each.id} disabled={readOnly} checked={cancels.includes(each.id)} onChange={(on) => { const next = on ? [...cancels, each.id] : cancels.filter((id) => id !== each.id); set("cancels", next.length > 0 ? next : undefined); }} />)}
          </div>
        )}
        {said("cancels") && <p className="text-xs text-fail">{said("cancels")}</p>}
      </Section>
      <Section title="Where and how it runs">
        <SchemaForm {...form} schema={FLOW} value={node} onChange={(value) => onChange(value as GraphNode)} />
      </Section>
    </div>
  );
}

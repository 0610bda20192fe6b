import { Trash2, Undo2 } from "lucide-react";
import type { NodeType } from "@/api/system";
import type { GraphNode } from "@/graph/model";
import { Button } from "@/ui/Button";
import { Combobox } from "@/ui/Combobox";
import { Field } from "@/ui/Field";
import type { FieldFinding } from "@/ui/schema-form/context";
import type { Schema } from "@/ui/schema-form/schema";
import { SchemaForm } from "@/ui/schema-form/SchemaForm";
import { Section } from "./Section";
import { ON_ERROR, RETRY, TIMEOUT, timeoutOf, timeoutParts, withKey } from "./settings-schemas";

interface Props { node: GraphNode; types: NodeType[]; findings: FieldFinding[]; readOnly: boolean; onChange: (node: GraphNode) => void }
interface Compensation { type: string; config?: Record<string, unknown>; retry?: unknown; timeout?: unknown }

const NO_UNDO = new Set(["gate", "terminate"]);
const orNothing = (value: unknown) => (value && Object.keys(value as object).length > 0 ? value : undefined);

/** What becomes of a failure: more attempts, a limit of time, going on without, and what undoes the node later. */
export function FailureForm({ node, types, findings, readOnly, onChange }: Props) {
  const set = (key: string, value: unknown) => onChange(withKey(node, key, value));
  const form = { findings, readOnly, templates: false };
  const undo = node.compensate as Compensation | undefined | null;
  const undoType = types.find((type) => type.type === undo?.type);
  const usable = types.filter((type) => !type.trigger && !NO_UNDO.has(type.type) && !("graph" in ((type.config_schema as Schema).properties ?? {})));
  return (
    <div className="flex flex-col gap-5 p-4">
      <Section title="Retry" hint="First of all it is tried again, with longer and longer pauses."><SchemaForm {...form} columns schema={RETRY} path="retry" value={node.retry} onChange={(value) => set("retry", orNothing(value))} /></Section>
      <Section title="Time limits"><SchemaForm {...form} columns schema={TIMEOUT} path="timeout" value={timeoutParts(node.timeout)} onChange={(value) => set("timeout", timeoutOf(value as Record<string, unknown>))} /></Section>
      <Section title="After the last attempt"><SchemaForm {...form} schema={ON_ERROR} value={{ on_error: node.on_error }} onChange={(value) => set("on_error", (value as { on_error?: string }).on_error)} /></Section>
      <Section title="Undo" hint="What takes this node back when the execution fails later on, last done first undone. It sees what this node saw, its output, and error."
        action={!readOnly && undo && <Button size="sm" look="ghost" icon={Trash2} onClick={() => set("compensate", undefined)}>Remove</Button>}>
        {undo ? (
          <>
            <Field label="Node type"><Combobox value={undo.type} options={usable.map((type) => ({ value: type.type, label: type.type, hint: type.category }))} onChange={(type) => set("compensate", { type, config: {} })} /></Field>
            {undoType && <SchemaForm key={undo.type} schema={undoType.config_schema as Schema} path="compensate.config" findings={findings} readOnly={readOnly} value={undo.config ?? {}} namesAt={() => ({ names: ["output", "error"] })} onChange={(config) => set("compensate", { ...undo, config })} />}
            <details><summary className="text-sm font-medium text-accent">Attempts to undo it</summary><div className="pt-3"><SchemaForm {...form} columns schema={RETRY} path="compensate.retry" value={undo.retry} onChange={(value) => set("compensate", withKey(undo, "retry", orNothing(value)))} /></div></details>
          </>
        ) : <Button icon={Undo2} className="self-start" disabled={readOnly} onClick={() => set("compensate", { type: "log", config: { message: `undo ${node.id}` } })}>Say what undoes it</Button>}
      </Section>
    </div>
  );
}

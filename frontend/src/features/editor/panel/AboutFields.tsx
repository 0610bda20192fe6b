import { useState } from "react";
import type { GraphNode } from "@/graph/model";
import { Field, Input, Textarea } from "@/ui/Field";
import { idProblem, withKey } from "./settings-schemas";

interface Props { node: GraphNode; others: string[]; readOnly: boolean; error: (field: string) => string | undefined; onChange: (node: GraphNode) => void }

/** What a node is called. A new id is taken when the field is left, and what reads it follows. */
export function AboutFields({ node, others, readOnly, error, onChange }: Props) {
  const [id, setId] = useState<string | null>(null);
  const wrong = id !== null && id !== node.id ? idProblem(id, others) : null;
  function commit() {
    if (id !== null && id !== node.id && !wrong) onChange({ ...node, id });
    setId(null);
  }
  return (
    <div className="grid grid-cols-2 gap-3">
      <Field label="Name"><Input disabled={readOnly} placeholder={node.id} value={node.name ?? ""} onChange={(event) => onChange(withKey(node, "name", event.target.value || undefined))} /></Field>
      <Field label="Id" error={wrong ?? error("id")}>
        <Input className="font-mono text-xs!" disabled={readOnly} value={id ?? node.id} onChange={(event) => setId(event.target.value)} onBlur={commit}
          onKeyDown={(event) => { if (event.key === "Enter") commit(); if (event.key === "Escape" && id !== null) { setId(null); event.preventDefault(); } }} />
      </Field>
    </div>
  );
}

export function NotesField({ node, readOnly, onChange }: Pick<Props, "node" | "readOnly" | "onChange">) {
  return <Field label="Notes" hint="For people: what it is for, what to watch."><Textarea rows={2} disabled={readOnly} value={node.notes ?? ""} onChange={(event) => onChange(withKey(node, "notes", event.target.value || undefined))} /></Field>;
}

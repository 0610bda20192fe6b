import { X } from "lucide-react";
import { useState } from "react";
import type { NodeType } from "@/api/system";
import type { GraphConfig, GraphNode } from "@/graph/model";
import { IconButton } from "@/ui/Button";
import { Field, Input, Textarea } from "@/ui/Field";
import type { Located } from "./draft/findings";

export interface NodePanelProps { graph: GraphConfig; nodeId: string; nodeType: NodeType | undefined; executionId?: string; findings: Located[]; readOnly?: boolean; onChange: (node: GraphNode) => void; onClose: () => void }

/** A node's name, id, notes and config as JSON. */
export function NodePanelLite({ graph, nodeId, nodeType, findings, readOnly, onChange, onClose }: NodePanelProps) {
  const node = graph.nodes.find((each) => each.id === nodeId);
  const [text, setText] = useState<string | null>(null);
  if (!node) return null;
  return (
    <section aria-label={`Node ${node.name ?? node.id}`} className="absolute inset-y-0 right-0 z-30 flex w-96 max-w-full animate-slide flex-col border-l bg-surface shadow-high" onKeyDown={(event) => event.key === "Escape" && onClose()}>
      <header className="flex h-12 shrink-0 items-center gap-2 border-b px-3"><h2 className="min-w-0 flex-1 truncate text-sm font-semibold">{node.name ?? node.id}</h2><IconButton icon={X} label="Close node" size="sm" onClick={onClose} /></header>
      <fieldset disabled={readOnly} className="flex min-h-0 flex-1 flex-col gap-4 overflow-auto p-3">
        <p className="text-xs text-muted">{nodeType?.summary ?? node.type}</p>
        {findings.map((each, index) => <p key={index} className="text-xs text-fail">{each.field}: {each.finding.message}</p>)}
        <Field label="Name"><Input value={node.name ?? ""} onChange={(event) => onChange({ ...node, name: event.target.value || undefined })} /></Field>
        <Field label="Notes"><Textarea value={node.notes ?? ""} onChange={(event) => onChange({ ...node, notes: event.target.value || undefined })} /></Field>
        <Field label="Config" hint="JSON"><Textarea rows={14} className="font-mono text-xs!" value={text ?? JSON.stringify(node.config ?? {}, null, 2)} onBlur={() => setText(null)}
          onChange={(event) => { setText(event.target.value); try { onChange({ ...node, config: JSON.parse(event.target.value) as Record<string, unknown> }); } catch { /* Not JSON yet. */ } }} /></Field>
      </fieldset>
    </section>
  );
}

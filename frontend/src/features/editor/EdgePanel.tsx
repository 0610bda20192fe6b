import { ArrowRight, Trash2, X } from "lucide-react";
import { Button, IconButton } from "@/ui/Button";
import { Field, Input, Select } from "@/ui/Field";
import { Switch } from "@/ui/Toggle";
import type { GraphEdge } from "@/graph/model";
import type { Located } from "./draft/findings";

interface Props { edge: GraphEdge; ports: string[]; targets: string[]; findings: Located[]; readOnly: boolean; onChange: (change: Partial<GraphEdge>, field: string) => void; onRemove: () => void; onClose: () => void }

/** What an edge says: where it leaves, when it is taken, and how many tokens it carries. */
export function EdgePanel({ edge, ports, targets, findings, readOnly, onChange, onRemove, onClose }: Props) {
  const errorOf = (field: string) => findings.find((each) => each.field === field || each.field.startsWith(`${field}.`))?.finding;
  const said = (field: string) => { const found = errorOf(field); return found && `${found.message}${found.hint ? ` (${found.hint})` : ""}`; };
  const count = (text: string) => (text.trim() === "" ? undefined : /^\d+$/.test(text.trim()) ? Number(text) : text);
  return (
    <section aria-label="Edge" className="flex min-h-0 flex-1 flex-col">
      <header className="flex h-11 shrink-0 items-center gap-2 border-b px-3">
        <h2 className="flex min-w-0 flex-1 items-center gap-1.5 text-sm font-semibold"><span className="truncate">{edge.source}</span><ArrowRight aria-label="to" size={14} className="shrink-0 text-muted" /><span className="truncate">{edge.target}</span></h2>
        <IconButton icon={X} label="Close edge" size="sm" onClick={onClose} />
      </header>
      <fieldset disabled={readOnly} className="flex min-h-0 flex-1 flex-col gap-4 overflow-auto p-3">
        <Field label="Port" hint="The exit of the first node that it leaves from." error={said("port")}>
          <Select options={[...new Set([...ports, "error", edge.port ?? "out"])].map((port) => ({ value: port, label: port === "error" ? "error: when the node fails" : port }))} value={edge.port ?? "out"} onChange={(event) => onChange({ port: event.target.value }, "port")} />
        </Field>
        <Field label="To" error={said("target")}>
          <Select options={targets.map((id) => ({ value: id, label: id }))} value={edge.target} onChange={(event) => onChange({ target: event.target.value }, "target")} />
        </Field>
        <Field label="When" hint={edge.port === "error" ? "An expression over error; without one it is always taken." : "An expression over output, input and nodes; without one it is always taken."} error={said("when")}>
          <Input className="font-mono text-xs!" placeholder="output.total > 100" value={edge.when ?? ""} onChange={(event) => onChange({ when: event.target.value || undefined }, "when")} />
        </Field>
        <div className="flex flex-col gap-1">
          <Switch label="Default" checked={edge.default === true} disabled={readOnly} onChange={(value) => onChange({ default: value || undefined }, "default")} />
          <p className="text-xs text-muted">Taken when no other edge of this port is.</p>
          {said("default") && <p className="text-xs text-fail">{said("default")}</p>}
        </div>
        <div className="grid grid-cols-2 gap-3">
          <Field label="Tokens" hint="How many it carries." error={said("tokens")}><Input placeholder="1" value={String(edge.tokens ?? "")} onChange={(event) => onChange({ tokens: count(event.target.value) }, "tokens")} /></Field>
          <Field label="Take" hint="How many the target needs." error={said("take")}><Input placeholder="1" inputMode="numeric" value={String(edge.take ?? "")} onChange={(event) => onChange({ take: count(event.target.value) }, "take")} /></Field>
        </div>
        {!readOnly && <Button icon={Trash2} className="self-start" onClick={onRemove}>Remove this edge</Button>}
      </fieldset>
    </section>
  );
}

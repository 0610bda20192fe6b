import { useState } from "react";
import { Button } from "@/ui/Button";
import { CopyAs, type Command } from "@/ui/Code";
import { Dialog } from "@/ui/Dialog";
import { Field, Input, Select, Textarea } from "@/ui/Field";
import { Checkbox } from "@/ui/Toggle";
import { readField, simpleFields, startText, type SimpleField } from "./draft/input-form";
import type { RunWish } from "./useRunning";

interface Props { open: boolean; name: string; schema: unknown; versions: number[]; busy: boolean; savesFirst: boolean; onRun: (wish: RunWish) => void; onClose: () => void }

const PRIORITIES = [{ value: "low", label: "Low" }, { value: "normal", label: "Normal" }, { value: "high", label: "High" }, { value: "critical", label: "Critical" }];

/** Asks for the input, by a form where the schema is plain enough, else as JSON; and for priority and version. */
export function RunDialog({ open, name, schema, versions, busy, savesFirst, onRun, onClose }: Props) {
  const fields = simpleFields(schema);
  const [asJson, setAsJson] = useState(fields === null);
  const [text, setText] = useState(() => lastInput(name) ?? startText(schema));
  const [values, setValues] = useState<Record<string, string>>(() => valuesOf(fields, lastInput(name)));
  const [priority, setPriority] = useState("normal");
  const [version, setVersion] = useState("");
  const [shown, setShown] = useState(false);

  const read = asJson || !fields ? readJson(text) : readForm(fields, values);
  const wish: RunWish = { ...(read.value !== undefined && { input: read.value as RunWish["input"] }), ...(priority !== "normal" && { priority: priority as RunWish["priority"] }), ...(version && { version: Number(version) }) };
  const wrong = Object.keys(read.errors).length > 0;
  const command: Command = { method: "POST", path: `/api/v1/workflows/${name}/run`, body: wish, cli: `treadle run ${name}${read.value === undefined ? "" : ` --input '${JSON.stringify(read.value).replaceAll("'", `'\\''`)}'`}${priority === "normal" ? "" : ` --priority ${priority}`}${version ? ` --version ${version}` : ""} --wait` };
  function submit() {
    setShown(true);
    if (wrong) return;
    try { localStorage.setItem(key(name), JSON.stringify(read.value ?? null)); } catch { /* It is only a convenience. */ }
    onRun(wish);
  }
  return (
    <Dialog open={open} onClose={onClose} title={`Run ${name}`} description={savesFirst && !version ? "Saves the draft first." : "Starts an execution and shows it on the canvas."}
      footer={<><CopyAs command={command} /><span className="flex-1" /><Button onClick={onClose}>Cancel</Button><Button look="primary" busy={busy} onClick={submit}>Run</Button></>}>
      <form className="flex flex-col gap-4" onSubmit={(event) => { event.preventDefault(); submit(); }} onKeyDown={(event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); event.stopPropagation(); submit(); } }}>
        {fields && !asJson ? fields.map((field) => (
          <InputField key={field.name} field={field} value={values[field.name] ?? ""} error={shown ? read.errors[field.name] : undefined} onChange={(value) => setValues((old) => ({ ...old, [field.name]: value }))} />
        )) : (
          <Field label="Input" hint="JSON; leave it empty for none." error={shown || text.trim() ? read.errors[""] : undefined}>
            <Textarea rows={8} className="font-mono text-xs" spellCheck={false} value={text} onChange={(event) => setText(event.target.value)} />
          </Field>
        )}
        {fields && <button type="button" className="self-start text-xs font-medium text-accent hover:underline" onClick={() => { if (!asJson && read.value !== undefined) setText(JSON.stringify(read.value, null, 2)); setAsJson(!asJson); }}>{asJson ? "Fill in a form" : "Write JSON instead"}</button>}
        <div className="grid grid-cols-2 gap-3">
          <Field label="Priority"><Select options={PRIORITIES} value={priority} onChange={(event) => setPriority(event.target.value)} /></Field>
          <Field label="Version"><Select options={[{ value: "", label: savesFirst ? "The draft, saved first" : "The latest" }, ...versions.map((each) => ({ value: String(each), label: `v${each}` }))]} value={version} onChange={(event) => setVersion(event.target.value)} /></Field>
        </div>
        <button type="submit" hidden />
      </form>
    </Dialog>
  );
}

function InputField({ field, value, error, onChange }: { field: SimpleField; value: string; error?: string; onChange: (value: string) => void }) {
  if (field.kind === "boolean") return <Checkbox label={field.label} checked={value === "true"} onChange={(checked) => onChange(String(checked))} />;
  const common = { value, onChange: (event: { target: { value: string } }) => onChange(event.target.value) };
  return (
    <Field label={field.label} hint={field.hint} error={error} required={field.required}>
      {field.options ? <Select options={[...(field.required ? [] : [{ value: "", label: "–" }]), ...field.options.map((each) => ({ value: each, label: each }))]} {...common} />
        : field.kind === "json" ? <Textarea rows={3} className="font-mono text-xs" {...common} />
        : <Input inputMode={field.kind === "number" || field.kind === "integer" ? "decimal" : undefined} placeholder={field.example} {...common} />}
    </Field>
  );
}

const key = (name: string) => `treadle.input.${name}`;

function lastInput(name: string): string | null {
  try {
    const kept = localStorage.getItem(key(name));
    return kept && kept !== "null" ? JSON.stringify(JSON.parse(kept), null, 2) : null;
  } catch {
    return null;
  }
}

function valuesOf(fields: SimpleField[] | null, last: string | null): Record<string, string> {
  const known = last ? (JSON.parse(last) as Record<string, unknown>) : {};
  return Object.fromEntries((fields ?? []).map(({ name, kind, fallback, required, options }) => {
    const value = known?.[name];
    if (value !== undefined) return [name, typeof value === "string" ? value : JSON.stringify(value)];
    return [name, fallback ?? (kind === "boolean" ? "false" : required && options ? options[0]! : "")];
  }));
}

interface Read { value?: unknown; errors: Record<string, string> }

function readJson(text: string): Read {
  if (!text.trim()) return { errors: {} };
  try {
    return { value: JSON.parse(text), errors: {} };
  } catch (error) {
    return { errors: { "": `This is not JSON: ${(error as Error).message}` } };
  }
}

function readForm(fields: SimpleField[], values: Record<string, string>): Read {
  const value: Record<string, unknown> = {};
  const errors: Record<string, string> = {};
  for (const field of fields) {
    const read = readField(field, values[field.name] ?? "");
    if (read.error) errors[field.name] = read.error;
    else if (read.value !== undefined) value[field.name] = read.value;
  }
  return { value, errors };
}

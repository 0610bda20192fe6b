import { X } from "lucide-react";
import { useState, type ReactNode } from "react";
import type { GraphConfig } from "@/graph/model";
import { IconButton } from "@/ui/Button";
import { Field, Input, Select, Textarea } from "@/ui/Field";
import type { Located } from "./draft/findings";
import type { Doc } from "./draft/store";
import { omit, without } from "./draft/settings";

interface Props { doc: Doc; findings: Located[]; readOnly: boolean; onChange: (edit: (doc: Doc) => Doc, tag: string) => void; onClose: () => void }
type Values = Record<string, unknown>;

/** What holds for a whole execution: what it is given, how long it may take, and how executions get on with each other. */
export function GraphSettings({ doc, findings, readOnly, onChange, onClose }: Props) {
  const settings = (doc.graph.settings ?? {}) as Values;
  const said = (field: string) => {
    const found = findings.find((each) => !each.node && !each.edge && each.path.length === 0 && (each.field === field || each.field.startsWith(`${field}.`) || each.field.startsWith(`${field}[`)));
    return found && `${found.finding.message}${found.finding.hint ? ` (${found.finding.hint})` : ""}`;
  };
  const setGraph = (change: (graph: GraphConfig) => GraphConfig, tag: string) => onChange((old) => ({ ...old, graph: change(old.graph) }), `settings.${tag}`);
  const set = (key: string, value: unknown) => setGraph((graph) => {
    const next = without({ ...(graph.settings ?? {}), [key]: value });
    return (Object.keys(next).length ? { ...graph, settings: next } : omit(graph, "settings")) as GraphConfig;
  }, key);
  const setIn = (key: string, inner: Values, defaults: Values = {}) => {
    const old = typeof settings[key] === "object" && settings[key] ? (settings[key] as Values) : key === "concurrency" && settings[key] !== undefined ? { limit: settings[key] } : {};
    const next = without({ ...defaults, ...old, ...inner });
    set(key, Object.keys(next).length ? next : undefined);
  };
  const of = (key: string): Values => (typeof settings[key] === "object" && settings[key] ? (settings[key] as Values) : key === "concurrency" && settings[key] !== undefined ? { limit: settings[key] } : {});
  const retry = of("retry"), concurrency = of("concurrency"), debounce = of("debounce");
  const onFailure = typeof settings.on_failure === "string" ? settings.on_failure : String((of("on_failure").workflow as string) ?? "");
  const number = (text: string) => (text.trim() === "" ? undefined : Number.isFinite(Number(text)) ? Number(text) : text);
  const field = (label: string, hint: string, path: string, value: unknown, onText: (text: string) => void, placeholder = "") => (
    <Field label={label} hint={hint} error={said(path)}><Input placeholder={placeholder} value={value === undefined || value === null ? "" : String(value)} onChange={(event) => onText(event.target.value)} /></Field>
  );
  return (
    <section aria-label="Workflow settings" className="flex min-h-0 flex-1 flex-col">
      <header className="flex h-11 shrink-0 items-center gap-2 border-b px-3">
        <h2 className="flex-1 text-sm font-semibold">Workflow settings</h2>
        <IconButton icon={X} label="Close settings" size="sm" onClick={onClose} />
      </header>
      <fieldset disabled={readOnly} className="flex min-h-0 flex-1 flex-col gap-6 overflow-auto p-3">
        <Field label="Description" hint="What it is for, in a sentence."><Textarea rows={2} value={doc.description} onChange={(event) => onChange((old) => ({ ...old, description: event.target.value }), "description")} /></Field>
        <Group title="Input and output">
          <JsonField label="Input schema" hint="A JSON Schema of the input. With it, Run opens a form, and each start is checked." value={doc.graph.input_schema} error={said("input_schema")} rows={7}
            placeholder={'{"type": "object", "properties": {…}}'} onValue={(value) => setGraph((graph) => (value === undefined ? omit(graph, "input_schema") : { ...graph, input_schema: value }) as GraphConfig, "input_schema")} />
          {field("Output", "An expression; without one, the output of the last node.", "settings.output", settings.output, (text) => set("output", text || undefined), "nodes.pay.output")}
          <JsonField label="Variables" hint="Constants that expressions read as vars." value={settings.vars} error={said("settings.vars")} rows={3} placeholder={'{"currency": "EUR"}'} onValue={(value) => set("vars", value)} />
        </Group>
        <Group title="Time and retries">
          {field("Time limit", "How long an execution may take, such as 30m or 7d.", "settings.timeout", settings.timeout, (text) => set("timeout", text || undefined), "no limit")}
          <div className="grid grid-cols-2 gap-3">
            {field("Attempts", "The first one counts.", "settings.retry.max_attempts", retry.max_attempts, (text) => setIn("retry", { max_attempts: number(text) }), "1")}
            {field("First pause", "Before the second.", "settings.retry.initial_interval", retry.initial_interval, (text) => setIn("retry", { initial_interval: text || undefined }), "1s")}
          </div>
          {field("When it has failed", "The workflow to start when an execution failed for good.", "settings.on_failure", onFailure, (text) => set("on_failure", text || undefined), "none")}
        </Group>
        <Group title="Several at a time">
          <div className="grid grid-cols-2 gap-3">
            {field("At most", "Executions at the same time.", "settings.concurrency.limit", concurrency.limit, (text) => setIn("concurrency", { limit: number(text) }), "no limit")}
            <Field label="Beyond that" hint="What a start does." error={said("settings.concurrency.on_limit")}>
              <Select options={[{ value: "wait", label: "Waits" }, { value: "skip", label: "Is refused" }, { value: "cancel_oldest", label: "Cancels the oldest" }]} value={String(concurrency.on_limit ?? "wait")}
                onChange={(event) => setIn("concurrency", { on_limit: event.target.value === "wait" ? undefined : event.target.value }, { limit: 1 })} />
            </Field>
          </div>
          {field("For each", "An expression over input; the limit then holds for each of its values.", "settings.concurrency.key", concurrency.key, (text) => setIn("concurrency", { key: text || undefined }, { limit: 1 }), "input.customer")}
          {field("Debounce", "Starts that come closer than this become one.", "settings.debounce.wait", debounce.wait, (text) => (text ? setIn("debounce", { wait: text }) : set("debounce", undefined)), "off")}
          <JsonField label="Rate limits" hint="A list, such as [{type: http.request, limit: 100, per: 1m}] as JSON." value={settings.rate_limits} error={said("settings.rate_limits")} rows={3} onValue={(value) => set("rate_limits", value)} />
          {field("Most activities", "Ends a loop that never stops.", "settings.max_activities", settings.max_activities, (text) => set("max_activities", number(text)), "100000")}
          {field("Queue", "Only workers that serve it take the executions.", "settings.queue", settings.queue, (text) => set("queue", text || undefined), "default")}
        </Group>
      </fieldset>
    </section>
  );
}

const Group = ({ title, children }: { title: string; children: ReactNode }) => (
  <section className="flex flex-col gap-3"><h3 className="border-b pb-1 text-xs font-semibold text-muted">{title}</h3>{children}</section>
);

function JsonField({ label, hint, value, error, rows, placeholder, onValue }: { label: string; hint: string; value: unknown; error?: string; rows: number; placeholder?: string; onValue: (value: unknown) => void }) {
  const [text, setText] = useState<string | null>(null);
  const [wrong, setWrong] = useState<string>();
  const shown = text ?? (value === undefined || value === null ? "" : JSON.stringify(value, null, 2));
  function type(next: string) {
    setText(next);
    try {
      onValue(next.trim() ? JSON.parse(next) : undefined);
      setWrong(undefined);
    } catch (problem) {
      setWrong(`Not JSON yet: ${(problem as Error).message}`);
    }
  }
  return (
    <Field label={label} hint={hint} error={wrong ?? error}>
      <Textarea rows={rows} className="font-mono text-xs!" spellCheck={false} placeholder={placeholder} value={shown} onChange={(event) => type(event.target.value)} onBlur={() => { if (!wrong) setText(null); }} />
    </Field>
  );
}

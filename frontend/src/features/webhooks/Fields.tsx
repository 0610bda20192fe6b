import { cx } from "@/ui/cx";
import { Field, Input, Select } from "@/ui/Field";
import type { Errors, Form } from "./form";
import { PRIORITIES } from "./words";

interface Props { form: Form; errors: Errors; set: (change: Partial<Form>) => void }
const KINDS = [{ value: "start", label: "Starts an execution" }, { value: "signal", label: "Signals one that waits" }] as const;

/** What a delivery does. */
export function DoesChoice({ form, errors, set }: Props) {
  return (
    <div className="flex flex-col gap-3">
      <div role="radiogroup" aria-label="What a delivery does" className="inline-flex self-start rounded-md border bg-sunken p-0.5">
        {KINDS.map((kind) => (
          <label key={kind.value} className={cx("inline-flex h-7 items-center rounded-sm px-2.5 text-sm font-medium has-focus-visible:outline-2 has-focus-visible:outline-accent", form.does === kind.value ? "bg-surface text-fg shadow-low" : "cursor-pointer text-muted hover:text-fg")}>
            <input type="radio" name="does" className="sr-only" checked={form.does === kind.value} onChange={() => set({ does: kind.value })} />{kind.label}
          </label>
        ))}
      </div>
      {form.does === "signal" && (
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label="Signal" required error={errors.signal} hint="The name that the execution waits for."><Input value={form.signal} placeholder="paid" onChange={(event) => set({ signal: event.target.value })} /></Field>
          <Field label="Execution" required error={errors.execution} hint="An expression for its id, which the sender was told."><Input className="font-mono" value={form.execution} placeholder="trigger.body.execution_id" onChange={(event) => set({ execution: event.target.value })} /></Field>
        </div>
      )}
    </div>
  );
}

/** What is seldom changed. */
export function More({ form, errors, set }: Props) {
  const wrong = (["trigger", "version", "priority"] as const).some((name) => errors[name]);
  return (
    <details className="group rounded-lg border" open={wrong || undefined}>
      <summary className="cursor-pointer rounded-lg px-4 py-2.5 text-sm font-medium hover:bg-hover/60">More settings</summary>
      <div className="grid gap-4 border-t p-4 sm:grid-cols-2">
        <Field label="Starts at" error={errors.trigger} hint="The id of a trigger node. Nothing: its trigger.webhook, or its first nodes."><Input className="font-mono" value={form.trigger} onChange={(event) => set({ trigger: event.target.value })} /></Field>
        <Field label="Version" error={errors.version} hint="Nothing: the latest at each delivery."><Input inputMode="numeric" value={form.version} onChange={(event) => set({ version: event.target.value })} /></Field>
        <Field label="Priority" error={errors.priority}><Select value={form.priority} options={PRIORITIES} onChange={(event) => set({ priority: event.target.value })} /></Field>
      </div>
    </details>
  );
}

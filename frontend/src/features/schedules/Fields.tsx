import { useMemo } from "react";
import { Combobox } from "@/ui/Combobox";
import { cx } from "@/ui/cx";
import { Field, Input, Select, Textarea } from "@/ui/Field";
import type { Errors, Form } from "./form";
import { CATCH_UPS, cronText, DSTS, OVERLAPS, PRIORITIES } from "./words";
import { knowsZone, localZone, offsetOf, offsetText } from "./zone";

interface Props { form: Form; errors: Errors; set: (change: Partial<Form>) => void }
const KINDS = [{ value: "cron", label: "Cron" }, { value: "interval", label: "Every so often" }, { value: "at", label: "At single times" }] as const;
const EXAMPLES = [{ cron: "0 9 * * MON-FRI", label: "Workdays at 9" }, { cron: "30 2 * * *", label: "Each night" }, { cron: "0 * * * *", label: "Each hour" }, { cron: "0 18 LW * *", label: "Last workday of the month" }];

/** When it fires. */
export function Timing({ form, errors, set }: Props) {
  const zones = useMemo(() => zoneOptions(), []);
  return (
    <>
      <div className="flex flex-col gap-3">
        <div role="radiogroup" aria-label="Kind of timing" className="inline-flex self-start rounded-md border bg-sunken p-0.5">
          {KINDS.map((kind) => (
            <label key={kind.value} className={cx("inline-flex h-7 items-center rounded-sm px-2.5 text-sm font-medium has-focus-visible:outline-2 has-focus-visible:outline-accent", form.kind === kind.value ? "bg-surface text-fg shadow-low" : "cursor-pointer text-muted hover:text-fg")}>
              <input type="radio" name="kind" className="sr-only" checked={form.kind === kind.value} onChange={() => set({ kind: kind.value })} />{kind.label}
            </label>
          ))}
        </div>
        {form.kind === "cron" && (
          <>
            <Field label="Cron" error={errors.cron} hint={cronText(form.cron) ?? "minute hour day-of-month month day-of-week"}><Input className="font-mono" value={form.cron} placeholder="0 9 * * MON-FRI" onChange={(event) => set({ cron: event.target.value })} /></Field>
            <div className="flex flex-wrap gap-1.5">{EXAMPLES.map((each) => <button key={each.cron} type="button" onClick={() => set({ cron: each.cron })} className="rounded-full border px-2.5 py-0.5 text-xs text-muted hover:bg-hover hover:text-fg">{each.label}</button>)}</div>
          </>
        )}
        {form.kind === "interval" && <Field label="Every" error={errors.interval} hint="Such as 90s, 15m, 2h or 7d. Elapsed time: clock changes do not touch it."><Input value={form.interval} onChange={(event) => set({ interval: event.target.value })} /></Field>}
        {form.kind === "at" && <Field label="Times" error={errors.at} hint="One a line, by the clock of the time zone below."><Textarea className="font-mono text-xs!" rows={3} value={form.at} placeholder="2026-12-24 09:00" onChange={(event) => set({ at: event.target.value })} /></Field>}
      </div>
      <Field label="Time zone" error={errors.timezone} hint={knowsZone(form.timezone) ? undefined : "This browser does not know it."}><Combobox free value={form.timezone} options={zones} placeholder="Europe/Berlin" onChange={(value) => set({ timezone: value })} /></Field>
    </>
  );
}

/** What is seldom changed. */
export function Details({ form, errors, set, isNew }: Props & { isNew: boolean }) {
  const wrong = (["overlap", "catch_up", "dst", "jitter", "start_at", "end_at", "version", "priority", "id"] as const).some((name) => errors[name]);
  return (
    <details className="group rounded-lg border" open={wrong || undefined}>
      <summary className="cursor-pointer rounded-lg px-4 py-2.5 text-sm font-medium hover:bg-hover/60">More settings</summary>
      <div className="grid gap-4 border-t p-4 sm:grid-cols-2">
        <Field label="If one is open still" error={errors.overlap}><Select value={form.overlap} options={OVERLAPS} onChange={(event) => set({ overlap: event.target.value })} /></Field>
        <Field label="After downtime" error={errors.catch_up}><Select value={form.catch_up} options={CATCH_UPS} onChange={(event) => set({ catch_up: event.target.value })} /></Field>
        {form.kind === "cron" && <Field label="When clocks change" error={errors.dst} hint="A time that the change leaves out, and one that comes twice."><Select value={form.dst} options={DSTS} onChange={(event) => set({ dst: event.target.value })} /></Field>}
        <Field label="Jitter" error={errors.jitter} hint="Each fire comes up to so much later, such as 5m."><Input value={form.jitter} onChange={(event) => set({ jitter: event.target.value })} /></Field>
        <Field label="Not before" error={errors.start_at}><Input type="datetime-local" value={form.start_at} onChange={(event) => set({ start_at: event.target.value })} /></Field>
        <Field label="Not after" error={errors.end_at}><Input type="datetime-local" value={form.end_at} onChange={(event) => set({ end_at: event.target.value })} /></Field>
        <Field label="Version" error={errors.version} hint="Nothing: the latest at each fire."><Input inputMode="numeric" value={form.version} onChange={(event) => set({ version: event.target.value })} /></Field>
        <Field label="Priority" error={errors.priority}><Select value={form.priority} options={PRIORITIES} onChange={(event) => set({ priority: event.target.value })} /></Field>
        {isNew && <Field label="Id" error={errors.id} hint="Nothing: one is made."><Input value={form.id} maxLength={128} onChange={(event) => set({ id: event.target.value })} /></Field>}
      </div>
    </details>
  );
}

function zoneOptions() {
  const now = Date.now();
  const names = ["UTC", localZone(), ...Intl.supportedValuesOf("timeZone")];
  return [...new Set(names)].map((value) => ({ value, label: value.replaceAll("_", " "), hint: offsetText(offsetOf(now, value)) }));
}

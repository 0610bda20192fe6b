import { useState } from "react";
import { Problem } from "@/api/problem";
import { useSaveSchedule, useTimingPreview, type Schedule } from "@/api/schedules";
import { useWorkflows } from "@/api/workflows";
import { Button } from "@/ui/Button";
import { Combobox } from "@/ui/Combobox";
import { Drawer } from "@/ui/Dialog";
import { Field, Textarea } from "@/ui/Field";
import { ErrorState } from "@/ui/States";
import { toast } from "@/ui/Toast";
import { useSettled } from "./useSettled";
import { bodyOf, emptyForm, errorsOf, formOf, timingOf, type Errors, type Form } from "./form";
import { FireList } from "./NextFires";
import { Details, Timing } from "./Fields";
import { localZone } from "./zone";

/** Makes a schedule, or changes one; shows its next fires while it is typed. */
export function ScheduleForm({ schedule, workflow, onClose, onSaved }: { schedule?: Schedule; workflow: string; onClose: () => void; onSaved: (saved: Schedule) => void }) {
  const [form, setForm] = useState<Form>(() => (schedule ? formOf(schedule) : emptyForm(workflow, localZone())));
  const [own, setOwn] = useState<Errors>({});
  const names = useWorkflows().data?.items.map((row) => ({ value: row.name, label: row.name })) ?? [];
  const save = useSaveSchedule(schedule?.id);
  const preview = useTimingPreview(useSettled(timingOf(form, 8), 300));
  const told = preview.error instanceof Problem ? errorsOf(preview.error.errors, form) : null;
  const refused = save.error instanceof Problem ? errorsOf(save.error.errors, form) : null;
  const errors: Errors = { ...told?.errors, ...refused?.errors, ...own };
  const set = (change: Partial<Form>) => {
    setForm((old) => ({ ...old, ...change }));
    setOwn({});
    if (save.isError) save.reset();
  };
  function send() {
    const read = bodyOf(form);
    if ("errors" in read) { setOwn(read.errors); return; }
    const first = schedule ? {} : { workflow: form.workflow, ...(form.id.trim() && { id: form.id.trim() }) };
    save.mutate({ ...first, ...read.body }, { onSuccess: (saved) => { toast.ok(schedule ? "The schedule is changed" : "The schedule is on"); onSaved(saved); } });
  }
  return (
    <Drawer open onClose={onClose} title={schedule ? "Edit the schedule" : "New schedule"} description={schedule ? `It starts ${schedule.workflow}.` : "It starts a workflow by itself."}
      footer={<><Button onClick={onClose}>Cancel</Button><Button look="primary" busy={save.isPending} onClick={send}>{schedule ? "Save" : "Create"}</Button></>}>
      <form className="flex flex-col gap-5" onSubmit={(event) => { event.preventDefault(); send(); }}>
        {!schedule && <Field label="Workflow" required error={errors.workflow}><Combobox value={form.workflow} options={names} placeholder="Choose a workflow" onChange={(value) => set({ workflow: value })} /></Field>}
        <Timing form={form} errors={errors} set={set} />
        <section aria-label="Next fires" className="flex flex-col gap-2">
          <h3 className="text-sm font-medium">Next fires</h3>
          {preview.isError ? (told && told.rest.length === 0 ? <p className="text-sm text-muted">They are shown when the timing is right.</p> : <ErrorState compact error={preview.error} />)
            : !preview.data ? <p className="text-sm text-muted">{preview.isPending && preview.fetchStatus === "idle" ? "They are shown when the timing is complete." : "Looking…"}</p>
            : preview.data.fires.length === 0 ? <p className="text-sm text-muted">Nothing would be due.</p> : <FireList fires={preview.data.fires} zone={form.timezone} />}
        </section>
        <Field label="Input" hint="JSON; what each execution gets as its input." error={errors.input}><Textarea className="font-mono text-xs!" rows={3} spellCheck={false} placeholder="{}" value={form.input} onChange={(event) => set({ input: event.target.value })} /></Field>
        <Details form={form} errors={errors} set={set} isNew={!schedule} />
        {save.isError && (!refused || refused.rest.length > 0 || Object.keys(refused.errors).length === 0) && <ErrorState compact error={save.error} />}
        <button type="submit" hidden />
      </form>
    </Drawer>
  );
}

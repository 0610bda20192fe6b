import { useState } from "react";
import { Problem } from "@/api/problem";
import { useSaveWebhook, useSecretNames, type Webhook } from "@/api/webhooks";
import { useWorkflows } from "@/api/workflows";
import { Button } from "@/ui/Button";
import { Combobox } from "@/ui/Combobox";
import { Drawer } from "@/ui/Dialog";
import { Field, Input, Select, Textarea } from "@/ui/Field";
import { ErrorState } from "@/ui/States";
import { toast } from "@/ui/Toast";
import { DoesChoice, More } from "./Fields";
import { bodyOf, emptyForm, errorsOf, formOf, type Errors, type Form } from "./form";
import { SIGNINGS } from "./words";

/** Makes a webhook, or changes one. */
export function WebhookForm({ webhook, workflow, onClose, onSaved }: { webhook?: Webhook; workflow: string; onClose: () => void; onSaved: (saved: Webhook) => void }) {
  const [form, setForm] = useState<Form>(() => (webhook ? formOf(webhook) : emptyForm(workflow)));
  const [own, setOwn] = useState<Errors>({});
  const names = useWorkflows().data?.items.map((row) => ({ value: row.name, label: row.name })) ?? [];
  const signed = form.signing !== "none";
  const secrets = useSecretNames(signed).map((name) => ({ value: name, label: name }));
  const save = useSaveWebhook(webhook?.id);
  const refused = save.error instanceof Problem ? errorsOf(save.error.errors, form) : null;
  const errors: Errors = { ...refused?.errors, ...own };
  const set = (change: Partial<Form>) => {
    setForm((old) => ({ ...old, ...change }));
    setOwn({});
    if (save.isError) save.reset();
  };
  function send() {
    const read = bodyOf(form);
    if ("errors" in read) { setOwn(read.errors); return; }
    save.mutate({ ...(webhook ? {} : { workflow: form.workflow }), ...read.body }, { onSuccess: (saved) => { toast.ok(webhook ? "The webhook is changed" : "The webhook takes deliveries"); onSaved(saved); } });
  }
  return (
    <Drawer open onClose={onClose} title={webhook ? "Edit the webhook" : "New webhook"} description={webhook ? "Its address stays as it is." : "An address at which another system delivers."}
      footer={<><Button onClick={onClose}>Cancel</Button><Button look="primary" busy={save.isPending} onClick={send}>{webhook ? "Save" : "Create"}</Button></>}>
      <form className="flex flex-col gap-5" onSubmit={(event) => { event.preventDefault(); send(); }}>
        {!webhook && <Field label="Workflow" required error={errors.workflow}><Combobox value={form.workflow} options={names} placeholder="Choose a workflow" onChange={(value) => set({ workflow: value })} /></Field>}
        <Field label="Description" hint="What you call it in lists; such as who delivers." error={errors.description}><Input value={form.description} maxLength={1000} placeholder="Orders from the shop" onChange={(event) => set({ description: event.target.value })} /></Field>
        <DoesChoice form={form} errors={errors} set={set} />
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label="Signing" error={errors.signing} hint={SIGNINGS.find((each) => each.value === form.signing)?.hint}><Select value={form.signing} options={SIGNINGS} onChange={(event) => set({ signing: event.target.value })} /></Field>
          {signed && <Field label="Secret" required error={errors.secret} hint="The name of one whose value both sides know. The page Secrets adds it."><Combobox free value={form.secret} options={secrets} placeholder="shop" onChange={(value) => set({ secret: value })} /></Field>}
        </div>
        <Field label={form.does === "signal" ? "Payload" : "Input"} error={errors.input} hint={<>JSON or a template in which <code className="font-mono">trigger</code> is what was delivered. {form.does === "signal" ? "Nothing: the whole of it." : "Nothing: null; the node trigger.webhook has it all the same."}</>}>
          <Textarea className="font-mono text-xs!" rows={3} spellCheck={false} placeholder="{{ trigger.body }}" value={form.input} onChange={(event) => set({ input: event.target.value })} />
        </Field>
        {form.does === "start" && <More form={form} errors={errors} set={set} />}
        {save.isError && (!refused || refused.rest.length > 0 || Object.keys(refused.errors).length === 0) && <ErrorState compact error={save.error} />}
        <button type="submit" hidden />
      </form>
    </Drawer>
  );
}

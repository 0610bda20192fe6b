import { createElement, useState } from "react";
import { Button } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { Dialog } from "@/ui/Dialog";
import { Field, Input } from "@/ui/Field";
import { nodeIcon } from "./icons";
import { TEMPLATES } from "./templates";

export const WORKFLOW_NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;

/** Asks for a name and what to begin with. Nothing is stored yet: `onCreate` opens the canvas, whose first save creates the workflow. */
export function NewWorkflow({ open, onClose, onCreate, taken = [], name: given = "" }: { open: boolean; onClose: () => void; onCreate: (name: string, template: string) => void; taken?: string[]; name?: string }) {
  const [name, setName] = useState(given);
  const [template, setTemplate] = useState("empty");
  const trimmed = name.trim();
  const error = trimmed === "" ? undefined : !WORKFLOW_NAME.test(trimmed) ? "Letters, digits, _ - and . only, and no spaces." : taken.includes(trimmed) ? "There is a workflow of this name already." : undefined;
  const ready = trimmed !== "" && !error;
  const create = () => { if (ready) onCreate(trimmed, template); };
  return (
    <Dialog open={open} onClose={onClose} title="New workflow" description="Give it a name; nothing is stored until you save."
      footer={<><Button onClick={onClose}>Cancel</Button><Button look="primary" disabled={!ready} onClick={create}>Create</Button></>}>
      <form className="flex flex-col gap-4" onSubmit={(event) => { event.preventDefault(); create(); }}>
        <Field label="Name" error={error} hint="Such as order_refund. It is part of addresses and commands.">
          <Input value={name} onChange={(event) => setName(event.target.value)} placeholder="my_workflow" maxLength={128} />
        </Field>
        <fieldset>
          <legend className="mb-2 text-sm font-medium">Begin with</legend>
          <div className="grid gap-2 sm:grid-cols-2">
            {TEMPLATES.map((each) => (
              <label key={each.id} className={cx("panel flex cursor-pointer items-start gap-3 p-3 has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent", template === each.id ? "border-accent bg-accent-soft" : "hover:bg-hover")}>
                <input type="radio" name="template" value={each.id} checked={template === each.id} onChange={() => setTemplate(each.id)} className="sr-only" />
                {createElement(nodeIcon(each.icon), { size: 18, "aria-hidden": true, className: cx("mt-0.5 shrink-0", template === each.id ? "text-accent" : "text-muted") })}
                <span><span className="block text-sm font-medium">{each.title}</span><span className="block text-xs text-muted">{each.summary}</span></span>
              </label>
            ))}
          </div>
        </fieldset>
        <button type="submit" hidden />
      </form>
    </Dialog>
  );
}

import { useState, type FormEvent } from "react";
import { useSetSecret } from "@/api/secrets";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Field, Input } from "@/ui/Field";
import { ErrorState } from "@/ui/States";
import { toast } from "@/ui/Toast";

const NAME = "[A-Za-z][A-Za-z0-9_.\\-]{0,99}";

/** Sets a secret: a new one, or another value for `name`. What is typed is shown to nobody. */
export function SetDialog({ name, onClose }: { name: string | null; onClose: () => void }) {
  const [typed, setTyped] = useState("");
  const [value, setValue] = useState("");
  const set = useSetSecret();
  const named = name ?? typed;
  function save(event: FormEvent) {
    event.preventDefault();
    set.mutate({ name: named, value }, { onSuccess: () => { toast.ok(`${named} is set; calls that begin from now on get it`); onClose(); } });
  }
  return (
    <Dialog
      open onClose={onClose} title={name === null ? "Add a secret" : `Replace ${name}`}
      description={name === null ? "Graphs name it; its value is never shown again." : "The present value is gone when you save."}
      footer={<><Button onClick={onClose}>Cancel</Button><Button look="primary" type="submit" form="secret" busy={set.isPending} disabled={!named || !value}>{name === null ? "Add" : "Replace"}</Button></>}
    >
      <form id="secret" onSubmit={save} className="flex flex-col gap-4">
        {name === null && (
          <Field label="Name" hint="A letter, then letters, digits, _ . or -" required>
            <Input value={typed} pattern={NAME} required className="font-mono" placeholder="shop-key" onChange={(event) => setTyped(event.target.value)} />
          </Field>
        )}
        <Field label="Value" hint="A text of at most 64 KiB" required>
          <Input type="password" autoComplete="new-password" required value={value} onChange={(event) => setValue(event.target.value)} />
        </Field>
        {set.isError && <ErrorState compact error={set.error} />}
      </form>
    </Dialog>
  );
}

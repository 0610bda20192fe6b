import { useState } from "react";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Field, Input } from "@/ui/Field";
import { setMe } from "@/ui/me";

/** Asks for a name once; it is kept in this browser. */
export function MeDialog({ name, onClose }: { name: string; onClose: () => void }) {
  const [typed, setTyped] = useState(name);
  const keep = () => { setMe(typed); onClose(); };
  return (
    <Dialog open onClose={onClose} title="Who are you?" footer={<><Button onClick={onClose}>Cancel</Button><Button look="primary" onClick={keep}>Keep this name</Button></>}>
      <form onSubmit={(event) => { event.preventDefault(); keep(); }}>
        <Field label="Your name" hint="As workflows name you. Your decisions are recorded under it. It is kept in this browser and proves nothing.">
          <Input value={typed} maxLength={200} autoComplete="username" placeholder="ann" onChange={(event) => setTyped(event.target.value)} />
        </Field>
      </form>
    </Dialog>
  );
}

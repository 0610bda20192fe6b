import { Bookmark, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Field, Input } from "@/ui/Field";
import { Menu } from "@/ui/Menu";
import { toast } from "@/ui/Toast";
import { PRESETS, readSaved, type Saved } from "./terms";

const KEY = "treadle.executions.saved";

function stored(): Saved[] {
  try { return readSaved(localStorage.getItem(KEY)); } catch { return []; }
}

/** Presets, and searches that were saved in this browser. */
export function SavedMenu({ q, onSearch }: { q: string; onSearch: (q: string) => void }) {
  const [saved, setSaved] = useState(stored);
  const [naming, setNaming] = useState(false);
  const [name, setName] = useState("");
  const own = saved.find((each) => each.q === q);
  const item = (each: Saved) => ({ label: each.name, checked: each.q === q, onSelect: () => onSearch(each.q) });
  function store(next: Saved[]) {
    setSaved(next);
    try { localStorage.setItem(KEY, JSON.stringify(next)); } catch { toast.info("The browser does not store this; it is kept until you leave the page."); }
  }
  function add() {
    if (!name.trim()) return;
    store([...saved.filter((each) => each.name !== name.trim()), { name: name.trim(), q }]);
    toast.ok(`Saved as “${name.trim()}”`);
    setNaming(false);
    setName("");
  }
  return (
    <>
      <Menu items={[
        ...PRESETS.map(item),
        ...(saved.length ? [null, ...saved.map(item)] : []),
        null,
        { label: "Save this search…", icon: Plus, disabled: q === "", onSelect: () => setNaming(true) },
        ...(own ? [{ label: `Forget “${own.name}”`, icon: Trash2, onSelect: () => store(saved.filter((each) => each !== own)) }] : []),
      ]}>
        <Button icon={Bookmark} aria-label="Saved searches" className="h-9"><span className="max-md:sr-only">{[...PRESETS, ...saved].find((each) => each.q === q)?.name ?? "Searches"}</span></Button>
      </Menu>
      <Dialog open={naming} onClose={() => setNaming(false)} title="Save this search" description="It is kept in this browser."
        footer={<><Button onClick={() => setNaming(false)}>Cancel</Button><Button look="primary" disabled={!name.trim()} onClick={add}>Save</Button></>}>
        <form onSubmit={(event) => { event.preventDefault(); add(); }}>
          <Field label="Name" hint={<code className="font-mono">{q}</code>}><Input value={name} maxLength={60} onChange={(event) => setName(event.target.value)} /></Field>
        </form>
      </Dialog>
    </>
  );
}

import { Command } from "cmdk";
import { Search } from "lucide-react";
import { Dialog } from "radix-ui";
import { useState } from "react";
import { Kbd } from "@/ui/Kbd";
import { usePaletteItems, type Entry } from "./usePaletteItems";

/** The command palette: a search over all there is and all that can be done, by keyboard. */
export function Palette({ open, onClose }: { open: boolean; onClose: () => void }) {
  const [text, setText] = useState("");
  const [picked, setPicked] = useState("");
  const { groups, searching } = usePaletteItems(text);
  const ids = groups.flatMap((group) => group.entries.map((entry) => entry.id));
  const selected = ids.includes(picked) ? picked : (ids[0] ?? "");
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-scrim" />
        <Dialog.Content aria-describedby={undefined} className="overlay fixed top-[10vh] left-1/2 z-40 flex max-h-[70vh] w-[calc(100vw-1.5rem)] max-w-xl -translate-x-1/2 flex-col overflow-hidden focus:outline-none">
          <Dialog.Title className="sr-only">Search and commands</Dialog.Title>
          <Command label="Search and commands" loop shouldFilter={false} value={selected} onValueChange={setPicked} className="flex min-h-0 flex-col">
            <div className="flex items-center gap-2.5 border-b px-4">
              <Search aria-hidden size={17} className="shrink-0 text-faint" />
              <Command.Input autoFocus value={text} onValueChange={(next) => { setText(next); setPicked(""); }} placeholder="Go to, run, or find by id" className="h-12 min-w-0 flex-1 bg-transparent text-base outline-none" />
              <Kbd keys="escape" />
            </div>
            <Command.List aria-label="Results" className="min-h-0 flex-1 overflow-auto scroll-py-2 p-2">
              {searching && <Command.Loading><p className="px-3 py-1.5 text-xs text-muted">Looking for executions…</p></Command.Loading>}
              <Command.Empty className="px-3 py-10 text-center text-sm text-muted">Nothing has “{text}” in its name.</Command.Empty>
              {groups.map(({ title, entries }) => entries.length > 0 && (
                <Command.Group key={title} heading={title} className="[&_[cmdk-group-heading]]:px-3 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-faint">
                  {entries.map((entry) => <Line key={entry.id} entry={entry} onDone={onClose} />)}
                </Command.Group>
              ))}
            </Command.List>
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Line({ entry, onDone }: { entry: Entry; onDone: () => void }) {
  const Icon = entry.icon;
  return (
    <Command.Item value={entry.id} onSelect={() => { onDone(); entry.run(); }}
      className="flex min-h-9 cursor-pointer items-center gap-3 rounded-md px-3 py-1 text-sm data-[selected=true]:bg-hover">
      <Icon aria-hidden size={16} className="shrink-0 text-muted" />
      <span className="min-w-0 flex-1 truncate">{entry.label}</span>
      {entry.hint && <span className="shrink-0 text-xs text-muted max-sm:max-w-32 max-sm:truncate">{entry.hint}</span>}
      {entry.keys && <Kbd keys={entry.keys} />}
    </Command.Item>
  );
}

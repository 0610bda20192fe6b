import { Dialog } from "@/ui/Dialog";
import { Kbd } from "@/ui/Kbd";
import { useShortcutGroups } from "@/ui/shortcuts";

/** All keys that do something on the page that is open. */
export function KeyboardSheet({ open, onClose }: { open: boolean; onClose: () => void }) {
  const groups = useShortcutGroups();
  return (
    <Dialog open={open} onClose={onClose} title="Keyboard" description="Keys that work on this page." wide>
      <div className="grid gap-6 sm:grid-cols-2">
        {groups.map((group) => (
          <section key={group.title}>
            <h3 className="mb-2 text-xs font-semibold text-muted">{group.title}</h3>
            <dl className="flex flex-col gap-1.5">
              {group.shortcuts.filter((each) => each.keys !== "shift+?").map((each) => (
                <div key={each.keys} className="flex items-center justify-between gap-4 text-sm"><dt>{each.label}</dt><dd><Kbd keys={each.keys} /></dd></div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}

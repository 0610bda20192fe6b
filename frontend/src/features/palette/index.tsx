import { useNavigate } from "@tanstack/react-router";
import { useWorkflows } from "@/api/workflows";
import { Combobox } from "@/ui/Combobox";
import { Dialog } from "@/ui/Dialog";

/** The command palette: a search over what there is, by keyboard. */
export function Palette({ open, onClose }: { open: boolean; onClose: () => void }) {
  const navigate = useNavigate();
  const names = useWorkflows().data?.items.map((row) => ({ value: row.name, label: row.name })) ?? [];
  return (
    <Dialog open={open} onClose={onClose} title="Go to">
      <Combobox aria-label="Workflow" placeholder="A workflow's name" value="" options={names}
        onChange={(name) => { onClose(); void navigate({ to: "/w/$name", params: { name } }); }} />
    </Dialog>
  );
}

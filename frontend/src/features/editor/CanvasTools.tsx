import { CircleAlert, CircleCheck, LayoutDashboard, Plus, Settings, TriangleAlert } from "lucide-react";
import { Button, IconButton } from "@/ui/Button";
import { cx } from "@/ui/cx";

interface Props { errors: number; warnings: number; readOnly: boolean; side: string | undefined; onAdd: () => void; onArrange: () => void; onSettings: () => void; onProblems: () => void }

/** The few tools over the canvas. */
export function CanvasTools({ errors, warnings, readOnly, side, onAdd, onArrange, onSettings, onProblems }: Props) {
  const Icon = errors ? CircleAlert : warnings ? TriangleAlert : CircleCheck;
  return (
    <>
      {!readOnly && (
        <div className="absolute top-3 left-3 z-10 flex gap-1.5">
          <Button icon={Plus} onClick={onAdd} title="Add a node (a)">Add node</Button>
        </div>
      )}
      <div className="overlay absolute top-3 right-3 z-10 flex items-center gap-0.5 p-0.5" role="toolbar" aria-label="Canvas">
        {!readOnly && (
          <button type="button" aria-pressed={side === "problems"} onClick={onProblems}
            className={cx("inline-flex h-7 items-center gap-1.5 rounded-md px-2 text-sm font-medium hover:bg-hover", errors ? "text-fail" : warnings ? "text-wait" : "text-muted")}>
            <Icon aria-hidden size={15} />
            {errors + warnings === 0 ? <span className="sr-only sm:not-sr-only">No problems</span> : `${errors + warnings} ${errors + warnings === 1 ? "problem" : "problems"}`}
          </button>
        )}
        {!readOnly && <IconButton icon={LayoutDashboard} label="Tidy up the layout" shortcut="l" size="sm" onClick={onArrange} />}
        <IconButton icon={Settings} label="Workflow settings" shortcut="s" size="sm" aria-pressed={side === "settings"} onClick={onSettings} />
      </div>
    </>
  );
}

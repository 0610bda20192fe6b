import { SquareArrowOutUpRight } from "lucide-react";
import { Button } from "../Button";
import { useForm } from "./context";

/** The graph inside of a node is drawn on the canvas, not filled in here. */
export function InnerGraph({ value }: { value: unknown }) {
  const { onEnterGraph } = useForm();
  const count = ((value as { nodes?: unknown[] } | undefined)?.nodes ?? []).length;
  return (
    <div className="flex items-center gap-3 rounded-md border bg-sunken px-3 py-2 text-sm">
      <span className="flex-1">{count === 0 ? "No nodes yet" : `${count} ${count === 1 ? "node" : "nodes"}`}</span>
      {onEnterGraph && value !== undefined && <Button size="sm" icon={SquareArrowOutUpRight} onClick={onEnterGraph}>Open on the canvas</Button>}
    </div>
  );
}

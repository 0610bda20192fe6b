import {
  ArrowDownUp, ArrowRightLeft, Box, Calendar, Circle, CircleX, Clock, CopyMinus, Dice5, DoorOpen, FileInput, FileOutput, FileText, Filter, Globe, Group,
  Hourglass, ListChecks, ListTree, Loader, Merge, MessageSquareText, Package, Pencil, Play, Puzzle, Radio, Repeat, Repeat1, RotateCw, Rows3, Scissors, Sigma,
  Split, Square, Timer, Ungroup, UserCheck, Webhook, Workflow, type LucideIcon,
} from "lucide-react";

/** Icons by the names that node types give (`icon` of GET /node-types). An unknown one is a piece of a puzzle. */
const ICONS: Record<string, LucideIcon> = {
  "arrow-down-up": ArrowDownUp, "arrow-right-left": ArrowRightLeft, box: Box, calendar: Calendar, circle: Circle, "circle-x": CircleX, clock: Clock,
  "copy-minus": CopyMinus, "dice-5": Dice5, "door-open": DoorOpen, "file-input": FileInput, "file-output": FileOutput, "file-text": FileText, filter: Filter,
  globe: Globe, group: Group, hourglass: Hourglass, "list-checks": ListChecks, "list-tree": ListTree, loader: Loader, merge: Merge,
  "message-square-text": MessageSquareText, package: Package, pencil: Pencil, play: Play, radio: Radio, repeat: Repeat, "repeat-1": Repeat1,
  "rotate-cw": RotateCw, "rows-3": Rows3, scissors: Scissors, sigma: Sigma, split: Split, square: Square, timer: Timer, ungroup: Ungroup,
  "user-check": UserCheck, webhook: Webhook, workflow: Workflow,
};

export function nodeIcon(name: string | undefined): LucideIcon {
  return ICONS[name ?? ""] ?? Puzzle;
}

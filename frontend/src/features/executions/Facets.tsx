import { ChevronDown, Workflow } from "lucide-react";
import { Button } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { Menu } from "@/ui/Menu";
import { statusesOf, statusLook, TONE_CLASS } from "@/ui/status";
import { toggleValue, valuesOf, withValues } from "./terms";

interface Counts { status: Record<string, number>; workflow: { value: string; count: number }[]; total: number; capped: boolean }
interface Props { q: string; counts: Counts | null | undefined; onSearch: (q: string) => void }

const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

/** How many there are of each status and workflow; a chip switches its filter. */
export function Facets({ q, counts, onSearch }: Props) {
  const chosen = valuesOf(q, "status");
  const workflows = valuesOf(q, "workflow");
  const listed = counts?.workflow ?? [];
  const all = [...listed, ...workflows.filter((name) => !listed.some((each) => each.value === name)).map((value) => ({ value, count: 0 }))];
  return (
    <div className="flex items-center gap-1.5 overflow-x-auto p-0.5">
      <div role="group" aria-label="Status" className="flex gap-1.5">
        {statusesOf("execution").map((status) => {
          const { tone, icon: Icon, label } = statusLook("execution", status);
          const count = counts?.status[status];
          const on = chosen.includes(status);
          return (
            <button key={status} type="button" aria-pressed={on} onClick={() => onSearch(toggleValue(q, "status", status))}
              className={cx(
                "inline-flex h-7 items-center gap-1.5 rounded-full border px-2.5 text-sm whitespace-nowrap transition-colors", TONE_CLASS[tone],
                on ? "border-tone bg-tone-soft font-medium text-tone" : "border-line text-muted hover:bg-hover hover:text-fg", count === 0 && !on && "border-dashed",
              )}>
              <Icon aria-hidden size={13} className="text-tone" />
              {label}
              {count !== undefined && <span className="text-xs tabular-nums">{compact.format(count)}{counts?.capped && count >= 10_000 ? "+" : ""}</span>}
            </button>
          );
        })}
      </div>
      <span aria-hidden className="mx-1 h-4 w-px shrink-0 bg-line" />
      <Menu align="start" items={[
        { label: "All workflows", checked: workflows.length === 0, onSelect: () => onSearch(withValues(q, "workflow", [])) },
        null,
        ...all.map(({ value, count }) => ({
          label: <span className="flex items-baseline justify-between gap-6"><span className="truncate">{value}</span><span className="text-xs text-muted">{compact.format(count)}</span></span>,
          checked: workflows.includes(value), onSelect: () => onSearch(toggleValue(q, "workflow", value)),
        })),
      ]}>
        <Button size="sm" look="ghost" icon={Workflow} className={cx(workflows.length > 0 && "bg-accent-soft text-accent")}>
          {workflows.length === 0 ? "All workflows" : workflows.length === 1 ? workflows[0] : `${workflows.length} workflows`}
          <ChevronDown aria-hidden size={13} />
        </Button>
      </Menu>
    </div>
  );
}

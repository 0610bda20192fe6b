import { Tabs as Radix } from "radix-ui";
import type { ReactNode } from "react";

export interface Tab { value: string; label: ReactNode; count?: number; content?: ReactNode }

/** Keep `value` in the URL. Only the open tab's content is mounted. */
export function Tabs({ tabs, value, onChange, label, className }: { tabs: Tab[]; value: string; onChange: (value: string) => void; label: string; className?: string }) {
  return (
    <Radix.Root value={value} onValueChange={onChange} className={className ?? "flex min-h-0 flex-1 flex-col"}>
      <Radix.List aria-label={label} className="flex shrink-0 gap-1 overflow-x-auto border-b px-3">
        {tabs.map((tab) => (
          <Radix.Trigger key={tab.value} value={tab.value}
            className="-mb-px inline-flex h-9 items-center gap-1.5 border-b-2 border-transparent px-2 text-sm font-medium whitespace-nowrap text-muted hover:text-fg data-[state=active]:border-accent data-[state=active]:text-fg">
            {tab.label}
            {tab.count !== undefined && <span className="rounded-full bg-hover px-1.5 text-xs text-muted">{tab.count}</span>}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {tabs.map((tab) => (
        <Radix.Content key={tab.value} value={tab.value} className="min-h-0 flex-1 overflow-auto">{tab.content}</Radix.Content>
      ))}
    </Radix.Root>
  );
}

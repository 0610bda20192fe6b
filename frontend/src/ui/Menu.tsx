import type { LucideIcon } from "lucide-react";
import { DropdownMenu as Radix } from "radix-ui";
import type { ReactElement, ReactNode } from "react";
import { cx } from "./cx";
import { Kbd } from "./Kbd";

export interface MenuItem { label: ReactNode; onSelect: () => void; icon?: LucideIcon; shortcut?: string; danger?: boolean; disabled?: boolean; checked?: boolean }

/** `items` may hold null for a line between groups. `children` is the button that opens it. */
export function Menu({ items, children, align = "end" }: { items: (MenuItem | null)[]; children: ReactElement; align?: "start" | "end" }) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content align={align} sideOffset={4} collisionPadding={8} className="overlay z-50 min-w-44 p-1">
          {items.map((item, index) =>
            item === null ? (
              <Radix.Separator key={index} className="my-1 h-px bg-line" />
            ) : (
              <Radix.Item key={index} disabled={item.disabled} onSelect={item.onSelect}
                className={cx("flex h-8 items-center gap-2 rounded-sm px-2 text-sm outline-none data-[disabled]:opacity-50 data-[highlighted]:bg-hover", item.danger && "text-fail")}>
                {item.icon && <item.icon aria-hidden size={15} />}
                <span className="flex-1">{item.label}</span>
                {item.checked && <span aria-label="chosen">✓</span>}
                {item.shortcut && <Kbd keys={item.shortcut} />}
              </Radix.Item>
            ),
          )}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

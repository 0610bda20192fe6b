import { useRef, type HTMLAttributes, type KeyboardEvent, type ReactNode } from "react";
import { cx } from "./cx";

/** j/k or arrows move through `[data-row]`, Home and End to the ends, Enter opens (clicks), Space selects (its checkbox). */
function moveRows(event: KeyboardEvent<HTMLElement>): void {
  const target = event.target as HTMLElement;
  // Of a menu or dialog that belongs to a row, React tells its keys here too.
  if (!event.currentTarget.contains(target) || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || event.ctrlKey || event.metaKey || event.altKey) return;
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-row]")];
  const at = rows.findIndex((row) => row.contains(target));
  const steps: Record<string, number> = { ArrowDown: at + 1, j: at + 1, ArrowUp: at - 1, k: at - 1, Home: 0, End: rows.length - 1 };
  const next = steps[event.key];
  if (next !== undefined) {
    rows[Math.max(0, Math.min(rows.length - 1, next))]?.focus();
    event.preventDefault();
  } else if (event.key === "Enter" && target.dataset.row !== undefined) {
    target.click();
    event.preventDefault();
  } else if (event.key === " " && target.dataset.row !== undefined) {
    target.querySelector<HTMLElement>("[role=checkbox]")?.click();
    event.preventDefault();
  }
}

/** Rows by keyboard; scrolls sideways on phones. `label` names it for screen readers. */
export function Table({ label, children, className }: { label: string; children: ReactNode; className?: string }) {
  return (
    <div className={cx("overflow-x-auto", className)} onKeyDown={moveRows}>
      <table aria-label={label} className="w-full border-separate border-spacing-0 text-sm">{children}</table>
    </div>
  );
}

export const Head = ({ children }: { children: ReactNode }) => (
  <thead><tr className="text-left text-xs text-muted">{children}</tr></thead>
);

export const Th = ({ className, ...rest }: HTMLAttributes<HTMLTableCellElement>) => (
  <th scope="col" className={cx("sticky top-0 z-10 h-8 border-b bg-surface px-3 font-medium whitespace-nowrap", className)} {...rest} />
);

/** With `onOpen` the row takes focus and opens by click and Enter; put a real link in its first cell as well. */
export function Row({ onOpen, selected, className, ...rest }: HTMLAttributes<HTMLTableRowElement> & { onOpen?: () => void; selected?: boolean }) {
  const row = useRef<HTMLTableRowElement>(null);
  return (
    <tr
      ref={row}
      data-row=""
      tabIndex={onOpen ? 0 : -1}
      aria-selected={selected}
      onClick={(event) => {
        const inner = (event.target as HTMLElement).closest("a,button,input,label,[role=checkbox]");
        if (onOpen && !inner && event.currentTarget.contains(event.target as Node) && !window.getSelection()?.toString()) onOpen();
      }}
      className={cx("h-10 -outline-offset-2 hover:bg-hover/60", onOpen && "cursor-pointer", selected && "bg-accent-soft", className)}
      {...rest}
    />
  );
}

export const Td = ({ className, colSpan, ...rest }: HTMLAttributes<HTMLTableCellElement> & { colSpan?: number }) => (
  <td colSpan={colSpan} className={cx("border-b border-line px-3 py-1.5", className)} {...rest} />
);

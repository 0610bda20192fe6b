import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, type ReactNode } from "react";
import { cx } from "./cx";

interface Props<T> {
  items: T[];
  keyOf: (item: T) => string | number;
  render: (item: T, index: number) => ReactNode;
  /** Pixels of a row before it is measured. */
  estimate?: number;
  label: string;
  className?: string;
  /** Called when the end is near: load the next page. */
  onEnd?: () => void;
}

/** Draws only what is in sight. Rows may differ in height. Keyed, so that new rows above do not move what is read. */
export function VirtualList<T>({ items, keyOf, render, estimate = 40, label, className, onEnd }: Props<T>) {
  const box = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => box.current,
    estimateSize: () => estimate,
    overscan: 12,
    getItemKey: (index) => keyOf(items[index]!),
  });
  const shown = rows.getVirtualItems();
  const last = shown.at(-1)?.index ?? -1;
  useEffect(() => {
    if (onEnd && last >= 0 && last >= items.length - 10) onEnd();
  }, [last, items.length, onEnd]);
  return (
    <div ref={box} role="list" aria-label={label} tabIndex={0} className={cx("min-h-0 flex-1 overflow-auto", className)}>
      <div className="relative" style={{ height: rows.getTotalSize() }}>
        {shown.map((row) => (
          <div key={row.key} ref={rows.measureElement} data-index={row.index} role="listitem" aria-setsize={items.length} aria-posinset={row.index + 1}
            className="absolute inset-x-0 top-0" style={{ transform: `translateY(${row.start}px)` }}>
            {render(items[row.index]!, row.index)}
          </div>
        ))}
      </div>
    </div>
  );
}

import { useRef, useState, type ReactNode } from "react";
import { cx } from "./cx";

interface Props { first: ReactNode; second: ReactNode; /** Remembers the size under this name. */ name: string; direction?: "row" | "column"; /** Percent of the first pane. */ initial?: number; label: string }

/** Two panes and a bar between them, moved by pointer or arrow keys. */
export function SplitPane({ first, second, name, direction = "row", initial = 60, label }: Props) {
  const key = `treadle.split.${name}`;
  const [size, setSize] = useState(() => Number(window.localStorage.getItem(key)) || initial);
  const box = useRef<HTMLDivElement>(null);
  const row = direction === "row";
  function resize(next: number) {
    const clamped = Math.max(15, Math.min(85, next));
    setSize(clamped);
    window.localStorage.setItem(key, String(Math.round(clamped)));
  }
  return (
    <div ref={box} className={cx("flex min-h-0 min-w-0 flex-1", !row && "flex-col")}>
      <div className="flex min-h-0 min-w-0 flex-col overflow-hidden" style={{ flexBasis: `${size}%` }}>{first}</div>
      <div
        role="separator"
        tabIndex={0}
        aria-label={label}
        aria-orientation={row ? "vertical" : "horizontal"}
        aria-valuenow={Math.round(size)}
        aria-valuemin={15}
        aria-valuemax={85}
        className={cx("shrink-0 touch-none bg-line hover:bg-accent", row ? "w-px cursor-col-resize border-x-2 border-transparent bg-clip-content px-0 hover:bg-clip-border" : "h-px cursor-row-resize")}
        style={row ? { width: 5 } : { height: 5 }}
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={(event) => {
          if (!event.currentTarget.hasPointerCapture(event.pointerId) || !box.current) return;
          const area = box.current.getBoundingClientRect();
          resize(row ? ((event.clientX - area.left) / area.width) * 100 : ((event.clientY - area.top) / area.height) * 100);
        }}
        onKeyDown={(event) => {
          const step = { ArrowLeft: -3, ArrowUp: -3, ArrowRight: 3, ArrowDown: 3 }[event.key];
          if (step) { resize(size + step); event.preventDefault(); }
        }}
      />
      <div className="flex min-h-0 min-w-0 flex-1 flex-col overflow-hidden">{second}</div>
    </div>
  );
}

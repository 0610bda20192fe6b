import { ChevronDown, ChevronRight } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { cx } from "./cx";
import { jsonRows, openedAtFirst, PAGE, pathOf, type JsonRow, type Opened } from "./json-rows";
import { ErrorState, LoadingRows } from "./States";
import { VirtualList } from "./VirtualList";

interface Props {
  value?: unknown;
  /** JSON text instead of a value: parsed in a worker, so that megabytes do not freeze the page. */
  text?: string;
  label: string;
  className?: string;
  /** A click on a key, to insert the path somewhere. */
  onPick?: (path: (string | number)[]) => void;
}

/** A JSON tree that stays quick however large the value is: only open containers cost, only visible lines are drawn. */
export function JsonView({ value, text, ...rest }: Props) {
  return text === undefined ? <FromValue value={value} {...rest} /> : <FromText text={text} {...rest} />;
}

function FromValue({ value, ...rest }: Omit<Props, "text">) {
  // What was opened by hand stays open when the value is replaced by a newer one.
  const [chosen, setChosen] = useState<Opened | null>(null);
  const opened = useMemo(() => chosen ?? openedAtFirst(value), [chosen, value]);
  const rows = useMemo(() => jsonRows(value, opened), [value, opened]);
  return <Tree rows={rows} opened={opened} onChange={setChosen} {...rest} />;
}

function FromText({ text, ...rest }: Omit<Props, "value"> & { text: string }) {
  const worker = useRef<Worker>(null);
  const [state, setState] = useState<{ rows: JsonRow[]; opened: Opened } | { error: string } | null>(null);
  useEffect(() => {
    const own = new Worker(new URL("./json.worker.ts", import.meta.url), { type: "module" });
    worker.current = own;
    own.onmessage = ({ data }) => setState(data);
    own.onerror = () => setState({ error: "The worker that reads JSON did not start." });
    own.postMessage({ text });
    return () => own.terminate();
  }, [text]);
  if (!state) return <LoadingRows rows={4} />;
  if ("error" in state) return <ErrorState error={{ title: "Not JSON", detail: state.error }} compact />;
  return <Tree rows={state.rows} opened={state.opened} onChange={(opened) => worker.current?.postMessage({ opened })} {...rest} />;
}

const COLOUR: Partial<Record<JsonRow["kind"], string>> = { string: "text-ok", number: "text-run", boolean: "text-wait", null: "text-faint" };

function Tree({ rows, opened, onChange, label, className, onPick }: Omit<Props, "value" | "text"> & { rows: JsonRow[]; opened: Opened; onChange: (opened: Opened) => void }) {
  function toggle(row: JsonRow) {
    const next = { ...opened };
    if (row.kind === "more") next[row.path] = (next[row.path] ?? 0) + PAGE;
    else if (row.open) delete next[row.path];
    else next[row.path] = PAGE;
    onChange(next);
  }
  return (
    <VirtualList
      items={rows}
      keyOf={(row) => `${row.path}${row.kind === "more" ? "+" : ""}`}
      estimate={22}
      label={label}
      className={cx("font-mono text-xs", className)}
      render={(row) => <Line row={row} onToggle={() => toggle(row)} onPick={onPick} />}
    />
  );
}

function Line({ row, onToggle, onPick }: { row: JsonRow; onToggle: () => void; onPick?: Props["onPick"] }) {
  const container = row.kind === "object" || row.kind === "array";
  const long = row.kind === "string" && row.size > 200;
  const Chevron = row.open ? ChevronDown : ChevronRight;
  return (
    <div className="flex min-h-5.5 items-start gap-1 rounded-sm px-2 py-0.5 hover:bg-hover" style={{ paddingLeft: 8 + row.depth * 14 }}>
      {container && row.size > 0 ? (
        <button type="button" aria-expanded={row.open} aria-label={`${row.open ? "Close" : "Open"} ${row.key ?? "all"}`} onClick={onToggle} className="mt-0.5 shrink-0 text-muted">
          <Chevron aria-hidden size={12} />
        </button>
      ) : (
        <span className="w-3 shrink-0" />
      )}
      {row.key !== null &&
        (onPick ? (
          <button type="button" onClick={() => onPick(pathOf(row))} className="shrink-0 text-accent hover:underline">{row.key}:</button>
        ) : (
          <span className="shrink-0 text-muted">{row.key}:</span>
        ))}
      {row.kind === "more" ? (
        <button type="button" onClick={onToggle} className="text-accent hover:underline">Show {row.text}</button>
      ) : container ? (
        <span className="text-faint">{row.size > 0 ? `${row.kind === "array" ? "[" : "{"} ${row.text} ${row.kind === "array" ? "]" : "}"}` : row.text}</span>
      ) : (
        <span className={cx("min-w-0", row.open ? "break-all whitespace-pre-wrap" : "truncate", COLOUR[row.kind])}>
          {row.kind === "string" ? JSON.stringify(row.text) : row.text}
        </span>
      )}
      {long && (
        <button type="button" onClick={onToggle} className="shrink-0 text-accent hover:underline">
          {row.open ? "less" : `… ${row.size.toLocaleString("en")} characters`}
        </button>
      )}
    </div>
  );
}

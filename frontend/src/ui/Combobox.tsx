import { useId, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { cx } from "./cx";
import type { Option } from "./Field";

interface Props {
  value: string;
  onChange: (value: string) => void;
  options: Option[];
  id?: string;
  placeholder?: string;
  /** Any text is a value, not only those of the options. */
  free?: boolean;
  "aria-label"?: string;
  "aria-describedby"?: string;
  "aria-invalid"?: boolean;
}

/** A text field with a filtered list under it (the ARIA combobox pattern). */
export function Combobox({ value, onChange, options, id, placeholder, free = false, ...aria }: Props) {
  const own = useId();
  const listId = `${id ?? own}-list`;
  const [open, setOpen] = useState(false);
  const [text, setText] = useState<string | null>(null);
  const [active, setActive] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  const shown = text ?? options.find((option) => option.value === value)?.label ?? value;
  const hits = useMemo(() => {
    const words = (text ?? "").toLowerCase();
    return options.filter((option) => `${option.label} ${option.value}`.toLowerCase().includes(words)).slice(0, 100);
  }, [options, text]);

  function choose(option: Option | undefined) {
    if (option) onChange(option.value);
    else if (free && text !== null) onChange(text);
    setText(null);
    setOpen(false);
  }
  function move(next: number) {
    const index = Math.max(0, Math.min(hits.length - 1, next));
    setOpen(true);
    setActive(index);
    list.current?.children[index]?.scrollIntoView({ block: "nearest" });
  }
  function onKeyDown(event: KeyboardEvent) {
    if (event.key === "ArrowDown") move(open ? active + 1 : 0);
    else if (event.key === "ArrowUp") move(active - 1);
    else if (event.key === "Enter" && open) choose(hits[active]);
    else if (event.key === "Escape" && open) { setText(null); setOpen(false); event.stopPropagation(); }
    else return;
    event.preventDefault();
  }
  return (
    <div className="relative" onBlur={() => choose(undefined)}>
      <input
        id={id ?? own}
        role="combobox"
        aria-expanded={open}
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={open && hits[active] ? `${listId}-${active}` : undefined}
        autoComplete="off"
        spellCheck={false}
        className="field"
        placeholder={placeholder}
        value={shown}
        onChange={(event) => { setText(event.target.value); setOpen(true); setActive(0); }}
        onClick={() => setOpen(true)}
        onKeyDown={onKeyDown}
        {...aria}
      />
      <ul ref={list} id={listId} role="listbox" aria-label={aria["aria-label"] ?? "Suggestions"} hidden={!open || hits.length === 0}
        className="overlay absolute z-40 mt-1 max-h-64 w-full min-w-48 overflow-auto p-1">
        {hits.map((option, index) => (
          <li
            key={option.value}
            id={`${listId}-${index}`}
            role="option"
            aria-selected={index === active}
            onMouseDown={(event) => { event.preventDefault(); choose(option); }}
            onMouseEnter={() => setActive(index)}
            className={cx("flex items-baseline justify-between gap-3 rounded-sm px-2 py-1 text-sm", index === active && "bg-hover")}
          >
            {option.label}
            {option.hint && <span className="text-xs text-muted">{option.hint}</span>}
          </li>
        ))}
      </ul>
    </div>
  );
}

import { Search, X } from "lucide-react";
import { useEffect, useId, useRef, useState, type KeyboardEvent, type Ref } from "react";
import { IconButton } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { Kbd } from "@/ui/Kbd";
import { suggest, type Known, type Suggestion } from "./terms";

interface Props { q: string; onSearch: (q: string) => void; known: Known; error?: { message: string; hint?: string | null } | null; ref?: Ref<HTMLInputElement> }

/** One box for everything. What is typed is searched after a moment, or at once with Enter. */
export function SearchBox({ q, onSearch, known, error, ref }: Props) {
  const id = useId();
  const own = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [text, setText] = useState(q);
  const [given, setGiven] = useState(q);
  const [caret, setCaret] = useState(q.length);
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  if (given !== q) {
    // Changed elsewhere: a chip, a saved search, the browser's back button.
    setGiven(q);
    if (q !== text.trim()) setText(q);
  }
  useEffect(() => () => clearTimeout(timer.current), []);
  const hits = open ? suggest(text, caret, known) : [];

  function search(next: string) {
    clearTimeout(timer.current);
    onSearch(next.trim());
  }
  function change(next: string, at: number) {
    setText(next);
    setCaret(at);
    setOpen(true);
    setActive(-1);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => search(next), 350);
  }
  function choose(hit: Suggestion) {
    change(hit.q, hit.caret);
    if (hit.q.endsWith(" ")) search(hit.q);
    else clearTimeout(timer.current);
    requestAnimationFrame(() => own.current?.setSelectionRange(hit.caret, hit.caret));
  }
  function onKeyDown(event: KeyboardEvent) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      setOpen(true);
      setActive((at) => Math.max(-1, Math.min(hits.length - 1, at + (event.key === "ArrowDown" ? 1 : -1))));
    } else if ((event.key === "Enter" || event.key === "Tab") && open && hits[active]) choose(hits[active]);
    else if (event.key === "Enter") { search(text); setOpen(false); }
    else if (event.key === "Escape") { if (open && hits.length) setOpen(false); else own.current?.blur(); }
    else return;
    event.preventDefault();
  }
  return (
    <div className="min-w-0 flex-1">
      <div className="relative" role="search">
        <Search aria-hidden size={15} className="pointer-events-none absolute top-2.5 left-3 text-muted" />
        <input
          ref={(element) => { own.current = element; if (typeof ref === "function") ref(element); else if (ref) ref.current = element; }}
          role="combobox"
          aria-label="Search executions"
          aria-expanded={hits.length > 0}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={hits[active] ? `${id}-${active}` : undefined}
          aria-invalid={error ? true : undefined}
          aria-describedby={error ? `${id}-error` : undefined}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          placeholder="status:failed  workflow:order_refund  since:24h  or any text"
          className="field h-9! pr-16 pl-9 font-mono text-sm"
          value={text}
          onChange={(event) => change(event.target.value, event.target.selectionStart ?? event.target.value.length)}
          onSelect={(event) => setCaret(event.currentTarget.selectionStart ?? 0)}
          onFocus={() => setOpen(true)}
          onBlur={() => setOpen(false)}
          onKeyDown={onKeyDown}
        />
        <span className="absolute top-1 right-1 flex h-7 items-center gap-1">
          {text ? <IconButton icon={X} label="Clear the search" size="sm" onClick={() => { setText(""); search(""); own.current?.focus(); }} /> : <span className="pr-1.5 max-md:hidden"><Kbd keys="/" /></span>}
        </span>
        <ul id={`${id}-list`} role="listbox" aria-label="Suggestions" hidden={hits.length === 0} className="overlay absolute z-30 mt-1 max-h-72 w-full max-w-lg overflow-auto p-1">
          {hits.map((hit, index) => (
            <li key={hit.label} id={`${id}-${index}`} role="option" aria-selected={index === active}
              onMouseDown={(event) => { event.preventDefault(); choose(hit); }}
              onMouseEnter={() => setActive(index)}
              className={cx("flex cursor-pointer items-baseline gap-3 rounded-sm px-2 py-1 text-sm", index === active && "bg-hover")}>
              <span className="font-mono">{hit.label}</span>
              <span className="truncate text-xs text-muted">{hit.hint}</span>
            </li>
          ))}
        </ul>
      </div>
      {error && <p id={`${id}-error`} role="alert" className="mt-1 text-xs text-fail">{error.message}{error.hint && <span className="text-muted"> {error.hint}</span>}</p>}
    </div>
  );
}

import { Search, X } from "lucide-react";
import { createElement, useId, useMemo, useRef, useState, type KeyboardEvent } from "react";
import type { NodeType } from "@/api/system";
import { nodeIcon } from "@/graph/icons";
import { IconButton } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { grouped, matching } from "./draft/palette";
import { NODE_DRAG } from "./EditCanvas";

interface Props { types: NodeType[]; /** What the new node is for: "after Fetch". */ purpose?: string; onPick: (type: NodeType) => void; onClose: () => void }

/** All kinds of nodes: search, arrows and Enter add one; a row can be dragged onto the canvas. */
export function Palette({ types, purpose, onPick, onClose }: Props) {
  const [text, setText] = useState("");
  const [active, setActive] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
  const groups = useMemo(() => grouped(matching(types, text), text.trim() !== ""), [types, text]);
  const flat = groups.flatMap((group) => group.types);

  function move(to: number) {
    const next = Math.max(0, Math.min(flat.length - 1, to));
    setActive(next);
    list.current?.querySelector(`[id="${id}-${next}"]`)?.scrollIntoView({ block: "nearest" });
  }
  function onKeyDown(event: KeyboardEvent) {
    if (event.key === "ArrowDown") move(active + 1);
    else if (event.key === "ArrowUp") move(active - 1);
    else if (event.key === "Enter") { const found = flat[active]; if (found) onPick(found); }
    else if (event.key === "Escape") onClose();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
  return (
    <section aria-label="Add a node" className="overlay absolute inset-y-3 left-3 z-20 flex w-80 max-w-[calc(100%-1.5rem)] flex-col" onKeyDown={(event) => event.key === "Escape" && onClose()}>
      <header className="flex items-center gap-1 border-b p-2 pl-3">
        <Search aria-hidden size={15} className="shrink-0 text-muted" />
        <input
          role="combobox" aria-expanded aria-controls={`${id}-list`} aria-activedescendant={flat[active] ? `${id}-${active}` : undefined} aria-label="Search node types" aria-autocomplete="list"
          autoFocus autoComplete="off" spellCheck={false} placeholder={purpose ? `Add ${purpose}…` : "Add a node…"}
          className="h-8 min-w-0 flex-1 rounded-sm bg-transparent px-1 text-sm focus-visible:outline-none" value={text}
          onChange={(event) => { setText(event.target.value); setActive(0); }} onKeyDown={onKeyDown}
        />
        <IconButton icon={X} label="Close" shortcut="escape" size="sm" onClick={onClose} />
      </header>
      <div ref={list} id={`${id}-list`} role="listbox" aria-label="Node types" className="min-h-0 flex-1 overflow-auto p-1.5">
        {groups.map((group) => (
          <div key={group.category} role="group" aria-label={group.label}>
            <div aria-hidden className="px-2 pt-2 pb-1 text-xs font-semibold text-faint">{group.label}</div>
            {group.types.map((type) => {
              const index = flat.indexOf(type);
              return (
                <div
                  key={type.type} id={`${id}-${index}`} role="option" aria-selected={index === active} draggable
                  onDragStart={(event) => { event.dataTransfer.setData(NODE_DRAG, type.type); event.dataTransfer.effectAllowed = "copy"; }}
                  onDragEnd={(event) => event.dataTransfer.dropEffect !== "none" && onClose()}
                  onMouseMove={() => setActive(index)} onClick={() => onPick(type)}
                  className={cx("flex cursor-pointer items-start gap-2.5 rounded-md p-2", index === active && "bg-hover")}
                >
                  <span className="mt-0.5 inline-flex size-7 shrink-0 items-center justify-center rounded-md border bg-surface text-muted">{createElement(nodeIcon(type.icon), { size: 15, "aria-hidden": true })}</span>
                  <span className="min-w-0"><span className="block text-sm leading-4.5 font-medium">{type.type}</span>{" "}<span className="block text-xs text-muted">{type.summary}</span></span>
                </div>
              );
            })}
          </div>
        ))}
        {flat.length === 0 && <p className="p-4 text-center text-sm text-muted">No node type matches “{text}”.</p>}
      </div>
      <footer className="border-t px-3 py-2 text-xs text-faint max-sm:hidden">↑ ↓ and Enter, click, or drag onto the canvas</footer>
    </section>
  );
}

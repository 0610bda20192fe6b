import { ChevronDown, ChevronRight, PencilLine, Plus, Undo2, Variable } from "lucide-react";
import { createElement, useState } from "react";
import { nodeIcon } from "@/graph/icons";
import { Badge } from "@/ui/Badge";
import { Button, IconButton } from "@/ui/Button";
import { shortText } from "@/ui/expression/complete";
import { isCut, kindText, pathText, type Path } from "@/ui/expression/scope";
import { JsonView } from "@/ui/JsonView";
import { JsonField } from "@/ui/schema-form/AnyField";
import type { Source } from "./data";

interface Props { source: Source; icon: string | undefined; openFirst: boolean; readOnly: boolean; onPick: (path: Path) => void; onType: (value: unknown) => void }

/** One node's output, or one name: its tree, whose keys are clicked to use them. */
export function InputSource({ source, icon, openFirst, readOnly, onPick, onType }: Props) {
  const { path, value, typed, typable } = source;
  const [chosen, setOpen] = useState<boolean | null>(null);
  const open = chosen ?? openFirst;
  const [typing, setTyping] = useState(false);
  const Chevron = open ? ChevronDown : ChevronRight;
  const container = value !== null && typeof value === "object" && !isCut(value);
  return (
    <div>
      <div className="flex min-h-9 items-center gap-1 pr-1 hover:bg-hover/50">
        <button type="button" aria-expanded={open} onClick={() => setOpen(!open)} className="flex min-h-9 min-w-0 flex-1 items-center gap-1.5 pl-2 text-left text-sm">
          <Chevron aria-hidden size={14} className="shrink-0 text-muted" />{createElement(path[0] === "nodes" ? nodeIcon(icon) : Variable, { "aria-hidden": true, size: 14, className: "shrink-0 text-muted" })}
          <span className="truncate font-medium">{source.title}</span>
          <span className="ml-auto shrink-0 truncate text-xs text-muted">{source.error ? "failed" : container || value === undefined || isCut(value) ? kindText(value) : shortText(value, 20)}</span>
        </button>
        {typed && <Badge tone="accent">typed</Badge>}
        <IconButton icon={Plus} size="sm" label={`Insert ${pathText(path)}`} onMouseDown={(event) => event.preventDefault()} onClick={() => onPick(path)} />
      </div>
      {open && (
        <div className="pb-2">
          <p className="flex items-center gap-2 pr-1 pl-8 text-xs"><code className="min-w-0 flex-1 truncate font-mono text-muted">{pathText(path)}</code>
            {typable && !readOnly && !typing && <Button size="sm" look="ghost" icon={PencilLine} className="h-6! text-xs!" onClick={() => setTyping(true)}>{typed ? "Edit" : "Type a value"}</Button>}
            {typed && <Button size="sm" look="ghost" icon={Undo2} className="h-6! text-xs!" onClick={() => { onType(undefined); setTyping(false); }}>Forget it</Button>}
          </p>
          {typing ? (
            <div className="flex flex-col gap-2 px-3 pt-1">
              <JsonField label={`Value of ${pathText(path)}`} value={typed ? value : (value ?? undefined)} required invalid={false} onChange={(next) => next !== undefined && onType(next)} />
              <span className="flex items-center gap-2 text-xs text-muted"><Button size="sm" onClick={() => setTyping(false)}>Done</Button>Used for previews and for running this node, and not saved.</span>
            </div>
          ) : source.error ? <p className="px-8 py-1 text-xs text-fail">{(source.error as { message?: string }).message ?? shortText(source.error, 200)}</p>
            : value === undefined ? <p className="px-8 py-1 text-xs text-muted">Not known: it has not run in this execution.</p>
            : isCut(value) ? <pre tabIndex={0} aria-label="Its beginning" className="mx-3 max-h-40 overflow-auto rounded-md bg-sunken p-2 font-mono text-xs break-all whitespace-pre-wrap text-muted">{value.head.slice(0, 3000)}…</pre>
            : <div className="flex max-h-96 flex-col pl-4"><JsonView value={value} label={`Keys of ${pathText(path)}`} onPick={(inner) => onPick([...path, ...inner])} /></div>}
        </div>
      )}
    </div>
  );
}

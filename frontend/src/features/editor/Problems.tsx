import { CircleCheck, X } from "lucide-react";
import { StatusBadge } from "@/ui/Badge";
import { IconButton } from "@/ui/Button";
import type { Located } from "./draft/findings";

interface Props { findings: Located[]; checking: boolean; onShow: (found: Located) => void; onClose: () => void }

/** All that the server finds wrong with the draft; a click goes to the place. */
export function Problems({ findings, checking, onShow, onClose }: Props) {
  const sorted = [...findings].sort((one, other) => Number(other.finding.severity === "error") - Number(one.finding.severity === "error"));
  return (
    <section aria-label="Problems" className="flex min-h-0 flex-1 flex-col">
      <header className="flex h-11 shrink-0 items-center gap-2 border-b px-3">
        <h2 className="flex-1 text-sm font-semibold">Problems</h2>
        {checking && <span role="status" className="text-xs text-muted">Checking…</span>}
        <IconButton icon={X} label="Close problems" size="sm" onClick={onClose} />
      </header>
      {sorted.length === 0 ? (
        <p className="flex flex-col items-center gap-2 p-8 text-center text-sm text-muted"><CircleCheck aria-hidden size={22} className="text-ok" />Nothing is wrong with this graph.</p>
      ) : (
        <ul className="min-h-0 flex-1 overflow-auto p-1.5">
          {sorted.map((found, index) => (
            <li key={index}>
              <button type="button" onClick={() => onShow(found)} className="flex w-full flex-col items-start gap-1 rounded-md p-2 text-left hover:bg-hover">
                <span className="flex w-full items-center gap-2">
                  <StatusBadge kind="finding" status={found.finding.severity} />
                  <code className="min-w-0 truncate font-mono text-xs text-muted">{placeText(found)}</code>
                </span>
                <span className="text-sm break-words">{found.finding.message}</span>
                {found.finding.hint && <span className="text-xs break-words text-muted">{found.finding.hint}</span>}
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function placeText({ path, node, edge, field }: Located): string {
  return [[...path, node ?? edge ?? ""].filter(Boolean).join("/"), field].filter(Boolean).join(" · ") || "the whole graph";
}

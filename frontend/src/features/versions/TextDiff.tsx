import { useMemo, useState } from "react";
import { Button } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { diffLines } from "./diff-lines";

const FIRST = 1500;
const LOOKS = { add: "bg-tone-soft text-tone tone-ok", remove: "bg-tone-soft text-tone tone-fail", same: "", hunk: "bg-sunken text-faint", file: "text-muted" };
const SIGNS = { add: "+", remove: "−", same: "", hunk: "", file: "" };

/** A unified diff with line numbers; what is added and removed is told by signs, too. */
export function TextDiff({ text }: { text: string }) {
  const lines = useMemo(() => diffLines(text), [text]);
  const [shown, setShown] = useState(FIRST);
  return (
    <div tabIndex={0} role="region" aria-label="Differences as text" className="min-h-0 flex-1 overflow-auto">
      <table className="min-w-full border-separate border-spacing-0 font-mono text-xs">
        <tbody>
          {lines.slice(0, shown).map((line, index) => (
            <tr key={index} className={LOOKS[line.kind]}>
              <td className="w-10 px-2 text-right text-faint select-none">{line.old}</td>
              <td className="w-10 px-2 text-right text-faint select-none">{line.now}</td>
              <td className="w-4 text-center select-none">{SIGNS[line.kind]}{line.kind === "add" ? <span className="sr-only">added</span> : line.kind === "remove" ? <span className="sr-only">removed</span> : null}</td>
              <td className={cx("py-px pr-4 whitespace-pre", line.kind === "file" && "py-1")}>{line.text}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {lines.length > shown && <Button size="sm" className="m-3" onClick={() => setShown(lines.length)}>Show {lines.length - shown} more lines</Button>}
    </div>
  );
}

import { useId, type ReactNode } from "react";
import { cx } from "../cx";
import { findingText, type FieldFinding } from "./context";

interface Props { label: string; hint?: ReactNode; finding?: FieldFinding; required?: boolean; id?: string; /** A group has a heading, not a label. */ group?: boolean; aside?: ReactNode; children: ReactNode }

const code = (text: ReactNode) => (typeof text === "string" ? text.split(/(`[^`]+`)/).map((part, index) => (part.startsWith("`") ? <code key={index} className="font-mono">{part.slice(1, -1)}</code> : part)) : text);

/** A label, what stands beside it, the control, a hint, and what is wrong. */
export function Shell({ label, hint, finding, required, id, group, aside, children }: Props) {
  const own = useId();
  const star = required && <span className="text-fail" aria-hidden> *</span>;
  return (
    <div className="group/field flex min-w-0 flex-col gap-1" {...(group && { role: "group", "aria-labelledby": own })}>
      <div className="flex min-h-5 items-center gap-2">
        {group ? <span id={own} className="text-sm font-medium">{label}{star}</span> : <label htmlFor={id} className="text-sm font-medium">{label}{star}</label>}
        <span className="ml-auto flex items-center gap-1">{aside}</span>
      </div>
      {children}
      {finding && <p id={id ? `${id}-error` : undefined} className={cx("text-xs break-words", finding.severity === "error" ? "text-fail" : "text-wait")}>{findingText(finding)}</p>}
      {hint && <p id={id ? `${id}-hint` : undefined} className="text-xs text-muted">{code(hint)}</p>}
    </div>
  );
}

import { lazy, Suspense } from "react";
import { cx } from "../cx";
import type { CodeEditorProps } from "./CodeEditor";

const CodeEditor = lazy(() => import("./CodeEditor"));

/** A field for code: JSON, an expression, or a text with `{{ }}`. The editor is loaded when the first one is shown. */
export function CodeField({ tall, className, ...props }: CodeEditorProps & { tall?: boolean; className?: string }) {
  return (
    <div className={cx("field h-auto! min-h-8 overflow-hidden p-0! focus-within:border-accent focus-within:outline-2 focus-within:-outline-offset-1 focus-within:outline-accent", tall && "min-h-32", props.readOnly && "bg-sunken", className)}
      data-invalid={props.invalid || undefined} style={{ maxHeight: tall ? "60vh" : 288, ...(props.invalid && { borderColor: "var(--fail)" }) }}>
      <Suspense fallback={<pre className="min-h-7.5 overflow-hidden px-2.5 py-[5px] font-mono text-[12px] leading-5 whitespace-pre-wrap text-muted">{props.value || " "}</pre>}>
        <CodeEditor {...props} />
      </Suspense>
    </div>
  );
}

import { useRef } from "react";
import { CodeField } from "./CodeField";
import { PreviewLine, usePreview } from "./Preview";
import type { Mode } from "./scope";
import { useExpressionTools, useInsertTarget, type Insert } from "./tools";

interface Props {
  value: string; onChange: (value: string) => void; mode: Mode; label: string; multiline?: boolean; placeholder?: string; readOnly?: boolean; autoFocus?: boolean; invalid?: boolean; describedBy?: string;
  /** The list that the expression is evaluated over, of a field that sees `item`. */
  each?: string;
  extraNames?: string[];
  /** False where the names it sees exist only when it runs. */
  preview?: boolean;
  /** What the field says already, so that the preview does not say it again. */
  said?: string;
}

/** An expression or a template, with highlighting, completion, and what it comes to. */
export function ExpressionField({ each, preview = true, said, ...props }: Props) {
  const { scope } = useExpressionTools();
  const { result, fresh } = usePreview(props.value, props.mode, preview, each);
  const inserter = useRef<Insert>(null);
  const onFocus = useInsertTarget((path) => inserter.current?.(path));
  const column = result && !result.ok && fresh ? result.error?.column : null;
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <CodeField {...props} scope={scope} multiline={props.multiline || props.value.includes("\n")} mistake={column ? column - 1 : null} invalid={props.invalid} inserter={inserter} onFocus={onFocus} />
      {!(said && result && !result.ok && said.includes(result.error?.message ?? "")) && <PreviewLine result={result} each={Boolean(each)} />}
    </div>
  );
}

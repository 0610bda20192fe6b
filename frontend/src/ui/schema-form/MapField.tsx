import { KeyRound, Plus, X } from "lucide-react";
import { useState } from "react";
import { Button, IconButton } from "../Button";
import { cx } from "../cx";
import { ExpressionField } from "../expression/ExpressionField";
import { Input } from "../Field";
import { findingAt, findingText, useForm } from "./context";
import type { LiteralProps } from "./Literal";
import { at, takesSecret, type Schema } from "./schema";

type Row = { id: number; key: string; value: unknown };
const toObject = (rows: Row[]) => Object.fromEntries(rows.filter((row) => row.key !== "").map((row) => [row.key, row.value]));
const isSecret = (value: unknown): value is { secret: string } => typeof value === "object" && value !== null && typeof (value as { secret?: unknown }).secret === "string";

/** Names with values; a value may be the name of a secret where the schema lets it. */
export function MapField({ label, schema, value, path, onChange }: LiteralProps) {
  const { readOnly, findings, templates } = useForm();
  const inner = schema.additionalProperties as Schema;
  const secrets = takesSecret(inner);
  const given = (value ?? {}) as Record<string, unknown>;
  const [rows, setRows] = useState<Row[]>(() => Object.entries(given).map(([key, each], id) => ({ id, key, value: each })));
  // Rows without a name, or with one twice, exist here only; a value from outside replaces them.
  const shown = JSON.stringify(toObject(rows)) === JSON.stringify(given) ? rows : Object.entries(given).map(([key, each], id) => ({ id, key, value: each }));
  const change = (next: Row[]) => { setRows(next); const object = toObject(next); onChange(Object.keys(object).length === 0 ? undefined : object); };
  const set = (id: number, part: Partial<Row>) => change(shown.map((row) => (row.id === id ? { ...row, ...part } : row)));
  return (
    <div className="flex min-w-0 flex-col gap-2">
      {shown.map((row, index) => {
        const finding = findingAt(findings, at(path, row.key), true);
        const named = row.key || `row ${index + 1}`;
        const twice = row.key !== "" && shown.findIndex((each) => each.key === row.key) !== index;
        return (
          <div key={row.id} className="flex min-w-0 flex-col gap-1">
            <div className="flex min-w-0 items-start gap-1">
              <div className="w-1/3 shrink-0"><Input aria-label={`Name ${index + 1} in ${label}`} placeholder="Name" disabled={readOnly} value={row.key} aria-invalid={twice || undefined} onChange={(event) => set(row.id, { key: event.target.value })} /></div>
              <div className="min-w-0 flex-1">
                {isSecret(row.value) ? (
                  <span className="relative block"><KeyRound aria-hidden size={14} className="absolute top-2 left-2.5 text-muted" /><Input className="pl-8!" aria-label={`Secret for ${named}`} placeholder="Name of the secret" disabled={readOnly} value={row.value.secret} onChange={(event) => set(row.id, { value: { secret: event.target.value } })} /></span>
                ) : templates ? (
                  <ExpressionField mode="template" label={`Value of ${named}`} readOnly={readOnly} value={textOf(row.value)} onChange={(text) => set(row.id, { value: readText(text, row.value) })} />
                ) : <Input aria-label={`Value of ${named}`} disabled={readOnly} value={textOf(row.value)} onChange={(event) => set(row.id, { value: readText(event.target.value, row.value) })} />}
              </div>
              {!readOnly && secrets && <IconButton icon={KeyRound} label={isSecret(row.value) ? `Write the value of ${named}` : `Take ${named} from a secret`} className={cx(isSecret(row.value) && "text-accent!")} onClick={() => set(row.id, { value: isSecret(row.value) ? "" : { secret: "" } })} />}
              {!readOnly && <IconButton icon={X} label={`Remove ${named}`} onClick={() => change(shown.filter((each) => each.id !== row.id))} />}
            </div>
            {(finding || twice) && <p className="text-xs text-fail">{twice ? "This name is there twice; the last one counts." : findingText(finding)}</p>}
          </div>
        );
      })}
      {!readOnly && <Button size="sm" icon={Plus} className="self-start" onClick={() => setRows([...shown, { id: Math.max(-1, ...shown.map((row) => row.id)) + 1, key: "", value: "" }])}>Add {label.toLowerCase().replace(/s$/, "")}</Button>}
    </div>
  );
}

const textOf = (value: unknown) => (typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value));

/** A list, number or boolean stays one while its text is read as one. */
function readText(text: string, before: unknown): unknown {
  if (typeof before === "string") return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

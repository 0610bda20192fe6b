import { useRef } from "react";
import { Input, Select, Textarea } from "../Field";
import { useInsertTarget } from "../expression/tools";
import { Switch } from "../Toggle";
import { AnyField } from "./AnyField";
import { useForm } from "./context";
import { DurationField } from "./DurationField";
import { InnerGraph } from "./InnerGraph";
import { ListField } from "./ListField";
import { MapField } from "./MapField";
import { ObjectFields } from "./ObjectFields";
import { NumberField } from "./NumberField";
import type { Kind, Schema } from "./schema";
import { VariantField } from "./VariantField";

export interface LiteralProps { id: string; label: string; kind: Kind; schema: Schema; root: Schema; value: unknown; path: string; required?: boolean; invalid?: boolean; onChange: (value: unknown) => void }

/** The control for a value that is written down. */
export function Literal(props: LiteralProps) {
  const { id, label, kind, schema, value, required, invalid, onChange } = props;
  const { readOnly } = useForm();
  const described = { id, "aria-describedby": `${schema.description ? `${id}-hint` : ""}${invalid ? ` ${id}-error` : ""}`.trim() || undefined, "aria-invalid": invalid || undefined, disabled: readOnly };
  switch (kind) {
    case "boolean":
      return <span className="flex h-8 items-center"><Switch label={label} bare checked={(value ?? schema.default ?? false) === true} disabled={readOnly} onChange={(next) => onChange(next === (schema.default ?? false) && !required ? undefined : next)} /><span className="ml-2 text-sm text-muted">{(value ?? schema.default ?? false) === true ? "Yes" : "No"}</span></span>;
    case "number": return <NumberField {...described} schema={schema} value={value} onChange={onChange} />;
    case "choice": return <ChoiceField {...props} described={described} />;
    case "duration": return <DurationField {...described} label={label} schema={schema} value={value} onChange={onChange} />;
    case "text": case "multiline": return <TextField {...props} described={described} />;
    case "list": return <ListField {...props} />;
    case "map": return <MapField {...props} />;
    case "object": return <div className="border-l-2 pl-3"><ObjectFields {...props} /></div>;
    case "variants": return <VariantField {...props} />;
    case "graph": return <InnerGraph value={value} />;
    default: return <AnyField {...props} described={described} />;
  }
}

type Described = { id: string; "aria-describedby"?: string; "aria-invalid"?: boolean; disabled: boolean };

function ChoiceField({ schema, value, required, onChange, described }: LiteralProps & { described: Described }) {
  const choices = schema.enum!;
  const fallback = schema.default ?? (required ? choices[0] : undefined);
  const index = choices.findIndex((each) => each === (value ?? fallback));
  const options = [
    ...(index < 0 ? [{ value: "", label: value === undefined ? "–" : String(value) }] : []),
    ...choices.map((each, place) => ({ value: String(place), label: `${String(each)}${each === schema.default ? " (default)" : ""}` })),
  ];
  return (
    <Select {...described} options={options} value={index < 0 ? "" : String(index)}
      onChange={(event) => { const next = choices[Number(event.target.value)]; onChange(next === schema.default && !required ? undefined : next); }} />
  );
}

/** A text; a path that is clicked, or `{{`, makes a template of it. */
export function TextField({ kind, schema, value, required, onChange, described }: Pick<LiteralProps, "kind" | "schema" | "value" | "required" | "onChange"> & { described: Described }) {
  const field = useRef<HTMLInputElement & HTMLTextAreaElement>(null);
  const text = typeof value === "string" ? value : "";
  const { templates } = useForm();
  const onFocus = useInsertTarget((path) => {
    const { selectionStart: from, selectionEnd: to } = field.current ?? { selectionStart: text.length, selectionEnd: text.length };
    onChange(`${text.slice(0, from ?? 0)}{{ ${path} }}${text.slice(to ?? text.length)}`);
  });
  const common = {
    ...described, ref: field, value: text, maxLength: schema.maxLength, placeholder: typeof schema.default === "string" ? schema.default.replaceAll("\n", "↵") : undefined, ...(templates && { onFocus }),
    onChange: (event: { target: { value: string } }) => onChange(event.target.value === "" && !required ? undefined : event.target.value),
  };
  return kind === "multiline" ? <Textarea {...common} rows={Math.min(14, Math.max(3, text.split("\n").length))} /> : <Input {...common} />;
}

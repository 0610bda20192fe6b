import { useState } from "react";
import { CodeField } from "../expression/CodeField";
import { useInsertTarget, type Insert } from "../expression/tools";
import { useRef } from "react";
import { useForm } from "./context";
import { TextField, type LiteralProps } from "./Literal";
import { ModeSwitch } from "./ModeSwitch";
import { typesOf } from "./schema";

type Props = LiteralProps & { described: { id: string; "aria-describedby"?: string; "aria-invalid"?: boolean; disabled: boolean } };
const AS = [{ value: "text", label: "Text" }, { value: "json", label: "JSON" }];

/** Any JSON: a text is written as it is, everything else as JSON. */
export function AnyField(props: Props) {
  const { schema, value, label } = props;
  const types = typesOf(schema);
  const textual = types.length === 0 || types.includes("string");
  const [chosen, setChosen] = useState<string | null>(null);
  const { readOnly } = useForm();
  const how = !textual || (schema.format === "expression") ? "json" : (chosen ?? (value === undefined || typeof value === "string" ? "text" : "json"));
  return (
    <div className="flex flex-col gap-1">
      {textual && schema.format !== "expression" && (
        <span className="self-start"><ModeSwitch label={`${label} as`} value={how} options={AS} shown disabled={readOnly}
          onChange={(next) => { setChosen(next); if (next === "text" && value !== undefined && typeof value !== "string") props.onChange(JSON.stringify(value)); }} /></span>
      )}
      {how === "text" ? <TextField {...props} kind={typeof value === "string" && value.length > 60 ? "multiline" : "text"} /> : <JsonField {...props} />}
    </div>
  );
}

/** A value as JSON text; what is no JSON yet stays on the screen and is not stored. */
export function JsonField({ label, value, required, invalid, onChange, tall }: Pick<LiteralProps, "label" | "value" | "required" | "invalid" | "onChange"> & { tall?: boolean }) {
  const { readOnly } = useForm();
  const [typed, setTyped] = useState<{ text: string; value: unknown; wrong: string | null } | null>(null);
  const inserter = useRef<Insert>(null);
  const onFocus = useInsertTarget((path) => inserter.current?.(`"{{ ${path} }}"`));
  const own = typed && (typed.wrong !== null || same(typed.value, value)) ? typed : null;
  const text = own?.text ?? (value === undefined ? "" : JSON.stringify(value, null, 2));
  function type(next: string) {
    if (next.trim() === "") { setTyped({ text: next, value: undefined, wrong: required ? "JSON is needed here, such as null." : null }); onChange(undefined); return; }
    try {
      const read = JSON.parse(next) as unknown;
      setTyped({ text: next, value: read, wrong: null });
      onChange(read);
    } catch (problem) {
      setTyped({ text: next, value, wrong: problem instanceof Error ? problem.message : "not JSON" });
    }
  }
  return (
    <>
      <CodeField mode="json" tall={tall} label={label} value={text} readOnly={readOnly} invalid={invalid || Boolean(own?.wrong)} inserter={inserter} onFocus={onFocus} onChange={type} />
      {own?.wrong && <p role="status" className="text-xs text-fail">Not JSON yet: {own.wrong}</p>}
    </>
  );
}

const same = (one: unknown, other: unknown) => one === other || JSON.stringify(one) === JSON.stringify(other);

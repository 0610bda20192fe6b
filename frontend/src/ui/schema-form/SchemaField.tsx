import { useId, useState } from "react";
import { ExpressionField } from "../expression/ExpressionField";
import { isTemplate } from "../expression/scope";
import { findingAt, useForm } from "./context";
import { Literal } from "./Literal";
import { ModeSwitch } from "./ModeSwitch";
import { kindOf, resolve, titleOf, type Schema } from "./schema";
import { Shell } from "./Shell";

export interface FieldProps {
  name: string; schema: Schema; root: Schema; value: unknown; path: string; required?: boolean;
  /** Undefined takes the key away. */
  onChange: (value: unknown) => void;
}

const GROUPS = new Set(["list", "object", "map", "variants", "graph"]);
const MODES = [{ value: "fixed", label: "Fixed" }, { value: "expression", label: "Expression" }];

/** One field: a control for its kind of value, or an expression in its place. */
export function SchemaField({ name, schema: given, root, value, path, required, onChange }: FieldProps) {
  const id = useId();
  const { findings, templates, readOnly, namesAt } = useForm();
  const schema = resolve(given, root);
  const kind = kindOf(schema);
  const bare = kind === "expression";
  // A field that became an expression stays one until it is told otherwise, also while its braces are being typed.
  const [wanted, setWanted] = useState<boolean | null>(() => (!bare && isTemplate(value) ? true : null));
  const [focus, setFocus] = useState(false);
  const expressed = bare ? (wanted ?? (typeof value === "string" || value === undefined || value === null)) : templates && (wanted || isTemplate(value)) && (typeof value === "string" || value === undefined);
  const toggles = kind !== "graph" && (bare ? bareTakesMore(schema) : templates);
  const label = titleOf(name, schema);
  const group = !expressed && GROUPS.has(kind);
  const finding = findingAt(findings, path, expressed || !GROUPS.has(kind));
  const sees = namesAt?.(path);

  function choose(mode: string) {
    const expression = mode === "expression";
    setWanted(expression);
    setFocus(true);
    if (expression) onChange(bare ? (typeof value === "string" ? value : "") : typeof value === "string" ? value : value === undefined ? "{{  }}" : `{{ ${JSON.stringify(value)} }}`);
    else if (typeof value === "string") onChange(kind === "text" || kind === "multiline" ? plainText(value) : readBack(value));
  }
  const editor = () => {
    const text = typeof value === "string" ? value : "";
    return (
      <ExpressionField label={label} value={text} mode={bare ? "expression" : "template"} multiline={kind === "multiline" || kind === "any"} readOnly={readOnly} autoFocus={focus} invalid={finding?.severity === "error"}
        placeholder={bare ? exampleOf(schema) : undefined} said={finding?.message} extraNames={sees?.names} each={sees?.each} preview={!sees || sees.each !== undefined || bare === false} onChange={(next) => onChange(next === "" && !required ? undefined : next)} />
    );
  };
  return (
    <Shell label={label} required={required} hint={schema.description} finding={finding} id={id} group={group || expressed}
      aside={toggles && <ModeSwitch label={`${label}: fixed or expression`} value={expressed ? "expression" : "fixed"} options={MODES} shown={expressed && !bare} disabled={readOnly} onChange={choose} />}>
      {expressed ? editor() : (
        <Literal id={id} label={label} kind={bare ? "any" : kind} schema={schema} root={root} value={value} path={path} required={required} invalid={finding?.severity === "error"}
          onChange={(next) => { if (isTemplate(next) && templates) { setFocus(true); setWanted(true); } onChange(next); }} />
      )}
    </Shell>
  );
}

/** Whether a field for an expression also takes a list or a number. */
const bareTakesMore = (schema: Schema) => Array.isArray(schema.type) && schema.type.some((type) => type === "array" || type === "object");
const exampleOf = (schema: Schema) => /such as `([^`]+)`/.exec(schema.description ?? "")?.[1];

function plainText(value: string): string {
  const whole = /^\{\{\s*([\s\S]*?)\s*\}\}$/.exec(value);
  return whole ? (/^"[^"]*"$/.test(whole[1]!) ? whole[1]!.slice(1, -1) : whole[1]!) : value.replaceAll("{{", "").replaceAll("}}", "");
}

/** `{{ 3 }}` → 3; what is no constant is dropped. */
function readBack(value: string): unknown {
  try {
    return JSON.parse(value.replace(/^\{\{\s*|\s*\}\}$/g, ""));
  } catch {
    return undefined;
  }
}

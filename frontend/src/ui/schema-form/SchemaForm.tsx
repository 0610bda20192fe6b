import { useMemo } from "react";
import { FormContext } from "./context";
import { JsonField } from "./AnyField";
import { ObjectFields } from "./ObjectFields";
import { kindOf, resolve, type Schema } from "./schema";

interface Props extends Partial<FormContext> { schema: Schema; value: unknown; /** The place of the value: "config". */ path?: string; onChange: (value: unknown) => void; without?: string[] }

/** A form from a JSON Schema; each field takes a value or an expression. Reads the schema as it is and compiles nothing. */
export function SchemaForm({ schema, value, path = "", onChange, without, readOnly = false, findings, templates = true, namesAt, onEnterGraph }: Props) {
  const context = useMemo(() => ({ readOnly, findings: findings ?? [], templates, namesAt, onEnterGraph }), [readOnly, findings, templates, namesAt, onEnterGraph]);
  const found = resolve(schema, schema);
  return (
    <FormContext value={context}>
      {kindOf(found) === "object" ? <ObjectFields schema={found} root={schema} value={value} path={path} onChange={onChange} without={without} /> : <JsonField label="Config" value={value} onChange={onChange} tall />}
    </FormContext>
  );
}

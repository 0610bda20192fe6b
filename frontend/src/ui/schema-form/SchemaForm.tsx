import { useMemo } from "react";
import { FormContext } from "./context";
import { JsonField } from "./AnyField";
import { ObjectFields } from "./ObjectFields";
import { kindOf, resolve, type Schema } from "./schema";

interface Props extends Partial<FormContext> { schema: Schema; value: unknown; /** The place of the value: "config". */ path?: string; onChange: (value: unknown) => void; /** Two fields side by side, for short ones. */ columns?: boolean }

/** A form from a JSON Schema; each field takes a value or an expression. Reads the schema as it is and compiles nothing. */
export function SchemaForm({ schema, value, path = "", onChange, columns, readOnly = false, findings, templates = true, namesAt, onEnterGraph }: Props) {
  const context = useMemo(() => ({ readOnly, findings: findings ?? [], templates, namesAt, onEnterGraph }), [readOnly, findings, templates, namesAt, onEnterGraph]);
  const found = resolve(schema, schema);
  return (
    <FormContext value={context}>
      {kindOf(found) === "object" ? <ObjectFields schema={found} root={schema} value={value} path={path} onChange={onChange} columns={columns} /> : <JsonField label="Config" value={value} onChange={onChange} tall />}
    </FormContext>
  );
}

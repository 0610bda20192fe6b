import { ChevronDown, ChevronRight } from "lucide-react";
import { useState } from "react";
import { useForm } from "./context";
import { SchemaField } from "./SchemaField";
import type { Schema } from "./schema";

interface Props { schema: Schema; root: Schema; value: unknown; path: string; onChange: (value: unknown) => void; columns?: boolean }

const FEW = 6;

/** The fields of an object: those that are needed or set, then the others behind one line. */
export function ObjectFields({ schema, root, value, path, onChange, columns }: Props) {
  const { findings } = useForm();
  const values = (value !== null && typeof value === "object" && !Array.isArray(value) ? value : {}) as Record<string, unknown>;
  const keys = Object.keys(schema.properties ?? {});
  const needed = new Set(schema.required ?? []);
  const wrong = (key: string) => findings.some((each) => each.field.startsWith(path ? `${path}.${key}` : key));
  // What was set when the form opened stays above, so that no field moves away while it is filled in.
  const [first] = useState(() => new Set(keys.length <= FEW ? keys : keys.filter((key) => needed.has(key) || values[key] !== undefined)));
  const [open, setOpen] = useState(false);
  const above = keys.filter((key) => first.has(key) || wrong(key));
  const rest = keys.filter((key) => !above.includes(key));
  const set = (key: string, next: unknown) => onChange(Object.fromEntries(Object.entries({ ...values, [key]: next }).filter(([, each]) => each !== undefined)));
  const field = (key: string) => (
    <SchemaField key={key} name={key} schema={schema.properties![key]!} root={root} value={values[key]} path={path ? `${path}.${key}` : key} required={needed.has(key)} onChange={(next) => set(key, next)} />
  );
  const Chevron = open ? ChevronDown : ChevronRight;
  return (
    <div className="flex min-w-0 flex-col gap-4">
      {columns ? <div className="grid grid-cols-2 items-start gap-4 max-sm:grid-cols-1">{above.map(field)}</div> : above.map(field)}
      {rest.length > 0 && (
        <>
          <button type="button" aria-expanded={open} onClick={() => setOpen(!open)} className="inline-flex items-center gap-1 self-start rounded-sm text-sm font-medium text-accent hover:underline">
            <Chevron aria-hidden size={14} />{open ? "Fewer options" : `${rest.length} more ${rest.length === 1 ? "option" : "options"}`}
          </button>
          {open && rest.map(field)}
        </>
      )}
    </div>
  );
}

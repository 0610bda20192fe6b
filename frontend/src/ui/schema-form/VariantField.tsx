import { Select } from "../Field";
import { useForm } from "./context";
import type { LiteralProps } from "./Literal";
import { ObjectFields } from "./ObjectFields";
import { resolve, toVariant, variantOf } from "./schema";

/** An object that is one of several kinds; without alternatives just its fields. */
export function VariantField({ label, schema, root, value, path, onChange }: LiteralProps) {
  const { readOnly } = useForm();
  if (!schema.oneOf?.length) return <ObjectFields schema={schema} root={root} value={value} path={path} onChange={onChange} />;
  const variants = schema.oneOf.map((each) => resolve(each, root));
  const now = variantOf(variants, value);
  return (
    <div className="flex flex-col gap-4">
      <Select aria-label={`Kind of ${label}`} disabled={readOnly} options={variants.map((each, index) => ({ value: String(index), label: each.title ?? `Kind ${index + 1}` }))} value={String(now)}
        onChange={(event) => onChange(toVariant(variants[Number(event.target.value)]!, value, root))} />
      <ObjectFields key={now} schema={variants[now]!} root={root} value={value} path={path} onChange={onChange} />
    </div>
  );
}

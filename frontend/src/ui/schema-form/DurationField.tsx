import { useState } from "react";
import { Input, Select } from "../Field";
import { simpleDuration, UNIT_OPTIONS, type Unit } from "./durations";
import type { Schema } from "./schema";

interface Props { id: string; label: string; schema: Schema; value: unknown; disabled: boolean; onChange: (value: unknown) => void; "aria-describedby"?: string; "aria-invalid"?: boolean }

/** A number and its unit; as text where it has several, such as 1h30m. */
export function DurationField({ label, schema, value, onChange, ...rest }: Props) {
  const simple = simpleDuration(value);
  const fallback = simpleDuration(schema.default);
  const [unit, setUnit] = useState<Unit | null>(null);
  if (!simple) return <Input {...rest} value={String(value)} className="max-w-60" onChange={(event) => onChange(event.target.value || undefined)} />;
  const shown = simple.count === "" ? (unit ?? (fallback?.count ? fallback.unit : "m")) : simple.unit;
  return (
    <span className="flex max-w-60 gap-2">
      <Input {...rest} inputMode="decimal" placeholder={fallback?.count} value={simple.count}
        onChange={(event) => { const text = event.target.value.trim(); setUnit(shown); onChange(text === "" ? undefined : /^\d+(\.\d+)?$/.test(text) ? `${text}${shown}` : text); }} />
      <Select aria-label={`Unit of ${label}`} disabled={rest.disabled} options={UNIT_OPTIONS} value={shown} onChange={(event) => { const next = event.target.value as Unit; setUnit(next); if (simple.count !== "") onChange(`${simple.count}${next}`); }} />
    </span>
  );
}

import { useState } from "react";
import { Input } from "../Field";
import type { Schema } from "./schema";

interface Props { id: string; schema: Schema; value: unknown; disabled: boolean; onChange: (value: unknown) => void; "aria-describedby"?: string; "aria-invalid"?: boolean }

/** A number; what is no number yet is kept on the screen and not in the value. */
export function NumberField({ schema, value, onChange, ...rest }: Props) {
  const [typed, setTyped] = useState<string | null>(null);
  function type(text: string) {
    const number = Number(text);
    if (text.trim() === "") { setTyped(null); onChange(undefined); }
    else if (Number.isFinite(number)) { setTyped(text); onChange(number); }
    else setTyped(text);
  }
  const shown = typed ?? (value === undefined || value === null ? "" : String(value));
  return (
    <Input {...rest} inputMode={schema.type === "integer" ? "numeric" : "decimal"} className="max-w-40" placeholder={schema.default === undefined ? undefined : String(schema.default)} value={shown}
      aria-invalid={rest["aria-invalid"] || (typed !== null && !Number.isFinite(Number(typed))) || undefined} onChange={(event) => type(event.target.value)} onBlur={() => setTyped(null)}
      onKeyDown={(event) => {
        const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
        const now = Number(shown || schema.default || 0);
        if (!step || !Number.isFinite(now)) return;
        event.preventDefault();
        type(String(Math.max(schema.minimum ?? -Infinity, Math.min(schema.maximum ?? Infinity, now + step))));
      }} />
  );
}

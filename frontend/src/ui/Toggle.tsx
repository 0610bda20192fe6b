import { Check, Minus } from "lucide-react";
import { Checkbox as RadixCheckbox, Switch as RadixSwitch } from "radix-ui";
import { useId, type ReactNode } from "react";

interface Props { label: ReactNode; checked: boolean; onChange: (checked: boolean) => void; disabled?: boolean; /** Only screen readers get the label. */ bare?: boolean }

export function Checkbox({ label, checked, onChange, disabled, bare }: Omit<Props, "checked"> & { checked: boolean | "indeterminate" }) {
  const id = useId();
  return (
    <span className="inline-flex items-center gap-2">
      <RadixCheckbox.Root
        id={id}
        checked={checked}
        disabled={disabled}
        onCheckedChange={(value) => onChange(value === true)}
        aria-label={bare && typeof label === "string" ? label : undefined}
        className="inline-flex size-4 items-center justify-center rounded-sm border border-line-strong bg-surface text-white data-[state=checked]:border-accent-fill data-[state=checked]:bg-accent-fill data-[state=indeterminate]:border-accent-fill data-[state=indeterminate]:bg-accent-fill disabled:opacity-50"
      >
        <RadixCheckbox.Indicator>{checked === "indeterminate" ? <Minus size={12} aria-hidden /> : <Check size={12} aria-hidden />}</RadixCheckbox.Indicator>
      </RadixCheckbox.Root>
      {!bare && <label htmlFor={id} className="text-sm">{label}</label>}
    </span>
  );
}

export function Switch({ label, checked, onChange, disabled, bare }: Props) {
  const id = useId();
  return (
    <span className="inline-flex items-center gap-2">
      <RadixSwitch.Root
        id={id}
        checked={checked}
        disabled={disabled}
        onCheckedChange={onChange}
        aria-label={bare && typeof label === "string" ? label : undefined}
        className="relative h-5 w-9 shrink-0 rounded-full bg-line-strong transition-colors data-[state=checked]:bg-accent-fill disabled:opacity-50"
      >
        <RadixSwitch.Thumb className="block size-4 translate-x-0.5 rounded-full bg-white transition-transform data-[state=checked]:translate-x-[18px]" />
      </RadixSwitch.Root>
      {!bare && <label htmlFor={id} className="text-sm">{label}</label>}
    </span>
  );
}

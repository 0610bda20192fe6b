import { cx } from "../cx";

interface Props { label: string; value: string; options: { value: string; label: string }[]; onChange: (value: string) => void; /** Always in sight, not only while the field is pointed at or has the focus. */ shown?: boolean; disabled?: boolean }

/** A few words to choose from, beside a label. */
export function ModeSwitch({ label, value, options, onChange, shown, disabled }: Props) {
  return (
    <span role="radiogroup" aria-label={label}
      className={cx("inline-flex h-5 items-center rounded-md bg-hover p-px text-xs transition-opacity", !shown && "opacity-0 group-focus-within/field:opacity-100 group-hover/field:opacity-100 pointer-coarse:opacity-100")}
      onKeyDown={(event) => {
        const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
        if (!step || disabled) return;
        event.preventDefault();
        const index = options.findIndex((each) => each.value === value);
        onChange(options[(index + step + options.length) % options.length]!.value);
        const buttons = event.currentTarget.querySelectorAll<HTMLElement>("button");
        buttons[(index + step + options.length) % options.length]?.focus();
      }}>
      {options.map((each) => (
        <button key={each.value} type="button" role="radio" aria-checked={each.value === value} tabIndex={each.value === value ? 0 : -1} disabled={disabled} onClick={() => onChange(each.value)}
          className={cx("h-4.5 rounded-sm px-1.5 text-muted", each.value === value && "bg-surface font-medium text-fg shadow-low")}>
          {each.label}
        </button>
      ))}
    </span>
  );
}

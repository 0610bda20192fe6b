import { LoaderCircle, type LucideIcon } from "lucide-react";
import type { ButtonHTMLAttributes, Ref } from "react";
import { cx } from "./cx";
import { Tooltip } from "./Tooltip";

type Look = "primary" | "secondary" | "ghost" | "danger";
interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: Look;
  size?: "sm" | "md";
  icon?: LucideIcon;
  /** Shows a turning icon and takes no clicks. */
  busy?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

const LOOKS: Record<Look, string> = {
  primary: "bg-accent-fill text-white hover:bg-accent-fill-hover shadow-low",
  secondary: "border border-line-strong/60 bg-surface text-fg hover:bg-hover shadow-low",
  ghost: "text-muted hover:bg-hover hover:text-fg",
  danger: "bg-fail-fill text-white hover:brightness-90 shadow-low",
};

export function Button({ look = "secondary", size = "md", icon: Icon, busy, className, children, disabled, ref, ...rest }: Props) {
  const Shown = busy ? LoaderCircle : Icon;
  return (
    <button
      ref={ref}
      type="button"
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      className={cx(
        "inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md font-medium whitespace-nowrap transition-colors",
        "disabled:opacity-50 disabled:pointer-events-none",
        size === "sm" ? "h-7 px-2 text-sm" : "h-8 px-3 text-sm",
        LOOKS[look],
        className,
      )}
      {...rest}
    >
      {Shown && <Shown aria-hidden size={15} className={cx(busy && "animate-spin")} />}
      {children}
    </button>
  );
}

interface IconButtonProps extends Omit<Props, "icon" | "children"> {
  icon: LucideIcon;
  /** Its name for screen readers, and its tooltip. */
  label: string;
  shortcut?: string;
}

export function IconButton({ icon: Icon, label, shortcut, look = "ghost", size = "md", busy, className, ...rest }: IconButtonProps) {
  const Shown = busy ? LoaderCircle : Icon;
  return (
    <Tooltip text={label} shortcut={shortcut}>
      <button
        type="button"
        aria-label={label}
        className={cx(
          "inline-flex shrink-0 items-center justify-center rounded-md transition-colors disabled:opacity-50 disabled:pointer-events-none",
          size === "sm" ? "size-7" : "size-8",
          LOOKS[look],
          className,
        )}
        {...rest}
      >
        <Shown aria-hidden size={16} className={cx(busy && "animate-spin")} />
      </button>
    </Tooltip>
  );
}

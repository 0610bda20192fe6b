import { useEffect, type ReactNode } from "react";

let badge = "";
let shown = "Treadle";
const write = () => { document.title = (badge ? `(${badge}) ` : "") + shown; };

/** The tab's title; say the status first: "Failed · order_refund". */
export function useTitle(title: string): void {
  useEffect(() => {
    shown = title === "Treadle" ? title : `${title} · Treadle`;
    write();
  }, [title]);
}

/** A number before the title of the tab, such as of open approvals. */
export function setTitleBadge(count: number): void {
  badge = count > 0 ? String(count) : "";
  write();
}

interface Props { title: ReactNode; tab?: string; icon?: ReactNode; meta?: ReactNode; actions?: ReactNode; children?: ReactNode }

/** The top of each page. `tab` sets the tab's title; else `title` does, if it is text. */
export function PageHeader({ title, tab, icon, meta, actions, children }: Props) {
  useTitle(tab ?? (typeof title === "string" ? title : "Treadle"));
  return (
    <header className="shrink-0 border-b bg-surface">
      <div className="flex min-h-13 flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2">
        {icon}
        <h1 className="min-w-0 truncate text-lg font-semibold">{title}</h1>
        {meta && <div className="flex min-w-0 flex-wrap items-center gap-2 text-sm text-muted">{meta}</div>}
        {actions && <div className="ml-auto flex flex-wrap items-center gap-2">{actions}</div>}
      </div>
      {children}
    </header>
  );
}

import { CircleAlert, CircleCheck, Info, X } from "lucide-react";
import { useSyncExternalStore, type ReactNode } from "react";
import { IconButton } from "./Button";
import { cx } from "./cx";

interface Toast { id: number; kind: "ok" | "error" | "info"; text: ReactNode; action?: { label: string; run: () => void } }
let toasts: Toast[] = [];
let last = 0;
const listeners = new Set<() => void>();

function change(next: Toast[]): void {
  toasts = next;
  listeners.forEach((listener) => listener());
}
const dismiss = (id: number) => change(toasts.filter((toast) => toast.id !== id));

function show(kind: Toast["kind"], text: ReactNode, action?: Toast["action"]): void {
  const id = ++last;
  change([...toasts.slice(-3), { id, kind, text, action }]);
  window.setTimeout(() => dismiss(id), kind === "error" ? 12_000 : 5_000);
}

/** Says what happened, from anywhere. An error stays longer and interrupts screen readers. */
export const toast = {
  ok: (text: ReactNode, action?: Toast["action"]) => show("ok", text, action),
  info: (text: ReactNode, action?: Toast["action"]) => show("info", text, action),
  error: (problem: unknown) => show("error", problem instanceof Error ? problem.message : String(problem)),
};

const ICONS = { ok: CircleCheck, error: CircleAlert, info: Info };
const TONES = { ok: "tone-ok", error: "tone-fail", info: "tone-accent" };

export function Toaster() {
  const shown = useSyncExternalStore((listener) => { listeners.add(listener); return () => listeners.delete(listener); }, () => toasts);
  return (
    <div aria-live="polite" className="pointer-events-none fixed right-4 bottom-4 z-50 flex w-80 max-w-[calc(100vw-2rem)] flex-col gap-2 max-md:bottom-20">
      {shown.map(({ id, kind, text, action }) => {
        const Icon = ICONS[kind];
        return (
          <div key={id} role={kind === "error" ? "alert" : "status"} className={cx("overlay pointer-events-auto flex items-start gap-2 p-2 pl-3 text-sm", TONES[kind])}>
            <Icon aria-hidden size={16} className="mt-1.5 shrink-0 text-tone" />
            <div className="min-w-0 flex-1 py-1 break-words">
              {text}
              {action && <button type="button" className="ml-2 font-medium text-accent underline" onClick={() => { action.run(); dismiss(id); }}>{action.label}</button>}
            </div>
            <IconButton icon={X} label="Dismiss" size="sm" onClick={() => dismiss(id)} />
          </div>
        );
      })}
    </div>
  );
}

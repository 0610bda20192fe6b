import type { LucideIcon } from "lucide-react";
import { useEffect, useRef, useSyncExternalStore } from "react";

/** Something that the command palette offers while the page that registers it is open. */
export interface Action { id: string; label: string; icon?: LucideIcon; /** Shown at the right; the page registers the key itself. */ keys?: string; /** More words by which it is found. */ words?: string; /** Not of one page: it stands among the general ones. */ everywhere?: boolean; run: () => void }

let sets: Action[][] = [];
let all: Action[] = [];
const listeners = new Set<() => void>();

function change(next: Action[][]): void {
  sets = next;
  all = sets.flat();
  listeners.forEach((listener) => listener());
}

/** Registers actions while the component is mounted; what they run is always the latest. */
export function useActions(actions: Action[]): void {
  const latest = useRef(actions);
  useEffect(() => { latest.current = actions; });
  const shape = actions.map((each) => `${each.id}\t${each.label}`).join("\n");
  useEffect(() => {
    const set = latest.current.map((each, index) => ({ ...each, run: () => latest.current[index]?.run() }));
    change([...sets, set]);
    return () => change(sets.filter((each) => each !== set));
  }, [shape]);
}

export function useAllActions(): Action[] {
  return useSyncExternalStore((listener) => { listeners.add(listener); return () => listeners.delete(listener); }, () => all);
}

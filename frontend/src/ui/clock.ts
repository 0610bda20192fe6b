import { useSyncExternalStore } from "react";

const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    if (document.hidden) return;
    now = Date.now();
    listeners.forEach((each) => each());
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

const never = () => () => {};

/** Milliseconds since 1970, by the one clock of the page that ticks each second. `step` coarsens it, so that fewer things render. */
export function useNow(step = 1000, ticking = true): number {
  return useSyncExternalStore(ticking ? subscribe : never, () => (timer ? now : (now = Math.floor(Date.now() / 1000) * 1000)) - (now % step));
}

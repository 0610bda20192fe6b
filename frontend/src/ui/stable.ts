import { useCallback, useInsertionEffect, useRef } from "react";

/** A function that stays the same over all renders, and does what the latest one does. For event handlers, not for what is called while rendering. */
export function useStable<Args extends unknown[], Result>(latest: (...args: Args) => Result): (...args: Args) => Result {
  const kept = useRef(latest);
  useInsertionEffect(() => { kept.current = latest; });
  return useCallback((...args: Args) => kept.current(...args), []);
}

import { useEffect, useRef, useState } from "react";

const MANY = 1_000;

/** The list itself; a long one that grows quickly is taken over four times a second. */
export function useSteady<T>(items: T[]): T[] {
  const latest = useRef(items);
  const [taken, setTaken] = useState(items);
  useEffect(() => { latest.current = items; }, [items]);
  const many = items.length > MANY;
  useEffect(() => {
    if (!many) return;
    const timer = setInterval(() => setTaken(latest.current), 250);
    return () => clearInterval(timer);
  }, [many]);
  return many && taken.length > 0 ? taken : items;
}

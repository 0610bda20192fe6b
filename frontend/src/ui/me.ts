import { useSyncExternalStore } from "react";

const KEY = "treadle.me";
const listeners = new Set<() => void>();
let unstored: string | null = null;

function read(): string {
  try { return localStorage.getItem(KEY) ?? unstored ?? ""; } catch { return unstored ?? ""; }
}

/** The name under which this browser decides; it proves nothing. */
export function setMe(name: string): void {
  unstored = name.trim();
  try { localStorage.setItem(KEY, unstored); } catch { /* It holds until the page is left. */ }
  listeners.forEach((listener) => listener());
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener("storage", listener);
  return () => { listeners.delete(listener); window.removeEventListener("storage", listener); };
}

export const useMe = (): string => useSyncExternalStore(subscribe, read);
export const samePerson = (one: string, other: string): boolean => one.trim().toLowerCase() === other.trim().toLowerCase();

/** The states of a draft, for undo and redo. */
export interface History<T> { past: T[]; now: T; future: T[]; /** What the last change was, so that typing in one field is undone at once. */ tag: string | null; at: number }

const MOST = 200;
const TOGETHER = 1200;

export const begin = <T>(now: T): History<T> => ({ past: [], now, future: [], tag: null, at: 0 });

/** With a `tag` the change joins the one before if that had the same tag a moment ago. */
export function push<T>(history: History<T>, next: T, { tag = null, at = Date.now() }: { tag?: string | null; at?: number } = {}): History<T> {
  if (next === history.now) return history;
  const joins = tag !== null && tag === history.tag && at - history.at < TOGETHER && history.past.length > 0;
  return { past: joins ? history.past : [...history.past.slice(1 - MOST), history.now], now: next, future: [], tag, at };
}

/** Changes what is there without a step to undo, such as after the server has stored it in another form. */
export function replace<T>(history: History<T>, next: T): History<T> {
  return { ...history, now: next, tag: null };
}

export function undo<T>(history: History<T>): History<T> {
  const before = history.past.at(-1);
  return before === undefined ? history : { past: history.past.slice(0, -1), now: before, future: [history.now, ...history.future], tag: null, at: 0 };
}

export function redo<T>(history: History<T>): History<T> {
  const [next, ...future] = history.future;
  return next === undefined ? history : { past: [...history.past, history.now], now: next, future, tag: null, at: 0 };
}

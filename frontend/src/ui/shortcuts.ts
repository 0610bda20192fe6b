import { useEffect, useRef, useSyncExternalStore } from "react";

export interface Shortcut {
  /** "mod+k", "?", "j", or "g e" for one after the other. */
  keys: string;
  label: string;
  run: (event: KeyboardEvent) => void;
  /** Also while a text field has the focus (with mod it always does). */
  inFields?: boolean;
  /** Not while a text field has the focus, although it is with mod: the field's own undo, copy, select all. */
  notInFields?: boolean;
  /** Only told in the `?` sheet; whoever shows the page deals with the key. */
  told?: boolean;
}
export interface ShortcutGroup { title: string; shortcuts: Shortcut[] }

let groups: ShortcutGroup[] = [];
const listeners = new Set<() => void>();
let before: { key: string; at: number } | null = null;

function change(next: ShortcutGroup[]): void {
  groups = next;
  listeners.forEach((listener) => listener());
}

export function keyName(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "shiftKey" | "altKey">): string {
  const key = event.key === " " ? "space" : event.key.toLowerCase().replace("arrow", "");
  const parts = [event.ctrlKey || event.metaKey ? "mod" : "", event.altKey ? "alt" : "", event.shiftKey && (key.length > 1 || /[a-z]/.test(key)) ? "shift" : ""];
  return [...parts.filter(Boolean), key].join("+");
}

const inField = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.shadowRoot !== null);
const modalOpen = () => document.querySelector("[role=dialog][data-state=open], [role=alertdialog][data-state=open]") !== null;

/** The latest registered group wins; nothing runs under an open dialog, except of groups registered by it (`modal`). */
export function handleKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  const name = keyName(event);
  const sequence = before && event.timeStamp - before.at < 900 ? `${before.key} ${name}` : null;
  before = { key: name, at: event.timeStamp };
  const typing = inField(event.target);
  for (const group of [...groups].reverse()) {
    for (const shortcut of group.shortcuts) {
      if (shortcut.told || (shortcut.keys !== name && shortcut.keys !== sequence)) continue;
      if (typing && shortcut.notInFields) continue;
      if (typing && !shortcut.inFields && !name.startsWith("mod+")) continue;
      if (modalOpen() && !shortcut.inFields) continue;
      event.preventDefault();
      before = null;
      shortcut.run(event);
      return;
    }
  }
}

/** Registers keys while the component is mounted; the `?` sheet shows them under `title`. */
export function useShortcuts(title: string, shortcuts: Shortcut[]): void {
  const latest = useRef(shortcuts);
  useEffect(() => { latest.current = shortcuts; });
  const shape = shortcuts.map((each) => `${each.keys}\t${each.label}\t${each.inFields ?? ""}`).join("\n");
  useEffect(() => {
    const group: ShortcutGroup = {
      title,
      shortcuts: latest.current.map((each, index) => ({ ...each, run: (event) => latest.current[index]?.run(event) })),
    };
    change([...groups, group]);
    return () => change(groups.filter((each) => each !== group));
  }, [title, shape]);
}

export function useShortcutGroups(): ShortcutGroup[] {
  return useSyncExternalStore((listener) => { listeners.add(listener); return () => listeners.delete(listener); }, () => groups);
}

import { ArrowDown, ArrowUp, Plus, X } from "lucide-react";
import { useState } from "react";
import { Button, IconButton } from "../Button";
import { findingAt, findingText, useForm } from "./context";
import { Literal, type LiteralProps } from "./Literal";
import { kindOf, resolve, starter } from "./schema";
import { SchemaField } from "./SchemaField";

const singular = (label: string) => label.toLowerCase().replace(/ies$/, "y").replace(/(?<!s)s$/, "").replace(/^any of$/, "way on").replace(/^good status(es)?$/, "status");

/** Items one under the other; of objects each in a card. */
export function ListField({ label, schema, root, value, path, onChange }: LiteralProps) {
  const { readOnly, findings } = useForm();
  const list = Array.isArray(value) ? (value as unknown[]) : [];
  const item = resolve(schema.items ?? {}, root);
  const kind = kindOf(item);
  const cards = kind === "object" || kind === "variants";
  // React must know which card is which when one is moved or removed.
  const [keys, setKeys] = useState<number[]>([]);
  const ids = list.map((_, index) => keys[index] ?? index);
  const change = (next: unknown[], order: number[]) => { setKeys(order); onChange(next.length === 0 && list.length === 0 ? undefined : next); };
  const fresh = () => Math.max(-1, ...ids) + 1;
  const set = (index: number, next: unknown) => onChange(list.map((each, place) => (place === index ? next : each)));
  const drop = (index: number) => change(list.filter((_, place) => place !== index), ids.filter((_, place) => place !== index));
  const swap = (index: number, other: number) => {
    const moved = [...list], order = [...ids];
    [moved[index], moved[other]] = [moved[other], moved[index]];
    [order[index], order[other]] = [order[other]!, order[index]!];
    change(moved, order);
  };
  const one = item.title && !cards ? item.title.toLowerCase() : singular(label);
  const buttons = (index: number) => !readOnly && (
    <span className="flex shrink-0">
      {cards && <IconButton icon={ArrowUp} size="sm" label={`Move ${one} ${index + 1} up`} disabled={index === 0} onClick={() => swap(index, index - 1)} />}
      {cards && <IconButton icon={ArrowDown} size="sm" label={`Move ${one} ${index + 1} down`} disabled={index === list.length - 1} onClick={() => swap(index, index + 1)} />}
      <IconButton icon={X} size="sm" label={`Remove ${one} ${index + 1}`} onClick={() => drop(index)} />
    </span>
  );
  return (
    <div className="flex min-w-0 flex-col gap-2">
      {list.map((each, index) => cards ? (
        <div key={ids[index]} role="group" aria-label={`${label} ${index + 1}`} className="rounded-md border bg-bg">
          <div className="flex h-8 items-center gap-2 border-b pr-0.5 pl-3 text-xs text-muted"><span className="font-medium text-fg">{index + 1}</span><span className="min-w-0 flex-1 truncate font-mono">{headline(each)}</span>{buttons(index)}</div>
          <div className="p-3">
            {findingText(findingAt(findings, `${path}[${index}]`, false)) && <p className="mb-2 text-xs text-fail">{findingText(findingAt(findings, `${path}[${index}]`, false))}</p>}
            <Literal id={`${path}-${index}`} label={`${label} ${index + 1}`} kind={kind === "object" ? "variants" : kind} schema={item} root={root} value={each} path={`${path}[${index}]`} onChange={(next) => set(index, next)} />
          </div>
        </div>
      ) : (
        <div key={ids[index]} className="flex min-w-0 items-start gap-1">
          <div className="min-w-0 flex-1"><SchemaField name={`${one} ${index + 1}`} schema={{ ...item, title: `${one.charAt(0).toUpperCase()}${one.slice(1)} ${index + 1}` }} root={root} value={each} path={`${path}[${index}]`} required onChange={(next) => set(index, next)} /></div>
          <span className="pt-6">{buttons(index)}</span>
        </div>
      ))}
      {!readOnly && (schema.maxItems === undefined || list.length < schema.maxItems) && (
        <Button size="sm" icon={Plus} className="self-start" onClick={() => change([...list, starter(item, root)], [...ids, fresh()])}>Add {one}</Button>
      )}
    </div>
  );
}

/** What an item is called: its first text. */
function headline(value: unknown): string {
  const text = value && typeof value === "object" ? Object.values(value).find((each) => typeof each === "string" && each !== "") : undefined;
  return typeof text === "string" ? text : "";
}

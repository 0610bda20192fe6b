import type { NodeType } from "@/api/system";

const LABELS: Record<string, string> = { trigger: "Start", flow: "Flow", wait: "Waiting", people: "People", data: "Data", network: "Network", system: "System", ai: "AI", demo: "Demo" };
const ORDER = Object.keys(LABELS);

export interface Group { category: string; label: string; types: NodeType[] }

/** By category, in an order that follows how a workflow is drawn; `asFound`: that of the best hit first. */
export function grouped(types: NodeType[], asFound = false): Group[] {
  const found = new Map<string, NodeType[]>();
  for (const type of types) found.set(type.category, [...(found.get(type.category) ?? []), type]);
  const place = (category: string) => (ORDER.includes(category) ? ORDER.indexOf(category) : category === "demo" ? 999 : 100);
  return [...found]
    .sort(([one], [other]) => (asFound ? 0 : place(one) - place(other)))
    .map(([category, list]) => ({ category, label: LABELS[category] ?? category[0]!.toUpperCase() + category.slice(1), types: list }));
}

/** What the words are in; a type whose name begins with the text comes first. */
export function matching(types: NodeType[], text: string): NodeType[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const hits = types.filter((type) => {
    const all = `${type.type} ${type.summary} ${type.category} ${LABELS[type.category] ?? ""}`.toLowerCase();
    return words.every((word) => all.includes(word));
  });
  const rank = ({ type }: NodeType) => (words.length === 0 ? 0 : type === words[0] ? 0 : type.split(".").some((part) => part.startsWith(words[0]!)) ? 1 : 2);
  return words.length ? [...hits].sort((one, other) => rank(one) - rank(other)) : hits;
}

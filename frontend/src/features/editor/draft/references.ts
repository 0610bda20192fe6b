import type { GraphConfig, GraphEdge, GraphNode } from "@/graph/model";
import { innerGraph } from "@/graph/ports";

/** Keys whose text is an expression as a whole; in any other text only what is in {{ }} is. */
const EXPRESSIONS = new Set(["when", "condition", "items", "count", "complete_when", "output", "key", "left", "right", "each", "by", "keep", "drop", "tokens", "take", "until"]);

const escape = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** In one expression: `nodes.old`, `nodes["old"]` and `get(nodes, ["old", …])`. */
function inExpression(text: string, names: Map<string, string>): string {
  let result = text;
  for (const [from, to] of names) {
    const id = escape(from);
    result = result
      .replace(new RegExp(`(?<![\\w."'])nodes(\\s*\\.\\s*)${id}(?!\\w)`, "g"), `nodes$1\u0000${to}`)
      .replace(new RegExp(`(?<![\\w."'])nodes(\\s*\\[\\s*)(["'])${id}\\2`, "g"), `nodes$1$2\u0000${to}$2`)
      .replace(new RegExp(`\\bnodes(\\s*,\\s*\\[\\s*)(["'])${id}\\2`, "g"), `nodes$1$2\u0000${to}$2`);
  }
  return result.replaceAll("\u0000", "");
}

function inText(text: string, key: string, names: Map<string, string>): string {
  if (!text.includes("nodes")) return text;
  if (text.includes("{{")) return text.replace(/\{\{[\s\S]*?\}\}/g, (part) => inExpression(part, names));
  return EXPRESSIONS.has(key) ? inExpression(text, names) : text;
}

function inValue(value: unknown, key: string, names: Map<string, string>): unknown {
  if (typeof value === "string") return inText(value, key, names);
  if (Array.isArray(value)) return sameOr(value, value.map((each) => inValue(each, key, names)));
  if (value && typeof value === "object") {
    const entries = Object.entries(value).map(([name, each]) => [name, inValue(each, name, names)] as const);
    return entries.every(([name, each]) => each === (value as Record<string, unknown>)[name]) ? value : Object.fromEntries(entries);
  }
  return value;
}

const sameOr = <T>(before: T[], after: T[]): T[] => (after.every((each, index) => each === before[index]) ? before : after);

/** A node as it reads when others are called otherwise. Its own id stays. */
export function withNamesIn(node: GraphNode, names: Map<string, string>): GraphNode {
  const { graph, ...config } = node.config ?? {};
  const inner = innerGraph(node);
  const to = (id: unknown) => (typeof id === "string" ? (names.get(id) ?? id) : id);
  const next: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(node)) {
    if (key === "config" || key === "position" || key === "id" || key === "type" || key === "name" || key === "notes") continue;
    next[key] = key === "cancels" && Array.isArray(value) ? sameOr(value, value.map(to)) : inValue(value, key, names);
  }
  const values = inValue(config, "", names) as Record<string, unknown>;
  if (node.type === "gate") for (const key of ["node", "while", "after"]) if (key in values) values[key] = to(values[key]);
  const shadowed = inner && new Map([...names].filter(([from]) => !inner.nodes.some((each) => each.id === from)));
  const changed = { ...node, ...next, ...(node.config && { config: graph === undefined ? values : { ...values, graph: inner && shadowed ? withNames(inner, shadowed, false) : graph } }) };
  return JSON.stringify(changed) === JSON.stringify(node) ? node : changed;
}

/** A graph whose nodes are called otherwise: ids, edges, expressions, and what else names them. `own` renames its nodes too, not only what it reads. */
export function withNames(graph: GraphConfig, names: Map<string, string>, own = true): GraphConfig {
  const edges = graph.edges.map((edge): GraphEdge => {
    const text = { ...edge, ...(edge.when && { when: inExpression(edge.when, names) }) };
    return own ? { ...text, source: names.get(edge.source) ?? edge.source, target: names.get(edge.target) ?? edge.target } : text;
  });
  const nodes = graph.nodes.map((node) => {
    const read = withNamesIn(node, names);
    return own && names.has(node.id) ? { ...read, id: names.get(node.id)! } : read;
  });
  const settings = graph.settings && (inValue(limitsNamed(graph.settings, names), "", names) as Record<string, unknown>);
  return { ...graph, nodes, edges, ...(settings && { settings }) };
}

function limitsNamed(settings: Record<string, unknown>, names: Map<string, string>): Record<string, unknown> {
  if (!Array.isArray(settings.rate_limits)) return settings;
  return { ...settings, rate_limits: settings.rate_limits.map((limit: Record<string, unknown>) => (typeof limit.node === "string" ? { ...limit, node: names.get(limit.node) ?? limit.node } : limit)) };
}

import type { NodeType } from "@/api/system";

/** What a node says when it is put on the canvas, so that it can be saved and run before it is filled in. */
const STARTERS: Record<string, Record<string, unknown>> = {
  log: { message: "hello" },
  set: { value: "" },
  if: { condition: "true" },
  switch: { cases: [{ port: "first", when: "true" }] },
  fail: { message: "failed on purpose" },
  for_each: { items: [1, 2, 3], graph: { nodes: [{ id: "each_item", type: "set", config: { value: "{{ item }}" }, position: { x: 0, y: 0 } }], edges: [] } },
  while: { condition: "index < 3", max: 10, graph: { nodes: [{ id: "turn", type: "set", config: { value: "{{ index }}" }, position: { x: 0, y: 0 } }], edges: [] } },
  repeat: { max: 3, graph: { nodes: [{ id: "turn", type: "set", config: { value: "{{ index }}" }, position: { x: 0, y: 0 } }], edges: [] } },
  block: { graph: { nodes: [{ id: "inside", type: "noop", position: { x: 0, y: 0 } }], edges: [] } },
  wait: { duration: "10s" },
  "signal.wait": { signal: "go" },
  wait_any: { any: [{ port: "came", signal: "go" }, { port: "late", duration: "1d" }] },
  approval: { title: "May this go on?" },
  "http.request": { url: "https://api.example.com" },
  "template.render": { template: "hello" },
};

interface Schema { type?: string | string[]; enum?: unknown[]; default?: unknown; required?: string[]; properties?: Record<string, Schema>; format?: string; minLength?: number }

/** Known starters, else the required keys of the schema with the plainest value that fits. */
export function starterConfig({ type, config_schema }: NodeType): Record<string, unknown> {
  if (STARTERS[type]) return structuredClone(STARTERS[type]);
  const schema = config_schema as Schema;
  return Object.fromEntries((schema.required ?? []).map((key) => [key, plainest(schema.properties?.[key] ?? {})]));
}

function plainest(schema: Schema): unknown {
  if (schema.default !== undefined) return schema.default;
  if (schema.enum?.length) return schema.enum[0];
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case "string": return schema.format === "expression" ? "null" : schema.minLength ? "…" : "";
    case "integer": case "number": return 1;
    case "boolean": return false;
    case "array": return [];
    case "object": return {};
    default: return null;
  }
}

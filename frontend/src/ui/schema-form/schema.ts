/** The part of JSON Schema that forms are made from. */
export interface Schema {
  type?: string | string[]; title?: string; description?: string; default?: unknown; enum?: unknown[]; const?: unknown; format?: string; examples?: unknown[];
  properties?: Record<string, Schema>; required?: string[]; items?: Schema; additionalProperties?: boolean | Schema;
  anyOf?: Schema[]; oneOf?: Schema[]; allOf?: Schema[]; $ref?: string; $defs?: Record<string, Schema>; definitions?: Record<string, Schema>;
  minimum?: number; maximum?: number; minLength?: number; maxLength?: number; minItems?: number; maxItems?: number; pattern?: string;
}
export type Kind = "expression" | "text" | "multiline" | "number" | "boolean" | "choice" | "duration" | "list" | "object" | "map" | "variants" | "graph" | "any";

/** Follows `$ref`, and takes apart what Pydantic and others write for "a number or null". */
export function resolve(schema: Schema, root: Schema): Schema {
  let found = schema;
  for (let depth = 0; depth < 20; depth += 1) {
    if (found.$ref?.startsWith("#/")) {
      const { $ref, ...rest } = found;
      const target = $ref.slice(2).split("/").reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], root) as Schema | undefined;
      found = { ...(target ?? {}), ...rest };
      continue;
    }
    const alternatives = found.anyOf?.filter((each) => each.type !== "null");
    if (alternatives?.length === 1 && found.properties === undefined) {
      const rest = { ...found };
      delete rest.anyOf;
      found = { ...alternatives[0], ...rest };
      continue;
    }
    if (found.oneOf?.length && found.oneOf.every((each) => each.const !== undefined)) return { ...found, enum: found.oneOf.map((each) => each.const) };
    return found;
  }
  return found;
}

export function typesOf(schema: Schema): string[] {
  const types = Array.isArray(schema.type) ? schema.type : schema.type ? [schema.type] : [];
  return types.filter((type) => type !== "null");
}

/** How a value of this schema is edited. */
export function kindOf(schema: Schema): Kind {
  const types = typesOf(schema);
  if (schema.format === "graph") return "graph";
  if (schema.format === "expression") return "expression";
  if (schema.format === "duration") return "duration";
  if (schema.enum) return "choice";
  if (schema.oneOf?.length && schema.oneOf.every((each) => each.properties)) return "variants";
  if (types.length === 1 || (types.length === 0 && schema.properties)) {
    switch (types[0]) {
      case "boolean": return "boolean";
      case "integer": case "number": return "number";
      case "string": return schema.format === "multiline" || schema.format === "textarea" ? "multiline" : "text";
      case "array": return schema.items ? "list" : "any";
      default:
        if (schema.properties && Object.keys(schema.properties).length > 0) return "object";
        return schema.additionalProperties && typeof schema.additionalProperties === "object" ? "map" : "any";
    }
  }
  return "any";
}

/** The plainest value that fits: what a new item of a list begins with. */
export function starter(schema: Schema, root: Schema): unknown {
  const found = resolve(schema, root);
  if (found.default !== undefined) return structuredClone(found.default);
  const kind = kindOf(found);
  switch (kind) {
    case "object": return Object.fromEntries((found.required ?? []).map((key) => [key, starter(found.properties?.[key] ?? {}, root)]));
    case "variants": return starter({ type: "object", properties: found.oneOf![0]!.properties, required: found.oneOf![0]!.required }, root);
    case "list": return [];
    case "map": return {};
    case "choice": return found.enum![0];
    case "boolean": return false;
    case "number": return found.minimum ?? 0;
    case "duration": return "1m";
    default: return "";
  }
}

/** Which alternative of a `oneOf` a value is: the one whose required keys it has most of. */
export function variantOf(variants: Schema[], value: unknown): number {
  const keys = new Set(Object.keys((value ?? {}) as object));
  const score = (variant: Schema) => {
    const required = variant.required ?? [];
    const extra = [...keys].filter((key) => !variant.properties?.[key]).length;
    return required.filter((key) => keys.has(key)).length - required.filter((key) => !keys.has(key)).length - extra * 2;
  };
  return variants.reduce((best, variant, index) => (score(variant) > score(variants[best]!) ? index : best), 0);
}

/** A value carried over to another alternative: what both know is kept, what the new one needs is begun. */
export function toVariant(variant: Schema, value: unknown, root: Schema): Record<string, unknown> {
  const kept = Object.fromEntries(Object.entries((value ?? {}) as object).filter(([key]) => variant.properties?.[key]));
  const needed = (variant.required ?? []).filter((key) => !(key in kept)).map((key) => [key, starter(variant.properties?.[key] ?? {}, root)] as const);
  return { ...kept, ...Object.fromEntries(needed) };
}

/** Whether a map's values may be a secret's name. */
export const takesSecret = (schema: Schema): boolean => Boolean([schema, ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].some((each) => each.properties?.secret && each.required?.includes("secret")));

/** "config" and "X-Key" → `config["X-Key"]`, as findings name places. */
export const at = (path: string, key: string | number): string =>
  typeof key === "number" ? `${path}[${key}]` : /^[\p{L}_$][\p{L}\p{N}_$-]*$/u.test(key) ? (path ? `${path}.${key}` : key) : `${path}[${JSON.stringify(key)}]`;

/** `on_item_error` → "On item error". */
export const titleOf = (key: string, schema: Schema): string => schema.title || (key.charAt(0).toUpperCase() + key.slice(1)).replaceAll("_", " ");

import { expect, it } from "vitest";
import { findingAt } from "./context";
import { simpleDuration } from "./durations";
import { at, kindOf, resolve, starter, takesSecret, toVariant, variantOf, type Schema } from "./schema";

it.each<[Schema, string]>([
  [{ type: "string" }, "text"],
  [{ type: "string", format: "multiline" }, "multiline"],
  [{ type: ["string", "boolean"], format: "expression" }, "expression"],
  [{ type: ["string", "number"], format: "duration" }, "duration"],
  [{ type: ["integer", "null"] }, "number"],
  [{ enum: ["a"] }, "choice"],
  [{ type: "array", items: { type: "string" } }, "list"],
  [{ type: "object", additionalProperties: { type: "string" } }, "map"],
  [{ type: "object", properties: { a: {} } }, "object"],
  [{ type: ["object", "null"] }, "any"],
  [{ type: ["string", "array"] }, "any"],
  [{ type: "object", format: "graph" }, "graph"],
  [{}, "any"],
])("edits %j as %s", (schema, kind) => {
  expect(kindOf(schema)).toBe(kind);
});

it("reads references and values that may be null", () => {
  const root: Schema = { $defs: { Count: { type: "integer", minimum: 1 } } };

  expect(resolve({ anyOf: [{ $ref: "#/$defs/Count" }, { type: "null" }], title: "Times" }, root)).toEqual({ type: "integer", minimum: 1, title: "Times" });
});

it("does not run for ever on a reference to itself", () => {
  expect(kindOf(resolve({ $ref: "#/$defs/A" }, { $defs: { A: { $ref: "#/$defs/A" } } }))).toBe("any");
});

const ways: Schema[] = [
  { title: "Signal", properties: { port: { type: "string" }, signal: { type: "string" } }, required: ["port", "signal"] },
  { title: "Duration", properties: { port: { type: "string" }, duration: { type: "string", format: "duration" } }, required: ["port", "duration"] },
];

it("knows an alternative by the keys it needs", () => {
  expect(variantOf(ways, { port: "late", duration: "1d" })).toBe(1);
  expect(variantOf(ways, { port: "late" })).toBe(0);
});

it("keeps what both alternatives know", () => {
  expect(toVariant(ways[1]!, { port: "late", signal: "go" }, {})).toEqual({ port: "late", duration: "1m" });
});

it("begins a new item with what it needs", () => {
  expect(starter({ type: "object", properties: { port: { type: "string" }, all: { type: "boolean" }, do: { enum: ["count", "sum"] } }, required: ["port", "do"] }, {})).toEqual({ port: "", do: "count" });
});

it("sees that a value may be a secret", () => {
  expect(takesSecret({ anyOf: [{ type: "string" }, { type: "object", properties: { secret: {} }, required: ["secret"] }] })).toBe(true);
  expect(takesSecret({ type: "string" })).toBe(false);
});

it("names places as findings do", () => {
  expect(at("config.headers", "X-Key")).toBe("config.headers.X-Key");
  expect(at("config.headers", "a b")).toBe('config.headers["a b"]');
  expect(at("config.cases", 0)).toBe("config.cases[0]");
});

it("shows a finding at the innermost field", () => {
  const findings = [{ severity: "error", message: "no", field: "config.cases[0].when" }];

  expect(findingAt(findings, "config.cases", false)).toBeUndefined();
  expect(findingAt(findings, "config.cases[0].when", true)?.message).toBe("no");
});

it("takes a duration of one unit apart", () => {
  expect(simpleDuration("90m")).toEqual({ count: "90", unit: "m" });
  expect(simpleDuration(30)).toEqual({ count: "30", unit: "s" });
  expect(simpleDuration("1h30m")).toBeNull();
});

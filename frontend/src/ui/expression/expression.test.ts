import { expect, it } from "vitest";
import { searchPaths, suggest } from "./complete";
import { expressionStart, pathText, readPath, valueAt, type Scope } from "./scope";

const scope: Scope = { names: { input: { order_id: "A-1" } }, nodes: { fetch: { output: { total: 7, lines: [{ sku: "pen", "unit price": 2 }] }, error: null } } };
const labels = (before: string, after = "") => suggest(before, after, scope)?.options.map((each) => each.label) ?? null;

it("writes a way so that the language reads it", () => {
  expect(pathText(["nodes", "fetch", "output", "lines", 0, "unit price"])).toBe('nodes.fetch.output.lines[0]["unit price"]');
});

it("reads back the ways that it writes", () => {
  const path = ["nodes", "fetch", "output", "lines", -1, 'a "b"'];

  expect(readPath(pathText(path))).toEqual(path);
  expect(readPath("nodes.fetch + 1")).toBeNull();
});

it("finds nothing behind a missing key", () => {
  expect(valueAt(scope.nodes, ["fetch", "output", "totl", "more"])).toBeUndefined();
});

it("offers names, functions and words at the start", () => {
  expect(labels("le")).toEqual(expect.arrayContaining(["input", "nodes", "len", "and"]));
});

it("offers the keys that the last execution had", () => {
  expect(labels("nodes.")).toEqual(["fetch"]);
  expect(labels("1 + nodes.fetch.output.t")).toEqual(["total", "lines"]);
  expect(suggest("nodes.fetch.output.t", "", scope)!.from).toBe(19);
});

it("offers keys that are no words only in brackets", () => {
  expect(labels("nodes.fetch.output.lines[0].")).toEqual(["sku"]);
  expect(labels('nodes.fetch.output.lines[0]["')).toEqual(["sku", "unit price"]);
});

it("knows the variable of a comprehension that is written behind the cursor", () => {
  expect(labels("[line.", " for line in nodes.fetch.output.lines]")).toEqual(["sku"]);
});

it("is silent in a text and behind a number", () => {
  expect(labels('"nod')).toBeNull();
  expect(labels("12")).toBeNull();
});

it.each([
  ["a {{ x", 6, 4],
  ["a {{ x }} b", 10, null],
  ["{{ '}}' + ", 10, 2],
  ["{", 1, null],
])("tells whether the cursor in %j is in an expression", (text, at, start) => {
  expect(expressionStart(text, at)).toBe(start);
});

it("finds ways by key and by value", () => {
  expect(searchPaths(scope.nodes, "pen").map((each) => pathText(["nodes", ...each.path]))).toEqual(["nodes.fetch.output.lines[0].sku"]);
});

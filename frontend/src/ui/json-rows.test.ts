import { expect, it } from "vitest";
import { jsonRows, openedAtFirst, PAGE, ROOT } from "./json-rows";

it("shows nothing of what is closed, and says how much is in it", () => {
  const rows = jsonRows({ a: [1, 2, 3] }, {});

  expect(rows.map((row) => row.text)).toEqual(["1 key"]);
});

it("shows a large array page by page", () => {
  const rows = jsonRows(Array.from({ length: 1000 }, (_, index) => index), { [ROOT]: PAGE });

  expect(rows).toHaveLength(1 + PAGE + 1);
  expect(rows.at(-1)).toMatchObject({ kind: "more", size: 900 });
});

it("cuts long strings", () => {
  const [row] = jsonRows("x".repeat(5_000_000), {});

  expect(row!.text.length).toBe(200);
  expect(row!.size).toBe(5_000_000);
});

it("opens small values at once, and large ones only at the top", () => {
  expect(jsonRows({ a: { b: 1 } }, openedAtFirst({ a: { b: 1 } })).map((row) => row.key)).toEqual([null, "a", "b"]);
  const large = { a: Array.from({ length: 1000 }, () => 0) };
  expect(jsonRows(large, openedAtFirst(large))).toHaveLength(2);
});

it("keeps keys that look like paths apart", () => {
  const rows = jsonRows({ "a.b": 1, a: { b: 2 } }, openedAtFirst({ "a.b": 1, a: { b: 2 } }));

  expect(new Set(rows.map((row) => row.path)).size).toBe(rows.length);
});

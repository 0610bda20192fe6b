import { expect, test } from "vitest";
import { byActivity, isFresh } from "./fresh";

test("the example alone is a fresh install", () => {
  expect([isFresh(["order_refund"]), isFresh([]), isFresh(["mine"]), isFresh(["mine", "order_refund"])]).toEqual([true, false, false, false]);
});

test("workflows that ran last come first, and those that never ran by their change", () => {
  const rows = [
    { name: "old", updated_at: "2026-01-01T00:00:00Z", last: null },
    { name: "ran", updated_at: "2026-01-01T00:00:00Z", last: { created_at: "2026-01-03T00:00:00Z" } },
    { name: "new", updated_at: "2026-01-02T00:00:00Z", last: null },
  ];
  expect(byActivity(rows).map((row) => row.name)).toEqual(["ran", "new", "old"]);
});

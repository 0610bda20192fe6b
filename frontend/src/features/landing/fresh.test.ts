import { expect, test } from "vitest";
import { byActivity, isFresh } from "./fresh";

test("the examples alone are a fresh install", () => {
  const example = { name: "order_refund", description: "Example: refund an order. [shipped 0123abcd]" };
  const other = { ...example, name: "review_loop" };
  const mine = { name: "mine", description: "Example: of my own" };
  expect([isFresh([example]), isFresh([example, other]), isFresh([]), isFresh([mine]), isFresh([mine, example]), isFresh([other])]).toEqual([true, true, false, false, false, false]);
});

test("workflows that ran last come first, and those that never ran by their change", () => {
  const rows = [
    { name: "old", updated_at: "2026-01-01T00:00:00Z", last: null },
    { name: "ran", updated_at: "2026-01-01T00:00:00Z", last: { created_at: "2026-01-03T00:00:00Z" } },
    { name: "new", updated_at: "2026-01-02T00:00:00Z", last: null },
  ];
  expect(byActivity(rows).map((row) => row.name)).toEqual(["ran", "new", "old"]);
});

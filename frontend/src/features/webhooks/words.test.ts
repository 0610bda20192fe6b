import { expect, test } from "vitest";
import { lastOf, nameOf } from "./words";

test("the later of both says how it stands", () => {
  const early = "2026-07-01T09:00:00.5Z", late = "2026-07-01T09:00:01Z";
  expect(lastOf({ last_delivery_at: null, last_refused_at: null })).toBeNull();
  expect(lastOf({ last_delivery_at: early, last_refused_at: late })).toEqual({ at: late, outcome: "refused" });
  expect(lastOf({ last_delivery_at: late, last_refused_at: early })).toEqual({ at: late, outcome: "taken" });
});

test("without a description it is called by what it does", () => {
  expect(nameOf({ description: "", workflow: "orders", signal: "paid" })).toBe("Signals paid in orders");
  expect(nameOf({ description: "The shop", workflow: "orders", signal: null })).toBe("The shop");
});

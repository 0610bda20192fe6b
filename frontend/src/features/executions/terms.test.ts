import { expect, it } from "vitest";
import { readSaved, suggest, termsOf, toggleValue, valuesOf, withValues } from "./terms";

const known = { statuses: ["running", "failed"], workflows: ["orders", "order_refund"], triggers: ["manual"] };

it("keeps quoted words together", () => {
  expect(termsOf('status:failed "connection refused" error:"a, b"').map((term) => term.values)).toEqual([["failed"], ["\"connection refused\""], ["a, b"]]);
});

it("reads the values of a key", () => {
  expect(valuesOf("status:failed,running x", "status")).toEqual(["failed", "running"]);
});

it("switches a value on and off", () => {
  const on = toggleValue("hello", "status", "failed");

  expect(on).toBe("status:failed hello");
  expect(toggleValue(on, "status", "failed")).toBe("hello");
});

it("quotes a value that would fall apart", () => {
  expect(withValues("", "workflow", ["my flow"])).toBe('workflow:"my flow"');
});

it("suggests keys, and then their values", () => {
  expect(suggest("st", 2, known)[0]).toMatchObject({ label: "status:", q: "status:", caret: 7 });
  expect(suggest("status:fa", 9, known)[0]).toMatchObject({ label: "failed", q: "status:failed ", caret: 14 });
});

it("suggests another value after a comma and keeps what follows", () => {
  expect(suggest("status:failed,r more", 15, known)[0]).toMatchObject({ label: "running", q: "status:failed,running more" });
});

it("says nothing inside of quotes", () => {
  expect(suggest('"wo', 3, known)).toEqual([]);
});

it("survives broken storage", () => {
  expect(readSaved("{")).toEqual([]);
  expect(readSaved('[{"name":"a","q":"b"},{"x":1}]')).toEqual([{ name: "a", q: "b" }]);
});

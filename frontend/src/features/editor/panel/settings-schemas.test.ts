import { expect, it } from "vitest";
import { idProblem, timeoutOf, timeoutParts, withKey } from "./settings-schemas";

it("keeps a plain timeout plain", () => {
  expect(timeoutOf(timeoutParts("30s"))).toBe("30s");
  expect(timeoutOf({ ...timeoutParts("30s"), total: "5m" })).toEqual({ attempt: "30s", total: "5m" });
  expect(timeoutOf({})).toBeUndefined();
});

it("takes a key away that is not wanted", () => {
  expect(withKey({ id: "a", type: "noop", mutex: "m" }, "mutex", undefined)).toEqual({ id: "a", type: "noop" });
});

it("refuses an id that is taken or that expressions could not name", () => {
  expect(idProblem("b", ["b"])).toContain("already");
  expect(idProblem("1b", [])).toContain("digit");
  expect(idProblem("b_1", ["b"])).toBeNull();
});

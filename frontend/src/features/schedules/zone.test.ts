import { expect, test } from "vitest";
import { fromWall, marked, offsetOf, offsetText, toWall } from "./zone";

const BERLIN = "Europe/Berlin";

test("the offset follows the clock change", () => {
  expect([offsetOf(Date.parse("2026-03-29T00:59:00Z"), BERLIN), offsetOf(Date.parse("2026-03-29T01:00:00Z"), BERLIN)]).toEqual([60, 120]);
  expect([offsetText(120), offsetText(-210), offsetText(0)]).toEqual(["UTC+02:00", "UTC−03:30", "UTC+00:00"]);
});

test("a wall clock reading becomes its instant", () => {
  expect(fromWall("2026-07-01T09:00", BERLIN)).toBe("2026-07-01T07:00:00Z");
  expect(fromWall("2026-12-24 09:00", "Asia/Kolkata")).toBe("2026-12-24T03:30:00Z");
});

test("of a reading that comes twice it is the first, of one that is left out the one after the gap", () => {
  expect(fromWall("2026-10-25T02:30", BERLIN)).toBe("2026-10-25T00:30:00Z");
  expect(fromWall("2026-03-29T02:30", BERLIN)).toBe("2026-03-29T01:30:00Z");
});

test("what is no reading is null", () => {
  expect([fromWall("tomorrow", "UTC"), fromWall("", "UTC")]).toEqual([null, null]);
});

test("an instant is shown by the clock of the zone", () => {
  expect(toWall("2026-07-01T07:00:00Z", BERLIN)).toBe("2026-07-01T09:00");
  expect(toWall(null, BERLIN)).toBe("");
});

test("the fire after a clock change is marked", () => {
  expect(marked(["2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"], BERLIN).map((each) => each.changedFrom)).toEqual([null, 60, null]);
});

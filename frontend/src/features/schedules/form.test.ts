import { expect, test } from "vitest";
import { bodyOf, emptyForm, errorsOf, timingOf } from "./form";

const form = emptyForm("report", "Europe/Berlin");

test("times are sent as instants, read by the clock of the zone", () => {
  expect(bodyOf({ ...form, kind: "at", at: "2026-12-24 09:00\n", end_at: "2026-12-31T00:00" })).toMatchObject({ body: { at: ["2026-12-24T08:00:00Z"], end_at: "2026-12-30T23:00:00Z" } });
});

test("what is wrong is said at its field", () => {
  expect(bodyOf({ ...form, workflow: "", input: "{", kind: "at", at: "soon" })).toEqual({ errors: { workflow: expect.any(String), input: "This is not JSON.", at: expect.any(String) } });
});

test("an unfinished timing is not asked for", () => {
  expect(timingOf({ ...form, cron: " " }, 5)).toBeNull();
  expect(timingOf(form, 5)).toMatchObject({ cron: "0 9 * * MON-FRI", dst: "debian", count: 5 });
});

test("the server's findings go to their fields, and the others are left over", () => {
  const { errors, rest } = errorsOf([{ path: "cron", message: "bad", hint: "say 5 fields" }, { path: "at[2]", message: "late" }, { path: "", message: "whole" }], form);
  expect(errors).toEqual({ cron: "bad (say 5 fields)", at: "late" });
  expect(rest).toHaveLength(1);
});

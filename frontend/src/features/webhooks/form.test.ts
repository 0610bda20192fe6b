import { expect, test } from "vitest";
import { bodyOf, emptyForm, errorsOf, formOf, templateText } from "./form";

const form = emptyForm("orders");

test("a template is sent as text, JSON as its value", () => {
  expect(bodyOf({ ...form, input: "{{ trigger.body }}" })).toMatchObject({ body: { input: "{{ trigger.body }}" } });
  expect(bodyOf({ ...form, input: '{"order": "{{ trigger.body.order }}"}' })).toMatchObject({ body: { input: { order: "{{ trigger.body.order }}" } } });
  expect(bodyOf(form)).toMatchObject({ body: { input: null } });
});

test.each([null, "{{ trigger.body }}", "plain", "7", '"{{ x }}"', { order: 7 }])("the input %j is the same after it was shown and sent", (input) => {
  expect(bodyOf({ ...form, input: templateText(input) })).toMatchObject({ body: { input } });
});

test("what is wrong is said at its field", () => {
  expect(bodyOf({ ...form, workflow: "", does: "signal", signing: "hmac", input: "{" })).toEqual({
    errors: { workflow: expect.any(String), signal: expect.any(String), execution: expect.any(String), secret: expect.any(String), input: expect.any(String) },
  });
});

test("what belongs to another choice is not sent", () => {
  expect(bodyOf({ ...form, secret: "shop", signal: "paid", execution: "trigger.body.id" })).toMatchObject({ body: { secret: null, signal: null, execution: null } });
  expect(bodyOf({ ...form, does: "signal", signal: "paid", execution: "trigger.body.id", trigger: "hook" })).toMatchObject({ body: { signal: "paid", trigger: null } });
});

test("a webhook fills the form", () => {
  const row = { id: "hook-1", workflow: "orders", description: "", signing: "hmac", secret: { secret: "shop" }, trigger: null, signal: null, execution: null, priority: "high", version: 2, input: null } as Parameters<typeof formOf>[0];
  expect(bodyOf(formOf(row))).toMatchObject({ body: { signing: "hmac", secret: { secret: "shop" }, version: 2, priority: "high" } });
});

test("the server's findings go to their fields, and the others are left over", () => {
  const { errors, rest } = errorsOf([{ path: "secret", message: "no such", hint: "set it" }, { path: "input.order", message: "bad" }, { path: "", message: "whole" }], form);
  expect(errors).toEqual({ secret: "no such (set it)", input: "bad" });
  expect(rest).toHaveLength(1);
});

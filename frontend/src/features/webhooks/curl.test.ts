import { expect, test } from "vitest";
import { curlOf } from "./curl";

const ADDRESS = "http://localhost/hooks/abc";

test("without a signature it is a plain request", () => {
  expect(curlOf({ signing: "none", execution: null }, ADDRESS)).toBe(`curl '${ADDRESS}' \\\n  -H 'Content-Type: application/json' \\\n  -d '{"hello":"world"}'`);
});

test.each([["hmac", "Treadle-Signature: v1=$S"], ["github", "X-Hub-Signature-256: sha256=$S"], ["stripe", "Stripe-Signature: t=$T,v1=$S"], ["standard", "webhook-signature: v1,$S"]] as const)("%s is signed in its own header, by a secret that is not in it", (signing, header) => {
  const text = curlOf({ signing, execution: null }, ADDRESS);
  expect(text).toContain(`-H "${header}"`);
  expect(text).toContain("SECRET");
});

test("where a signal looks for the execution's id there is a place for it", () => {
  expect(curlOf({ signing: "none", execution: "trigger.body.metadata.id" }, ADDRESS)).toContain('{"metadata":{"id":"EXECUTION_ID"}}');
  expect(curlOf({ signing: "none", execution: "trigger.query.id" }, ADDRESS)).toContain(`${ADDRESS}?id=EXECUTION_ID`);
  expect(curlOf({ signing: "none", execution: "upper(trigger.body.id)" }, ADDRESS)).toContain("hello");
});

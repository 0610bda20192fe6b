import { expect, test } from "vitest";
import { parseSearch } from "./search";
import { filterOf, happeningText, isOverdue, outcomeOfKey, progressOf, verdictOf } from "./words";

const outcomes = [{ port: "approved", label: "Approve", style: "primary" as const }, { port: "rejected", label: "Reject", style: "danger" as const }];
const said = (by: string, decision: string) => ({ by, decision, comment: "", data: null, via: "api", at: "2026-01-01T00:00:00Z" });

test("the URL's view becomes the server's filter", () => {
  expect(filterOf({}, "")).toMatchObject({ status: "open" });
  expect(filterOf({ view: "mine" }, "ann")).toMatchObject({ status: "open", assignee: "ann" });
  expect(filterOf({ view: "overdue", group: "finance" }, "")).toMatchObject({ overdue: true, group: "finance" });
});

test("what is no view is dropped from the URL", () => {
  expect(parseSearch({ view: "all", workflow: "", group: 3 })).toEqual({});
});

test("only what is open can be overdue", () => {
  const due_at = "2026-01-01T00:00:00Z";
  expect(isOverdue({ status: "open", due_at }, Date.parse(due_at) + 1)).toBe(true);
  expect(isOverdue({ status: "decided", due_at }, Date.parse(due_at) + 1)).toBe(false);
  expect(isOverdue({ status: "open", due_at: null }, 0)).toBe(false);
});

test("a and r find outcomes of one's own by their style", () => {
  const own = [{ port: "later", label: "Later", style: "plain" as const }, { port: "publish", label: "Publish", style: "primary" as const }];
  expect(outcomeOfKey(own, "a")?.port).toBe("publish");
  expect(outcomeOfKey(own, "r")).toBeUndefined();
  expect(outcomeOfKey(outcomes, "r")?.port).toBe("rejected");
});

test("progress counts each outcome against its own number", () => {
  expect(progressOf({ decisions: [said("ann", "approved"), said("bob", "rejected")], required: 3, reject_after: 2, outcomes })).toEqual([
    { port: "approved", count: 1, of: 3 }, { port: "rejected", count: 1, of: 2 },
  ]);
});

test("without a decision there is no verdict", () => {
  expect(verdictOf({ decision: null })).toBeNull();
  expect(verdictOf({ decision: { decision: "approved", by: "ann" } })).toEqual({ decision: "approved", by: "ann", comment: "" });
});

test("the record says what happened in words", () => {
  const line = { at: "", via: "api", notify: null, notified_id: null };
  expect(happeningText({ ...line, kind: "decided", by: "ann", detail: { decision: "approved" } }, outcomes)).toBe("ann: Approved");
  expect(happeningText({ ...line, kind: "delegated", by: "bob", detail: { to: "dan" } }, outcomes)).toBe("bob handed over to dan");
  expect(happeningText({ ...line, kind: "escalated", by: null, detail: { to: ["eve", "cy"] } }, outcomes)).toBe("Escalated to eve, cy");
});

import { expect, test } from "vitest";
import { ranked, score } from "./rank";

const entry = (label: string, words?: string) => ({ id: label, label, words });

test("all words must be found, in any order", () => {
  expect(score("run order", entry("Run order_refund"))).toBeGreaterThan(1);
  expect(score("refund run", entry("Run order_refund"))).toBeGreaterThan(0.5);
  expect(score("run invoice", entry("Run order_refund"))).toBe(0);
});

test("the beginning of a word counts more than its middle, and that more than scattered letters", () => {
  const [begin, middle, letters] = [score("ref", entry("order_refund")), score("fund", entry("order_refund")), score("orf", entry("order_refund"))];
  expect(begin).toBeGreaterThan(middle);
  expect(middle).toBeGreaterThan(letters);
  expect(letters).toBeGreaterThan(0);
});

test("the group with the best fit comes first, and others keep what fits", () => {
  const groups = [{ title: "Workflows", entries: [entry("order_refund", "runs a refund")] }, { title: "Run", entries: [entry("Run order_refund"), entry("Run other")] }];
  expect(ranked(groups, "run order").map((group) => [group.title, group.entries.map((each) => each.label)])).toEqual([["Run", ["Run order_refund"]], ["Workflows", ["order_refund"]]]);
});

test("what is always offered comes last", () => {
  const groups = [{ entries: [{ ...entry("Find executions: zzz"), always: true }] }, { entries: [entry("Health")] }];
  expect(ranked(groups, "zzz")).toHaveLength(1);
});

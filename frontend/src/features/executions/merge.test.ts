import { expect, it } from "vitest";
import type { ExecutionRow } from "@/api/executions";
import { inPlace, newRows } from "./merge";

const row = (id: string, status = "running") => ({ id, status, created_at: `2026-01-01T00:00:0${id}Z` }) as ExecutionRow;

it("new rows are those above the first that is shown", () => {
  expect(newRows([row("3"), row("2")], [row("5"), row("4"), row("3")]).map((each) => each.id)).toEqual(["5", "4"]);
});

it("a row changes in its place", () => {
  const rows = inPlace([row("3"), row("2")], [[row("4"), row("3", "failed")]]);

  expect(rows.map((each) => [each.id, each.status])).toEqual([["3", "failed"], ["2", "running"]]);
});

it("a row that the search does not find any more is marked, and stays", () => {
  const rows = inPlace([row("3"), row("2"), row("1")], [[row("3"), row("1")]]);

  expect(rows.map((each) => each.left ?? false)).toEqual([false, true, false]);
});

it("keeps the list as it is while nothing was asked again", () => {
  const shown = [row("3")];

  expect(inPlace(shown, [])).toBe(shown);
});

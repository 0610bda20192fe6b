import { expect, test } from "vitest";
import { commandsOf, executionsOf, verdictText, workerState } from "./words";

test("commands are taken out of what mends it", () => {
  expect(commandsOf("start one with `treadle worker`, or `treadle up`")).toEqual(["treadle worker", "treadle up"]);
  expect(commandsOf("wait")).toEqual([]);
});

test("the executions of a finding are found wherever it names them", () => {
  expect(executionsOf({ detail: { executions: ["exec-1", "exec-2"] } })).toEqual(["exec-1", "exec-2"]);
  expect(executionsOf({ detail: { execution: "exec-3" } })).toEqual(["exec-3"]);
  expect(executionsOf({ detail: { executions: 4 } })).toEqual([]);
});

test("one sentence says how it is", () => {
  expect(verdictText([{ severity: "ok" }])).toBe("All is well.");
  expect(verdictText([{ severity: "warning" }])).toBe("It works, with 1 warning.");
  expect(verdictText([{ severity: "error" }, { severity: "error" }, { severity: "warning" }])).toContain("2 problems and 1 warning");
});

test("a worker that is silent is not stopping", () => {
  expect([workerState({ alive: true, draining: false }), workerState({ alive: true, draining: true }), workerState({ alive: false, draining: true })]).toEqual(["alive", "stopping", "dead"]);
});

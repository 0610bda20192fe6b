import { expect, it } from "vitest";
import { before, columnsOf, missingOutputs, placeOf } from "./data";

const node = (id: string) => ({ id, type: "noop" });
const graph = { nodes: ["a", "b", "c", "d", "other"].map(node), edges: [{ source: "a", target: "b" }, { source: "b", target: "c" }, { source: "c", target: "b" }, { source: "c", target: "d" }] };

it("lists the nodes before a node, the nearest first, and each once in a loop", () => {
  expect(before(graph, "d")).toEqual(["c", "b", "a"]);
});

it("names a node inside of a map by its item", () => {
  expect(placeOf([], undefined, "fetch")).toBe("fetch");
  expect(placeOf(["each"], undefined, "fetch")).toBe("each[0]/fetch");
  expect(placeOf(["each"], "each[3]", "fetch")).toBe("each[3]/fetch");
});

it("reads from a refusal what is missing", () => {
  expect(missingOutputs([{ path: "outputs.fetch" }, { path: "outputs.fetch" }, { path: "names.item" }, { path: "node_id" }])).toEqual({ outputs: ["fetch"], names: ["item"] });
});

it("makes a table of a list of objects only", () => {
  expect(columnsOf([{ a: 1 }, { b: 2 }])).toEqual(["a", "b"]);
  expect(columnsOf([{ a: 1 }, 2])).toBeNull();
  expect(columnsOf([])).toBeNull();
});

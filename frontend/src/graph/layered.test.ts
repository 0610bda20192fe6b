import { expect, it } from "vitest";
import { layered } from "./layered";

const graph = (edges: [string, string][]) => ({
  nodes: [...new Set(edges.flat())].map((id) => ({ id, width: 200, height: 72 })),
  edges: edges.map(([source, target]) => ({ source, target })),
});

it("puts each node right of all that lead to it", () => {
  const at = layered(graph([["a", "b"], ["b", "c"], ["a", "c"]]));

  expect(at.a!.x).toBeLessThan(at.b!.x);
  expect(at.b!.x).toBeLessThan(at.c!.x);
});

it("an edge that leads back does not move what it leads to", () => {
  const at = layered(graph([["a", "b"], ["b", "c"], ["c", "b"], ["b", "b"]]));

  expect([at.a!.x, at.b!.x, at.c!.x]).toEqual([...[at.a!.x, at.b!.x, at.c!.x]].sort((one, other) => one - other));
});

it("no node covers another", () => {
  const edges = Array.from({ length: 300 }, (_, index): [string, string] => [`n${(index * 7) % 40}`, `m${(index * 13) % 60}`]);
  const at = Object.values(layered(graph(edges)));

  const hits = at.flatMap((one, index) => at.slice(index + 1).filter((other) => Math.abs(one.x - other.x) < 200 && Math.abs(one.y - other.y) < 72));
  expect(hits).toEqual([]);
});

it("a chain is a straight line", () => {
  const at = layered(graph([["a", "b"], ["b", "c"]]));

  expect(new Set(Object.values(at).map(({ y }) => y)).size).toBe(1);
});

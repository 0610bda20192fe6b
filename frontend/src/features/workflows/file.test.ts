import { expect, test } from "vitest";
import { readWorkflowFile } from "./file";

test("a file as the command line writes it has name, description and graph", async () => {
  const found = await readWorkflowFile("x.yaml", "name: report\ndescription: Daily\ngraph_config:\n  nodes:\n    - {id: a, type: noop}\n  edges: []\n");
  expect(found).toEqual({ name: "report", description: "Daily", graph: { nodes: [{ id: "a", type: "noop" }], edges: [] } });
});

test("a graph alone is named after its file", async () => {
  const found = await readWorkflowFile("my report (2).json", '{"nodes": [], "edges": [], "settings": {}}');
  expect(found.name).toBe("my_report_2_");
  expect(found.graph.settings).toEqual({});
});

test("a file that is no workflow says what is missing", async () => {
  await expect(readWorkflowFile("x.json", "[1]")).rejects.toThrow("graph_config");
  await expect(readWorkflowFile("x.json", '{"nodes": 3}')).rejects.toThrow("list of nodes");
  await expect(readWorkflowFile("x.yaml", "a: [1")).rejects.toThrow("neither JSON nor YAML");
});

test("a word that YAML once took for true stays a word", async () => {
  const found = await readWorkflowFile("x.yaml", "nodes:\n  - {id: a, type: noop, config: {value: yes}}\n");
  expect(found.graph.nodes).toEqual([{ id: "a", type: "noop", config: { value: "yes" } }]);
});

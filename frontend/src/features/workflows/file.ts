/** A workflow as a file has it. */
export interface WorkflowFile { name: string; description: string; graph: { nodes: unknown[]; edges: unknown[]; [key: string]: unknown } }

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

/** What a file says, JSON or YAML: a workflow with `graph_config`, or a graph alone, which is then named after its file. Throws in plain words. */
export async function readWorkflowFile(fileName: string, text: string): Promise<WorkflowFile> {
  if (text.length > 4 * 1024 * 1024) throw new Error("This file is larger than 4 MiB, more than a workflow may have.");
  const value = await parse(text);
  if (!isObject(value)) throw new Error("This file holds no workflow: it should have a graph_config with nodes and edges.");
  const graph = value.graph_config ?? value;
  if (!isObject(graph) || !Array.isArray(graph.nodes)) throw new Error("This file holds no workflow: there is no list of nodes in it.");
  const stem = fileName.replace(/\.(ya?ml|json)$/i, "").replace(/[^A-Za-z0-9_.-]+/g, "_").replace(/^[^A-Za-z0-9_]+/, "").slice(0, 128);
  return {
    name: graph !== value && typeof value.name === "string" ? value.name : stem,
    description: graph !== value && typeof value.description === "string" ? value.description : "",
    graph: { ...graph, nodes: graph.nodes, edges: Array.isArray(graph.edges) ? graph.edges : [] },
  };
}

async function parse(text: string): Promise<unknown> {
  try {
    return JSON.parse(text);
  } catch {
    const { parse: fromYaml } = await import("yaml");
    try {
      return fromYaml(text, { schema: "core", maxAliasCount: 50 });
    } catch (error) {
      throw new Error(`This is neither JSON nor YAML. ${error instanceof Error ? error.message.split("\n")[0] : ""}`.trim(), { cause: error });
    }
  }
}

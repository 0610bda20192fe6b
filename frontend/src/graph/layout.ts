import { NODE, type GraphConfig } from "./model";
import { heightOf, outgoing, portsOf, type Looks } from "./ports";
import type { Positions } from "./to-flow";

export interface LayoutRequest { nodes: { id: string; width: number; height: number }[]; edges: { source: string; target: string }[] }

/** Above this dagre takes seconds, and the layered layout is done before a worker has started. */
const LARGE = { nodes: 100, edges: 200 };

let worker: Worker | null = null;
let tickets = 0;

/** Places for all nodes, left to right. */
export async function layout(graph: GraphConfig, looks: Looks = {}): Promise<Positions> {
  const ids = new Set(graph.nodes.map((node) => node.id));
  const request: LayoutRequest = {
    nodes: graph.nodes.map((node) => ({ id: node.id, width: NODE.width, height: heightOf(portsOf(node, looks[node.type], outgoing(graph).get(node.id) ?? [])) })),
    edges: graph.edges.filter((edge) => ids.has(edge.source) && ids.has(edge.target)).map(({ source, target }) => ({ source, target })),
  };
  if (request.nodes.length > LARGE.nodes || request.edges.length > LARGE.edges) return (await import("./layered")).layered(request);
  return inWorker(request);
}

function inWorker(request: LayoutRequest): Promise<Positions> {
  worker ??= new Worker(new URL("./layout.worker.ts", import.meta.url), { type: "module" });
  const own = worker;
  const ticket = ++tickets;
  return new Promise((resolve, reject) => {
    const listen = ({ data }: MessageEvent<{ ticket: number; positions: Positions }>) => {
      if (data.ticket !== ticket) return;
      own.removeEventListener("message", listen);
      resolve(data.positions);
    };
    own.addEventListener("message", listen);
    own.addEventListener("error", () => reject(new Error("The graph could not be laid out.")), { once: true });
    own.postMessage({ ...request, ticket });
  });
}

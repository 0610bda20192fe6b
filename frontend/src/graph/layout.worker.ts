import dagre from "@dagrejs/dagre";
import type { LayoutRequest } from "./layout";

self.onmessage = ({ data }: MessageEvent<LayoutRequest & { ticket: number }>) => {
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: "LR", nodesep: 36, ranksep: 80 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const node of data.nodes) graph.setNode(node.id, { width: node.width, height: node.height });
  for (const [index, edge] of data.edges.entries()) graph.setEdge(edge.source, edge.target, {}, String(index));
  dagre.layout(graph);
  const positions = Object.fromEntries(
    data.nodes.map(({ id, width, height }) => {
      const at = graph.node(id) as { x: number; y: number };
      return [id, { x: Math.round(at.x - width / 2), y: Math.round(at.y - height / 2) }];
    }),
  );
  self.postMessage({ ticket: data.ticket, positions });
};

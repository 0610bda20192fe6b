import type { GraphConfig } from "./model";

export interface Template { id: string; title: string; summary: string; icon: string; graph: GraphConfig }

const at = (column: number, row = 0) => ({ x: column * 300, y: row * 140 });

/** What a new workflow can begin as. Each is right as it is: it can be saved and run at once. */
export const TEMPLATES: Template[] = [
  { id: "empty", title: "Empty", summary: "A canvas with nothing on it.", icon: "circle", graph: { nodes: [], edges: [] } },
  {
    id: "approval", title: "Approval", summary: "Asks a person and goes on with the decision.", icon: "user-check",
    graph: {
      nodes: [
        { id: "ask", type: "approval", name: "Ask for approval", config: { title: "May this go on?", due: "2d" }, position: at(0) },
        { id: "approved", type: "log", name: "Go on", config: { message: "approved by {{ nodes.ask.output.by }}" }, position: at(1, -0.5) },
        { id: "rejected", type: "log", name: "Stop here", config: { message: "not approved" }, position: at(1, 0.7) },
      ],
      edges: [{ source: "ask", port: "approved", target: "approved" }, { source: "ask", port: "rejected", target: "rejected" }, { source: "ask", port: "expired", target: "rejected" }],
    },
  },
  {
    id: "schedule", title: "On a schedule", summary: "Starts by a schedule, or by hand, and reports.", icon: "clock",
    graph: {
      nodes: [
        { id: "on_time", type: "trigger.schedule", name: "On schedule", position: at(0, -0.4) },
        { id: "by_hand", type: "trigger.manual", name: "By hand", position: at(0, 0.4) },
        { id: "report", type: "log", name: "Report", config: { message: "the report of {{ trigger.type }}" }, position: at(1) },
      ],
      edges: [{ source: "on_time", target: "report" }, { source: "by_hand", target: "report" }],
    },
  },
  {
    id: "http", title: "HTTP call", summary: "Calls an API, retries, and deals with failure.", icon: "globe",
    graph: {
      nodes: [
        { id: "call", type: "http.request", name: "Call the API", config: { url: "https://api.example.com/orders/7" }, retry: { max_attempts: 3 }, position: at(0) },
        { id: "use", type: "set", name: "Use the answer", config: { value: "{{ nodes.call.output.body }}" }, position: at(1, -0.4) },
        { id: "failed", type: "log", name: "It failed", config: { message: "no answer: {{ nodes.call.error.message }}" }, position: at(1, 0.7) },
      ],
      edges: [{ source: "call", target: "use" }, { source: "call", port: "error", target: "failed" }],
    },
  },
  {
    id: "for_each", title: "For each", summary: "Runs the same nodes for each item of a list.", icon: "repeat",
    graph: {
      nodes: [
        { id: "list", type: "set", name: "Make a list", config: { value: ["pen", "ink", "paper"] }, position: at(0) },
        {
          id: "each", type: "for_each", name: "For each item", position: at(1),
          config: { items: "nodes.list.output", graph: { nodes: [{ id: "handle", type: "set", name: "Handle one", config: { value: "{{ index + 1 }} {{ item }}" }, position: at(0) }], edges: [] } },
        },
        { id: "sum", type: "log", name: "Sum up", config: { message: "{{ len(nodes.each.output) }} items done" }, position: at(2) },
      ],
      edges: [{ source: "list", target: "each" }, { source: "each", target: "sum" }],
    },
  },
];

export function templateOf(id: string | undefined): Template {
  return TEMPLATES.find((template) => template.id === id) ?? TEMPLATES[0]!;
}

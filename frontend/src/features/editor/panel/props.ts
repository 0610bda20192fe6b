import type { NodeType } from "@/api/system";
import type { GraphConfig, GraphNode } from "@/graph/model";
import type { FieldFinding } from "@/ui/schema-form/context";

/** What the editor gives to the panel of a node. */
export interface NodePanelProps {
  /** The graph that the node is in, as it is drawn now. */
  graph: GraphConfig;
  nodeId: string;
  nodeType: NodeType | undefined;
  /** The execution on the canvas: its data are shown first. */
  executionId?: string;
  /** What is wrong with this node, by the place in it ("config.url"). */
  findings: { finding: { severity: string; message: string; hint?: string | null }; field: string }[];
  readOnly?: boolean;
  /** The changed node. With another id it is a rename, and what reads it must follow. */
  onChange: (node: GraphNode) => void;
  onClose: () => void;
  workflow: string;
  /** The whole graph; `path` says which node's inner graph `graph` is, `scope` which item or turn is looked at. */
  root: GraphConfig;
  path: string[];
  scope?: string;
  /** All node types: for what undoes a node. */
  types: NodeType[];
  /** Goes inside of the node. */
  onEnter?: (id: string, scope?: string) => void;
  /** Starts the whole workflow. */
  onRun?: () => void;
}

export const toFieldFindings = (findings: NodePanelProps["findings"]): FieldFinding[] => findings.map(({ finding, field }) => ({ ...finding, field }));

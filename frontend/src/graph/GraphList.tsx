import { createElement, type ReactNode } from "react";
import { useNodeTypes } from "@/api/system";
import { Badge, StatusBadge } from "@/ui/Badge";
import { cx } from "@/ui/cx";
import { ApprovalStrip } from "./ApprovalStrip";
import { nodeIcon } from "./icons";
import type { GraphConfig, States } from "./model";
import { StateText } from "./NodeCard";
import { CHANGE_TONE, waitingByNode, type Change } from "./to-flow";

interface Props { graph: GraphConfig; states?: States; selected?: string | null; onSelect?: (nodeId: string | null) => void; changes?: Record<string, Change>; /** Beside a node: what can be done with it. */ actions?: (nodeId: string) => ReactNode; /** Under a node: what is wrong with it. */ notes?: (nodeId: string) => ReactNode }

/** The graph as a list in its own order: each node with its state and where it leads. */
export function GraphList({ graph, states, selected, onSelect, actions, notes, changes }: Props) {
  const { data } = useNodeTypes();
  const icons = new Map(data?.items.map((type) => [type.type, type.icon]));
  const waits = waitingByNode(states?.waitingOn ?? []);
  const names = new Map(graph.nodes.map((node) => [node.id, node.name ?? node.id]));
  return (
    <ol aria-label="Nodes" className="flex min-h-0 flex-1 flex-col gap-2 overflow-auto p-3">
      {graph.nodes.map((node) => {
        const state = states?.nodes[node.id];
        const waiting = waits.get(node.id);
        const next = graph.edges.filter((edge) => edge.source === node.id);
        return (
          <li key={node.id} className={cx("panel flex flex-col", selected === node.id && "outline-2 outline-accent")}>
            <div className="flex items-start rounded-lg hover:bg-hover/50">
            <button type="button" aria-pressed={selected === node.id} onClick={() => onSelect?.(selected === node.id ? null : node.id)}
              className="flex min-w-0 flex-1 items-start gap-3 rounded-lg p-3 text-left">
              {createElement(nodeIcon(icons.get(node.type) ?? undefined), { size: 18, "aria-hidden": true, className: "mt-0.5 shrink-0 text-muted" })}
              <span className="min-w-0 flex-1">
                <span className="flex flex-wrap items-center gap-2 text-sm font-medium"><span className="min-w-0 wrap-anywhere">{node.name ?? node.id}</span>{state && <StatusBadge kind="activity" status={state.status} />}{changes?.[node.id] && <Badge tone={CHANGE_TONE[changes[node.id]!]}>{changes[node.id]}</Badge>}</span>
                <span className="block text-xs text-muted">{node.type}{state && <> · <StateText state={state} waiting={waiting} /></>}</span>
                {next.length > 0 && (
                  <span className="block text-xs wrap-anywhere text-faint">then {next.map((edge) => `${names.get(edge.target) ?? edge.target}${edge.port ? ` (${edge.port})` : ""}`).join(", ")}</span>
                )}
                {notes?.(node.id)}
              </span>
            </button>
            {actions?.(node.id)}
            </div>
            {waiting?.kind === "approval" && typeof waiting.approval_id === "string" && <ApprovalStrip id={waiting.approval_id} inline />}
          </li>
        );
      })}
    </ol>
  );
}

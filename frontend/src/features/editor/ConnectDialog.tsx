import { useState } from "react";
import { Button } from "@/ui/Button";
import { Combobox } from "@/ui/Combobox";
import { Dialog } from "@/ui/Dialog";
import { Field, Select } from "@/ui/Field";
import type { GraphConfig, GraphNode } from "@/graph/model";
import { outgoing, portsOf, type Looks } from "@/graph/ports";

interface Props { graph: GraphConfig; looks: Looks; node: GraphNode; onConnect: (edge: { source: string; target: string; port: string }) => void; onClose: () => void }

/** An edge by keyboard: from a port of this node to another node. */
export function ConnectDialog({ graph, looks, node, onConnect, onClose }: Props) {
  const ports = [...portsOf(node, looks[node.type], outgoing(graph).get(node.id) ?? []), "error"];
  const free = ports.find((port) => !graph.edges.some((edge) => edge.source === node.id && (edge.port ?? "out") === port));
  const [port, setPort] = useState(free ?? ports[0]!);
  const [target, setTarget] = useState("");
  const others = graph.nodes.map((each) => ({ value: each.id, label: each.name ? `${each.name} (${each.id})` : each.id, hint: each.type }));
  const submit = () => { if (graph.nodes.some((each) => each.id === target)) { onConnect({ source: node.id, target, port }); onClose(); } };
  return (
    <Dialog open onClose={onClose} title={`Connect ${node.name ?? node.id}`} description="Draws an edge to another node."
      footer={<><Button onClick={onClose}>Cancel</Button><Button look="primary" disabled={!target} onClick={submit}>Connect</Button></>}>
      <form className="flex min-h-56 flex-col gap-4" onSubmit={(event) => { event.preventDefault(); submit(); }}>
        <Field label="To"><Combobox value={target} onChange={setTarget} options={others} placeholder="Name or id of a node" /></Field>
        <Field label="From port" hint="error is taken when the node fails."><Select options={ports.map((each) => ({ value: each, label: each }))} value={port} onChange={(event) => setPort(event.target.value)} /></Field>
        <button type="submit" hidden />
      </form>
    </Dialog>
  );
}

import type { Worker } from "@/api/system";
import { StatusBadge } from "@/ui/Badge";
import { CodeBlock } from "@/ui/Code";
import { Head, Row, Table, Td, Th } from "@/ui/Table";
import { Time } from "@/ui/Time";
import { workerState } from "./words";

/** Each worker: whether it lives, what it has in hand, what it serves. */
export function WorkerTable({ workers }: { workers: Worker[] }) {
  if (workers.length === 0) return <div className="panel flex flex-col gap-3 p-4 text-sm text-muted"><p>No worker has ever started here. Executions wait until one does.</p><CodeBlock code="treadle worker" /></div>;
  return (
    <div className="panel overflow-hidden">
      <Table label="Workers">
        <Head><Th>Worker</Th><Th>State</Th><Th>Slots</Th><Th className="max-md:hidden">Queues</Th><Th className="max-md:hidden">Serves</Th><Th className="max-sm:hidden">Last beat</Th><Th className="max-lg:hidden">Started</Th></Head>
        <tbody>{workers.map((worker) => <Line key={worker.id} worker={worker} />)}</tbody>
      </Table>
    </div>
  );
}

function Line({ worker }: { worker: Worker }) {
  return (
    <Row className="align-top">
      <Td className="w-full max-w-0"><span className="block truncate font-mono text-xs leading-5" title={worker.id}>{worker.id}</span><span className="block truncate text-xs text-muted" title={worker.host}>process {worker.pid} on {worker.host}</span></Td>
      <Td><StatusBadge kind="worker" status={workerState(worker)} /></Td>
      <Td className="whitespace-nowrap"><Slots used={worker.executions} of={worker.concurrency} />{worker.abandoned_threads > 0 && <span className="block text-xs text-wait">{worker.abandoned_threads} threads given up</span>}</Td>
      <Td className="max-md:hidden">{worker.queues.join(", ") || "all"}</Td>
      <Td className="max-md:hidden">
        <details className="max-w-64"><summary className="cursor-pointer whitespace-nowrap">{worker.node_types.length} node types</summary><p className="mt-1 text-xs break-words text-muted">{worker.node_types.join(", ")}</p></details>
      </Td>
      <Td className="text-muted max-sm:hidden"><Time at={worker.beat_at} /></Td>
      <Td className="text-muted max-lg:hidden"><Time at={worker.started_at} /></Td>
    </Row>
  );
}

function Slots({ used, of }: { used: number; of: number }) {
  return (
    <span className="flex items-center gap-2">
      <span role="meter" aria-label={`${used} of ${of} slots are in use`} aria-valuemin={0} aria-valuemax={of} aria-valuenow={used} className="h-1.5 w-12 overflow-hidden rounded-full bg-line max-sm:hidden"><span className="block h-full rounded-full bg-run" style={{ width: `${Math.min(100, (used / Math.max(of, 1)) * 100)}%` }} /></span>
      {used}/{of}
    </span>
  );
}

import { Link } from "@tanstack/react-router";
import { useDeliveries, type Webhook } from "@/api/webhooks";
import { StatusBadge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { ErrorState, LoadingRows } from "@/ui/States";
import { Head, Row, Table, Td, Th } from "@/ui/Table";
import { Time } from "@/ui/Time";
import { lastOf } from "./words";

/** What was taken and what became of it; of what was refused, how often and why the last time. */
export function Deliveries({ webhook }: { webhook: Webhook }) {
  const deliveries = useDeliveries(webhook.id);
  const rows = deliveries.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section aria-label="Deliveries" className="flex flex-col gap-2">
      <div className="flex flex-wrap items-baseline justify-between gap-2">
        <h2 className="text-base font-semibold">Deliveries</h2>
        <p className="text-sm text-muted">{webhook.deliveries.toLocaleString()} taken, {webhook.refusals.toLocaleString()} refused</p>
      </div>
      {webhook.last_refusal && <Refusal webhook={webhook} />}
      <div className="panel overflow-hidden">
        {deliveries.isPending ? <LoadingRows rows={5} /> : deliveries.isError && !deliveries.data ? <ErrorState compact error={deliveries.error} onRetry={() => void deliveries.refetch()} /> : rows.length === 0 ? (
          <p className="px-4 py-10 text-center text-sm text-muted">{webhook.deliveries > 0 ? "The record of what came is not kept any more." : "Nothing was delivered yet. Give the address to the sender, or try it with the command."}</p>
        ) : (
          <Table label="Deliveries">
            <Head><Th>Received</Th><Th>Outcome</Th><Th className="max-sm:hidden">Delivery id</Th><Th><span className="sr-only">Execution</span></Th></Head>
            <tbody>
              {rows.map((row) => (
                <Row key={row.id}>
                  <Td className="whitespace-nowrap"><Time at={row.received_at} /></Td>
                  <Td><StatusBadge kind="delivery" status={row.outcome} /></Td>
                  <Td className="w-full max-w-0 text-muted max-sm:hidden"><span className="block truncate font-mono text-xs">{row.id}</span></Td>
                  <Td className="text-right"><Link to="/x/$id" params={{ id: row.execution_id }} className="text-accent hover:underline">Execution</Link></Td>
                </Row>
              ))}
            </tbody>
          </Table>
        )}
        {deliveries.hasNextPage && <div className="p-2 text-center"><Button size="sm" busy={deliveries.isFetchingNextPage} onClick={() => void deliveries.fetchNextPage()}>Show older ones</Button></div>}
      </div>
    </section>
  );
}

/** Loud as long as nothing was taken since. */
function Refusal({ webhook }: { webhook: Webhook }) {
  if (lastOf(webhook)?.outcome === "refused") return <ErrorState compact error={{ title: "The last delivery was refused", detail: webhook.last_refusal ?? "" }} />;
  return <p className="text-sm text-muted">Refused last <Time at={webhook.last_refused_at} />: <span className="break-words">{webhook.last_refusal}</span></p>;
}

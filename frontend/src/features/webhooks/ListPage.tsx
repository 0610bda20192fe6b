import { Link, useNavigate } from "@tanstack/react-router";
import { Plus, Webhook, X } from "lucide-react";
import { useRole } from "@/api/system";
import { useWebhooks, type WebhookRow } from "@/api/webhooks";
import { StatusBadge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { PageHeader } from "@/ui/PageHeader";
import { useShortcuts } from "@/ui/shortcuts";
import { EmptyState, ErrorState, LoadingRows } from "@/ui/States";
import { Head, Row, Table, Td, Th } from "@/ui/Table";
import { Time } from "@/ui/Time";
import type { Search } from "./search";
import { WebhookForm } from "./WebhookForm";
import { doesText, labelIn, lastOf, nameOf, SIGNINGS } from "./words";

export function ListPage({ search, onSearch }: { search: Search; onSearch: (search: Search) => void }) {
  const webhooks = useWebhooks({ workflow: search.workflow });
  const may = useRole() === "admin";
  const navigate = useNavigate();
  const rows = webhooks.data?.pages.flatMap((page) => page.items) ?? [];
  const open = () => onSearch({ ...search, new: true });
  const add = may && <Button look="primary" icon={Plus} onClick={open}>New webhook</Button>;
  useShortcuts("Webhooks", may ? [{ keys: "n", label: "New webhook", run: open }] : []);
  return (
    <>
      <PageHeader title="Webhooks" actions={add} meta={<>
        {rows.length > 0 && <span>{rows.length}{webhooks.hasNextPage && "+"}</span>}
        {search.workflow && <Button size="sm" icon={X} aria-label={`Show all, not only those of ${search.workflow}`} onClick={() => onSearch({})}>{search.workflow}</Button>}
      </>} />
      {webhooks.isPending ? <LoadingRows /> : webhooks.isError && !webhooks.data ? <ErrorState error={webhooks.error} onRetry={() => void webhooks.refetch()} /> : rows.length === 0 ? (
        <EmptyState icon={Webhook} title={search.workflow ? `${search.workflow} has no webhook` : "No webhooks yet"} action={add}>
          A webhook is an address that you give to another system. What it delivers there starts a workflow, or signals an execution that waits for it.
          {may ? " Choose a workflow and how the sender signs; then you get its address." : " Making one needs the role admin."}
        </EmptyState>
      ) : (
        <>
          <Table label="Webhooks">
            <Head><Th className="pl-4">Webhook</Th><Th className="max-md:hidden">State</Th><Th className="max-lg:hidden">Signing</Th><Th>Last delivery</Th><Th className="text-right max-sm:hidden">Deliveries</Th></Head>
            <tbody>{rows.map((row) => <Line key={row.id} row={row} onOpen={() => void navigate({ to: "/webhooks/$id", params: { id: row.id } })} />)}</tbody>
          </Table>
          {webhooks.hasNextPage && <div className="p-2 text-center"><Button size="sm" busy={webhooks.isFetchingNextPage} onClick={() => void webhooks.fetchNextPage()}>Show more</Button></div>}
        </>
      )}
      {search.new && may && <WebhookForm workflow={search.workflow ?? ""} onClose={() => onSearch({ workflow: search.workflow })} onSaved={(saved) => void navigate({ to: "/webhooks/$id", params: { id: saved.id } })} />}
    </>
  );
}

function Line({ row, onOpen }: { row: WebhookRow; onOpen: () => void }) {
  const last = lastOf(row);
  return (
    <Row className="h-16" onOpen={onOpen}>
      <Td className="w-full max-w-0 pl-4">
        <Link to="/webhooks/$id" params={{ id: row.id }} className="block truncate font-medium hover:underline">{nameOf(row)}</Link>
        <span className="block truncate text-xs text-muted">{row.description && `${doesText(row)} · `}{row.id}</span>
        {last?.outcome === "refused" && <span className="block truncate text-xs text-fail">{row.last_refusal}</span>}
        {row.paused && <span className="mt-1 block md:hidden"><StatusBadge kind="webhook" status={row.status} /></span>}
      </Td>
      <Td className="max-md:hidden"><StatusBadge kind="webhook" status={row.status} /></Td>
      <Td className="whitespace-nowrap max-lg:hidden">
        {labelIn(SIGNINGS, row.signing)}
        {row.secret && <span className="block text-xs text-muted">with {row.secret.secret}</span>}
      </Td>
      <Td className="whitespace-nowrap">
        {last ? <><Time at={last.at} /><span className="mt-0.5 block"><StatusBadge kind="delivery" status={last.outcome} bare /></span></> : <span className="text-faint">none yet</span>}
      </Td>
      <Td className="text-right whitespace-nowrap tabular-nums max-sm:hidden">
        {row.deliveries.toLocaleString()}
        {row.refusals > 0 && <span className="block text-xs text-muted">{row.refusals.toLocaleString()} refused</span>}
      </Td>
    </Row>
  );
}

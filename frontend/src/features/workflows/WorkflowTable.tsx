import { Link, useNavigate } from "@tanstack/react-router";
import { CalendarClock, Ellipsis, GitCompareArrows, ListChecks, Trash2, Webhook } from "lucide-react";
import type { WorkflowRow } from "@/api/workflows";
import { Badge, StatusBadge } from "@/ui/Badge";
import { IconButton } from "@/ui/Button";
import { Menu } from "@/ui/Menu";
import { statusLook } from "@/ui/status";
import { StatusDots } from "@/ui/StatusDots";
import { Head, Row, Table, Td, Th } from "@/ui/Table";
import { Time } from "@/ui/Time";

/** The mark of an example that nobody has changed. */
const SHIPPED = /\s*\[shipped \w+\]$/;

interface Props { rows: WorkflowRow[]; nextOf: Map<string, string>; onDelete: (name: string) => void }

export function WorkflowTable({ rows, nextOf, onDelete }: Props) {
  return (
    <Table label="Workflows">
      <Head>
        <Th className="pl-4">Name</Th><Th className="max-sm:hidden">Recent</Th><Th className="max-lg:hidden">Open</Th>
        <Th className="max-md:hidden">Last run</Th><Th className="max-lg:hidden">Next run</Th><Th className="max-sm:hidden">Version</Th><Th><span className="sr-only">Actions</span></Th>
      </Head>
      <tbody>{rows.map((row) => <WorkflowLine key={row.name} row={row} next={nextOf.get(row.name)} onDelete={() => onDelete(row.name)} />)}</tbody>
    </Table>
  );
}

function WorkflowLine({ row, next, onDelete }: { row: WorkflowRow; next: string | undefined; onDelete: () => void }) {
  const navigate = useNavigate();
  const params = { name: row.name };
  return (
    <Row className="h-14" onOpen={() => void navigate({ to: "/w/$name", params })}>
      <Td className="max-w-0 w-full pl-4">
        <Link to="/w/$name" params={params} className="block truncate font-medium hover:underline">{row.name}</Link>
        {row.description && <span className="block truncate text-xs text-muted">{row.description.replace(SHIPPED, "")}</span>}
        <span className="mt-1 flex items-center gap-2 sm:hidden"><StatusDots kind="execution" statuses={row.recent.slice(0, 20).map((each) => each.status)} label={`Last executions of ${row.name}`} /></span>
      </Td>
      <Td className="max-sm:hidden"><StatusDots kind="execution" statuses={row.recent.map((each) => each.status)} label={`Last executions of ${row.name}`} slots={20} /></Td>
      <Td className="max-lg:hidden"><OpenCounts open={row.open} /></Td>
      <Td className="whitespace-nowrap max-md:hidden">
        {row.last ? <span className="flex items-center gap-2"><StatusBadge bare kind="execution" status={row.last.status} /><span className="text-muted"><Time at={row.last.created_at} /></span></span> : <span className="text-faint">never</span>}
      </Td>
      <Td className="whitespace-nowrap text-muted max-lg:hidden"><Time at={next} /></Td>
      <Td className="text-muted max-sm:hidden">v{row.version}</Td>
      <Td>
        <Menu items={[
          { label: "Executions", icon: ListChecks, onSelect: () => void navigate({ to: "/x", search: { q: `workflow:${row.name}` } }) },
          { label: "Versions", icon: GitCompareArrows, onSelect: () => void navigate({ to: "/w/$name/versions", params }) },
          { label: "Schedules", icon: CalendarClock, onSelect: () => void navigate({ to: "/schedules", search: { workflow: row.name } }) },
          { label: "Webhooks", icon: Webhook, onSelect: () => void navigate({ to: "/webhooks", search: { workflow: row.name } }) },
          null,
          { label: "Delete", icon: Trash2, danger: true, onSelect: onDelete },
        ]}>
          <IconButton icon={Ellipsis} label={`Actions of ${row.name}`} size="sm" />
        </Menu>
      </Td>
    </Row>
  );
}

/** "2 running": the states that have any, each in its words. */
function OpenCounts({ open }: { open: Record<string, number> }) {
  const some = Object.entries(open).filter(([, count]) => count > 0);
  if (some.length === 0) return <span className="text-faint">–</span>;
  return (
    <span className="flex gap-1">
      {some.map(([status, count]) => {
        const { tone, label } = statusLook("execution", status);
        return <Badge key={status} tone={tone}>{count >= 10_000 ? "10,000+" : count} {label.toLowerCase()}</Badge>;
      })}
    </span>
  );
}

import { Link, useNavigate } from "@tanstack/react-router";
import { Workflow } from "lucide-react";
import { useLiveTopic } from "@/api/live";
import { useWorkflows } from "@/api/workflows";
import { PageHeader } from "@/ui/PageHeader";
import { EmptyState, ErrorState, LoadingRows } from "@/ui/States";
import { Head, Row, Table, Td, Th } from "@/ui/Table";
import { Time } from "@/ui/Time";

export function Page() {
  const workflows = useWorkflows();
  const navigate = useNavigate();
  useLiveTopic("workflows");
  return (
    <>
      <PageHeader title="Workflows" />
      {workflows.isPending ? <LoadingRows /> : workflows.isError ? <ErrorState error={workflows.error} onRetry={() => void workflows.refetch()} /> : workflows.data.items.length === 0 ? (
        <EmptyState icon={Workflow} title="No workflows yet">Save one with <code className="font-mono text-xs">treadle workflows apply FILE</code>, or draw it here.</EmptyState>
      ) : (
        <Table label="Workflows">
          <Head><Th>Name</Th><Th className="max-md:hidden">Description</Th><Th>Version</Th><Th>Changed</Th></Head>
          <tbody>
            {workflows.data.items.map((row) => (
              <Row key={row.name} onOpen={() => void navigate({ to: "/w/$name", params: { name: row.name } })}>
                <Td><Link to="/w/$name" params={{ name: row.name }} className="font-medium hover:underline">{row.name}</Link></Td>
                <Td className="max-w-xl truncate text-muted max-md:hidden">{row.description}</Td>
                <Td>v{row.version}</Td>
                <Td><Time at={row.updated_at} /></Td>
              </Row>
            ))}
          </tbody>
        </Table>
      )}
    </>
  );
}

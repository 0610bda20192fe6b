import { ListChecks } from "lucide-react";
import { PageHeader } from "@/ui/PageHeader";
import { EmptyState } from "@/ui/States";

export function Page() {
  return (
    <>
      <PageHeader title="Execution" />
      <EmptyState icon={ListChecks} title="This page is being made">One execution: its graph, its journal.</EmptyState>
    </>
  );
}

import { ListChecks } from "lucide-react";
import { PageHeader } from "@/ui/PageHeader";
import { EmptyState } from "@/ui/States";

export function Page() {
  return (
    <>
      <PageHeader title="Executions" />
      <EmptyState icon={ListChecks} title="This page is being made">The executions, newest first.</EmptyState>
    </>
  );
}

import { History } from "lucide-react";
import { PageHeader } from "@/ui/PageHeader";
import { EmptyState } from "@/ui/States";

export function Page() {
  return (
    <>
      <PageHeader title="Versions" />
      <EmptyState icon={History} title="This page is being made">The versions of this workflow.</EmptyState>
    </>
  );
}

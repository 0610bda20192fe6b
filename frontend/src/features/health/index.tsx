import { Activity } from "lucide-react";
import { PageHeader } from "@/ui/PageHeader";
import { EmptyState } from "@/ui/States";

export function Page() {
  return (
    <>
      <PageHeader title="Health" />
      <EmptyState icon={Activity} title="This page is being made">How the system is.</EmptyState>
    </>
  );
}

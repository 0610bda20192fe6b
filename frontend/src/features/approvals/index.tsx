import { Inbox } from "lucide-react";
import { PageHeader } from "@/ui/PageHeader";
import { EmptyState } from "@/ui/States";

export function Page() {
  return (
    <>
      <PageHeader title="Approvals" />
      <EmptyState icon={Inbox} title="This page is being made">What waits for a person.</EmptyState>
    </>
  );
}

import { KeyRound } from "lucide-react";
import { PageHeader } from "@/ui/PageHeader";
import { EmptyState } from "@/ui/States";

export function Page() {
  return (
    <>
      <PageHeader title="Log in" />
      <EmptyState icon={KeyRound} title="This page is being made">The token of this server is asked for here.</EmptyState>
    </>
  );
}

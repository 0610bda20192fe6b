import { CalendarClock } from "lucide-react";
import { PageHeader } from "@/ui/PageHeader";
import { EmptyState } from "@/ui/States";

export function Page() {
  return (
    <>
      <PageHeader title="Schedules" />
      <EmptyState icon={CalendarClock} title="This page is being made">What starts by itself.</EmptyState>
    </>
  );
}

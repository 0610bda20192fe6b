import { Link, useRouter, type ErrorComponentProps } from "@tanstack/react-router";
import { Compass } from "lucide-react";
import { useTitle } from "@/ui/PageHeader";
import { EmptyState, ErrorState } from "@/ui/States";

export function NotFound() {
  useTitle("Not found");
  return (
    <EmptyState icon={Compass} level={1} title="There is no such page" action={<Link to="/w" className="font-medium text-accent underline">All workflows</Link>}>
      The address <code className="font-mono text-xs">{window.location.pathname}</code> leads nowhere. It may be misspelt, or what it showed was deleted.
    </EmptyState>
  );
}

/** What a page shows that could not be drawn. After an update of the server its old files are gone; then a reload is the mend. */
export function Failed({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const message = error instanceof Error ? error.message : String(error);
  const stale = /dynamically imported module|module script|Failed to fetch/i.test(message);
  useTitle("Error");
  return (
    <ErrorState
      error={stale ? { title: "This page was updated on the server", detail: "Load it again to get its new files. Nothing is lost: executions run on the server." } : { title: "This page could not be shown", detail: message }}
      onRetry={() => {
        if (stale) return window.location.reload();
        reset();
        void router.invalidate();
      }}
    />
  );
}

import { Navigate } from "@tanstack/react-router";
import { useLiveTopic } from "@/api/live";
import { useWorkflows } from "@/api/workflows";
import { ErrorState, LoadingRows } from "@/ui/States";
import { EXAMPLE, isFresh } from "./fresh";
import { Overview } from "./Overview";

/** A fresh install shows the example, one click from running; later, what needs you and what goes on. */
export function Page() {
  const workflows = useWorkflows();
  useLiveTopic("workflows");
  if (workflows.isPending) return <LoadingRows />;
  if (workflows.isError) return <ErrorState error={workflows.error} onRetry={() => void workflows.refetch()} />;
  const rows = workflows.data.items;
  if (isFresh(rows)) return <Navigate to="/w/$name" params={{ name: EXAMPLE }} replace />;
  if (rows.length === 0) return <Navigate to="/w" replace />;
  return <Overview workflows={rows} />;
}

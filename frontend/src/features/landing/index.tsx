import { Navigate } from "@tanstack/react-router";
import { useWorkflows } from "@/api/workflows";
import { ErrorState, LoadingRows } from "@/ui/States";

const EXAMPLE = "order_refund";

/** Shows the example, one click from running; the list, when it is gone. */
export function Page() {
  const workflows = useWorkflows();
  if (workflows.isPending) return <LoadingRows />;
  if (workflows.isError) return <ErrorState error={workflows.error} onRetry={() => void workflows.refetch()} />;
  const found = workflows.data.items.some((row) => row.name === EXAMPLE);
  return found ? <Navigate to="/w/$name" params={{ name: EXAMPLE }} replace /> : <Navigate to="/w" replace />;
}

import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { List, Play, Workflow as WorkflowIcon } from "lucide-react";
import { useMemo } from "react";
import { useExecution } from "@/api/executions";
import { useLive } from "@/api/live";
import { useRun, useWorkflow, useWorkflowVersion } from "@/api/workflows";
import { GraphView } from "@/graph/GraphView";
import { statesOf, type GraphConfig } from "@/graph/model";
import { StatusBadge } from "@/ui/Badge";
import { Button, IconButton } from "@/ui/Button";
import { usePhone } from "@/ui/media";
import { PageHeader } from "@/ui/PageHeader";
import { useShortcuts } from "@/ui/shortcuts";
import { statusLook } from "@/ui/status";
import { ErrorState, LoadingRows } from "@/ui/States";
import { Duration } from "@/ui/Time";
import { toast } from "@/ui/Toast";

const route = getRouteApi("/shell/w/$name");

export function Page() {
  const { name } = route.useParams();
  const { x, node, view: chosen } = route.useSearch();
  const phone = usePhone();
  const view = chosen ?? (phone ? "list" : "canvas");
  const other = view === "list" ? "canvas" : "list";
  const navigate = useNavigate({ from: "/w/$name" });
  const workflow = useWorkflow(name);
  const execution = useExecution(x).data;
  const past = useWorkflowVersion(name, execution && execution.version !== workflow.data?.version ? execution.version : undefined);
  const run = useRun(name);
  useLive({ execution: x });
  const states = useMemo(() => execution && statesOf(execution), [execution]);

  async function start() {
    try {
      const started = await run.mutateAsync({});
      await navigate({ search: (old) => ({ ...old, x: started.id }), replace: true });
    } catch (problem) {
      toast.error(problem);
    }
  }
  useShortcuts("Workflow", [
    { keys: "mod+enter", label: "Run", run: () => void start() },
    { keys: "l", label: "Canvas or list", run: () => void navigate({ search: (old) => ({ ...old, view: other }) }) },
  ]);

  if (workflow.isPending) return <LoadingRows />;
  if (workflow.isError) return <ErrorState error={workflow.error} onRetry={() => void workflow.refetch()} />;
  const graph = (past.data ?? workflow.data).graph_config as unknown as GraphConfig;
  return (
    <>
      <PageHeader
        title={name}
        tab={execution ? `${statusLook("execution", execution.status).label} · ${name}` : name}
        icon={<WorkflowIcon aria-hidden size={18} className="text-muted" />}
        meta={
          <>
            <span>v{(past.data ?? workflow.data).version}</span>
            {execution && (
              <>
                <StatusBadge kind="execution" status={execution.status} />
                <Duration from={execution.created_at} to={execution.finished_at} />
                <Link to="/x/$id" params={{ id: execution.id }} className="font-mono text-xs text-accent hover:underline">{execution.id}</Link>
              </>
            )}
          </>
        }
        actions={
          <>
            <IconButton icon={List} label="Canvas or list" shortcut="l" aria-pressed={view === "list"} onClick={() => void navigate({ search: (old) => ({ ...old, view: other }) })} />
            <Button look="primary" icon={Play} busy={run.isPending} onClick={() => void start()}>Run</Button>
          </>
        }
      />
      <div className="flex min-h-0 flex-1">
        <GraphView graph={graph} states={states} label={`Graph of ${name}`} view={view} selected={node}
          onSelect={(id) => void navigate({ search: (old) => ({ ...old, node: id ?? undefined }), replace: true })} />
      </div>
    </>
  );
}

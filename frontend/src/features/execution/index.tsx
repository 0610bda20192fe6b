import { getRouteApi, Link } from "@tanstack/react-router";
import { Compass } from "lucide-react";
import { useCallback, useEffect, useState } from "react";
import { useExecution, useJournal, isOver, type Execution } from "@/api/executions";
import { useLive } from "@/api/live";
import { Problem } from "@/api/problem";
import { useWorkflowVersion } from "@/api/workflows";
import type { GraphConfig } from "@/graph/model";
import { PageHeader } from "@/ui/PageHeader";
import { EmptyState, ErrorState, LoadingRows } from "@/ui/States";
import { Tabs } from "@/ui/Tabs";
import { Banners } from "./Banners";
import { CancelDialog, MoveDialog } from "./dialogs";
import { GraphTab } from "./GraphTab";
import { Header, type Ask } from "./Header";
import { Journal } from "./Journal";
import { Logs } from "./Logs";
import { Children, Control, DataTab } from "./OtherTabs";
import { RerunDialog } from "./RerunDialog";
import type { Search } from "./search";

const route = getRouteApi("/shell/x/$id");

/** One execution, from its id or the beginning of it. */
export function Page() {
  const { id } = route.useParams();
  const navigate = route.useNavigate();
  const execution = useExecution(id);
  const whole = execution.data?.id;
  useEffect(() => {
    if (whole && whole !== id) void navigate({ params: { id: whole }, search: (old) => old, replace: true });
  }, [whole, id, navigate]);
  if (execution.data) return <Shown key={execution.data.id} execution={execution.data} />;
  if (execution.isPending) return <><PageHeader title="Execution" /><LoadingRows /></>;
  return <><PageHeader title="Execution" tab="Not found · Execution" /><Failed id={id} error={execution.error} onRetry={() => void execution.refetch()} /></>;
}

function Failed({ id, error, onRetry }: { id: string; error: Error; onRetry: () => void }) {
  const status = error instanceof Problem ? error.status : 0;
  if (status === 404 || status === 422) {
    return (
      <EmptyState icon={Compass} title="There is no such execution" action={<Link to="/x" className="font-medium text-accent underline">All executions</Link>}>
        <code className="font-mono text-xs break-all">{id}</code> is not known here. {status === 422 ? error.message : "It may be misspelt, of another server, or deleted when its time to be kept was over."}
      </EmptyState>
    );
  }
  if (status === 500) return <ErrorState error={{ title: "This execution cannot be read", detail: `${error.message} Its journal may be damaged; the log of the server says where. Nothing of it was changed by looking.` }} onRetry={onRetry} />;
  return <ErrorState error={error} onRetry={onRetry} />;
}

function Shown({ execution }: { execution: Execution }) {
  const { id } = execution;
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const over = isOver(execution);
  const [ask, setAsk] = useState<Ask | null>(null);
  const [place, setPlace] = useState<string | null>(null);
  useLive({ execution: id });
  const version = useWorkflowVersion(execution.workflow, execution.version);
  const journal = useJournal(id, over);
  const change = useCallback((next: Partial<Search>) => void navigate({ search: (old) => ({ ...old, ...next }), replace: true }), [navigate]);
  const rerun = useCallback((from: string) => { setPlace(from); setAsk("rerun"); }, []);
  const close = () => { setAsk(null); setPlace(null); };

  const reached = Object.entries(execution.nodes).filter(([, state]) => state.visits > 0).map(([node]) => node);
  const graph = version.data?.graph_config as unknown as GraphConfig | undefined;
  const broken = journal.error && !journal.data ? <ErrorState error={{ title: "The journal cannot be read", detail: journal.error.message }} onRetry={() => void journal.refetch()} /> : null;
  const loading = journal.isPending ? <LoadingRows /> : null;
  const rows = journal.data ?? [];
  const tabs = [
    { value: "graph", label: "Graph", content: graph ? <>{broken}<GraphTab execution={execution} graph={graph} journal={rows} search={search} onSearch={change} onRerun={rerun} /></> : version.isError ? <ErrorState error={version.error} onRetry={() => void version.refetch()} /> : <LoadingRows /> },
    { value: "journal", label: "Journal", count: rows.length || undefined, content: broken ?? loading ?? <Journal journal={rows} /> },
    { value: "data", label: "Input and output", content: <DataTab execution={execution} /> },
    { value: "logs", label: "Logs", content: <Logs id={id} over={over} /> },
    { value: "children", label: "Children", content: <Children id={id} /> },
    { value: "control", label: "History", content: broken ?? loading ?? <Control execution={execution} journal={rows} /> },
  ];
  return (
    <div className="flex h-full min-h-0 flex-col">
      <Header execution={execution} onAsk={setAsk} />
      <Banners execution={execution} onNode={(node) => change({ node, scope: undefined, tab: undefined })} onRerun={rerun} />
      <Tabs label="About this execution" value={search.tab ?? "graph"} onChange={(tab) => change({ tab: tab === "graph" ? undefined : (tab as Search["tab"]) })} tabs={tabs} />
      {ask === "cancel" && <CancelDialog id={id} onClose={close} />}
      {ask === "move" && <MoveDialog execution={execution} onClose={close} />}
      {ask === "rerun" && <RerunDialog execution={execution} place={place ?? execution.error?.node_id ?? reached[0] ?? ""} places={reached} onClose={close} />}
    </div>
  );
}

import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { ArrowLeft, GitCompareArrows, History, Pencil, RotateCcw } from "lucide-react";
import { useState } from "react";
import type { Schema } from "@/api/client";
import { useLiveTopic } from "@/api/live";
import { useSaveWorkflow, useVersions, useWorkflowVersion } from "@/api/workflows";
import { Badge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { ConfirmDialog } from "@/ui/Dialog";
import { PageHeader } from "@/ui/PageHeader";
import { Select } from "@/ui/Field";
import { EmptyState, ErrorState, LoadingRows } from "@/ui/States";
import { Tabs } from "@/ui/Tabs";
import { Time } from "@/ui/Time";
import { toast } from "@/ui/Toast";
import { Compare } from "./Compare";

const route = getRouteApi("/shell/w/$name/versions");
type Row = Schema<"OpenVersion">;

export function Page() {
  const { name } = route.useParams();
  const search = route.useSearch();
  const navigate = useNavigate({ from: "/w/$name/versions" });
  const versions = useVersions(name);
  useLiveTopic("workflows");
  const [restoring, setRestoring] = useState<number | null>(null);
  if (versions.isPending) return <LoadingRows />;
  if (versions.isError) return <ErrorState error={versions.error} onRetry={() => void versions.refetch()} />;
  const rows = versions.data.items;
  const latest = rows[0]?.version ?? 0;
  const to = search.to ?? latest;
  const from = search.from ?? rows.find((row) => row.version < to)?.version ?? to;
  const compare = (change: { from?: number; to?: number; view?: "graph" | "text" }) => void navigate({ search: (old) => ({ ...old, from, to, ...change }), replace: true });
  const options = rows.map((row) => ({ value: String(row.version), label: `v${row.version}` }));
  const view = search.view ?? "graph";
  return (
    <>
      <PageHeader title={<span><Link to="/w/$name" params={{ name }} className="hover:underline">{name}</Link> <span className="font-normal text-muted">versions</span></span>} tab={`Versions · ${name}`}
        icon={<History aria-hidden size={18} className="text-muted" />} actions={<Button icon={ArrowLeft} onClick={() => void navigate({ to: "/w/$name", params: { name } })}>Canvas</Button>} />
      <div className="flex min-h-0 flex-1 max-md:flex-col">
        <ol aria-label="Versions" className="flex w-80 shrink-0 flex-col gap-1 overflow-auto border-r p-2 max-md:max-h-56 max-md:w-full max-md:border-r-0 max-md:border-b">
          {rows.map((row) => <VersionItem key={row.version} name={name} row={row} latest={latest} shown={row.version === to} onCompare={() => compare({ to: row.version, from: rows.find((each) => each.version < row.version)?.version ?? row.version })} onRestore={() => setRestoring(row.version)} />)}
        </ol>
        <section aria-label="Differences" className="flex min-h-0 min-w-0 flex-1 flex-col max-md:min-h-[60vh]">
          {rows.length < 2 ? (
            <EmptyState icon={GitCompareArrows} title="There is only one version">Each save on the canvas makes another one, and this page shows how they differ. Executions finish on the version they started with.</EmptyState>
          ) : (
            <>
              <div className="flex flex-wrap items-center gap-2 border-b bg-surface px-4 py-2 text-sm">
                <label className="flex items-center gap-1.5 text-muted">From <Select aria-label="From version" className="h-7! w-auto!" options={options} value={String(from)} onChange={(event) => compare({ from: Number(event.target.value) })} /></label>
                <label className="flex items-center gap-1.5 text-muted">to <Select aria-label="To version" className="h-7! w-auto!" options={options} value={String(to)} onChange={(event) => compare({ to: Number(event.target.value) })} /></label>
              </div>
              <Tabs label="How to show it" value={view} onChange={(value) => compare({ view: value as "graph" | "text" })} className="flex min-h-0 flex-1 flex-col [&>[role=tabpanel]]:flex [&>[role=tabpanel]]:flex-col [&>[role=tabpanel]:not([data-state=active])]:hidden"
                tabs={[{ value: "graph", label: "Graph", content: view === "graph" && <Compare name={name} from={from} to={to} view="graph" /> }, { value: "text", label: "Text", content: view === "text" && <Compare name={name} from={from} to={to} view="text" /> }]} />
            </>
          )}
        </section>
      </div>
      {restoring !== null && <Restore name={name} version={restoring} latest={latest} onClose={() => setRestoring(null)} onDone={() => void navigate({ search: {}, replace: true })} />}
    </>
  );
}

function VersionItem({ name, row, latest, shown, onCompare, onRestore }: { name: string; row: Row; latest: number; shown: boolean; onCompare: () => void; onRestore: () => void }) {
  const { running, waiting, paused } = row.open;
  const words = [running && `${running} running`, waiting && `${waiting} waiting`, paused && `${paused} paused`].filter(Boolean).join(", ");
  return (
    <li className={cx("rounded-lg border p-2.5", shown ? "border-accent bg-accent-soft" : "border-transparent hover:bg-hover/60")}>
      <div className="flex items-center gap-2 text-sm">
        <button type="button" aria-pressed={shown} onClick={onCompare} className="font-semibold hover:underline">Version {row.version}</button>
        {row.version === latest && <Badge tone="accent">Latest</Badge>}
        <span className="ml-auto text-xs text-muted"><Time at={row.created_at} /></span>
      </div>
      <p className="mt-0.5 text-xs text-muted">{row.by && `by ${row.by}`}{words && <>{row.by && " · "}<Link to="/x" search={{ q: `workflow:${name} status:open` } as never} className="text-accent hover:underline">{words}</Link></>}</p>
      {row.description && <p className="mt-1 line-clamp-2 text-xs text-faint">{row.description.replace(/ \[shipped \w+\]$/, "")}</p>}
      <div className="mt-1.5 flex gap-1">
        <Link to="/w/$name" params={{ name }} search={row.version === latest ? {} : { v: row.version }} className="inline-flex h-7 items-center gap-1.5 rounded-md px-2 text-sm font-medium text-muted hover:bg-hover hover:text-fg"><Pencil aria-hidden size={14} />Open</Link>
        {row.version !== latest && <Button size="sm" look="ghost" icon={RotateCcw} onClick={onRestore}>Restore</Button>}
      </div>
    </li>
  );
}

function Restore({ name, version, latest, onClose, onDone }: { name: string; version: number; latest: number; onClose: () => void; onDone: () => void }) {
  const old = useWorkflowVersion(name, version).data;
  const save = useSaveWorkflow(name);
  return (
    <ConfirmDialog open onClose={onClose} title={`Restore version ${version}?`} confirm={`Save it as version ${latest + 1}`}
      description={`Its graph becomes version ${latest + 1}. Version ${latest} stays in this list, and executions go on with the version they started with.`}
      onConfirm={async () => {
        if (!old) throw new Error("not loaded");
        try {
          const answer = await save.mutateAsync({ graph_config: old.graph_config, description: old.description, expected_version: latest });
          toast.ok(`Version ${version} is restored as version ${answer.version}.`);
          onDone();
        } catch (error) {
          toast.error(error);
          throw error;
        }
      }} />
  );
}

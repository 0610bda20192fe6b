import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { FileUp, Plus, Search as SearchIcon, Workflow } from "lucide-react";
import { useMemo, useRef, useState } from "react";
import { useSchedules } from "@/api/schedules";
import { useDeleteWorkflow } from "@/api/workflows";
import { NewWorkflow } from "@/graph/NewWorkflow";
import { Button } from "@/ui/Button";
import { ConfirmDialog } from "@/ui/Dialog";
import { Input } from "@/ui/Field";
import { PageHeader } from "@/ui/PageHeader";
import { useShortcuts } from "@/ui/shortcuts";
import { EmptyState, ErrorState, LoadingRows } from "@/ui/States";
import { toast } from "@/ui/Toast";
import { DropArea } from "./DropArea";
import { readWorkflowFile, type WorkflowFile } from "./file";
import { ImportDialog } from "./ImportDialog";
import { useAllWorkflows } from "./useAllWorkflows";
import { WorkflowTable } from "./WorkflowTable";

const route = getRouteApi("/shell/w");

export function Page() {
  const search = route.useSearch();
  const navigate = useNavigate({ from: "/w" });
  const workflows = useAllWorkflows();
  const schedules = useSchedules().data?.items;
  const [file, setFile] = useState<WorkflowFile | null>(null);
  const [deleting, setDeleting] = useState<string | null>(null);
  const picker = useRef<HTMLInputElement>(null);
  const box = useRef<HTMLInputElement>(null);
  const items = useMemo(() => workflows.data?.items ?? [], [workflows.data]);
  const wanted = (search.q ?? "").toLowerCase();
  const rows = items.filter((row) => `${row.name} ${row.description}`.toLowerCase().includes(wanted));
  const nextOf = useMemo(() => {
    const found = new Map<string, string>();
    for (const { workflow, next_fire_at: at, status } of schedules ?? []) if (at && status === "active" && at < (found.get(workflow) ?? "~")) found.set(workflow, at);
    return found;
  }, [schedules]);
  const asking = (open: boolean) => void navigate({ search: (old) => ({ ...old, new: open || undefined }), replace: true });
  useShortcuts("Workflows", [
    { keys: "n", label: "New workflow", run: () => asking(true) },
    { keys: "/", label: "Search", run: () => box.current?.focus() },
  ]);
  const take = (picked: File | undefined) => {
    if (picked) void picked.text().then((text) => readWorkflowFile(picked.name, text)).then(setFile, toast.error);
  };
  const buttons = (
    <>
      <Button icon={FileUp} onClick={() => picker.current?.click()}>Import</Button>
      <Button look="primary" icon={Plus} onClick={() => asking(true)}>New workflow</Button>
    </>
  );
  return (
    <DropArea onFile={take}>
      <PageHeader title="Workflows" meta={items.length > 0 && <span>{items.length}{workflows.data?.more && "+"}</span>} actions={buttons} />
      <input ref={picker} type="file" accept=".yaml,.yml,.json" aria-label="Import a workflow from a file" className="hidden" onChange={(event) => { take(event.target.files?.[0]); event.target.value = ""; }} />
      {workflows.isPending ? <LoadingRows /> : workflows.isError && !workflows.data ? <ErrorState error={workflows.error} onRetry={() => void workflows.refetch()} /> : items.length === 0 ? (
        <EmptyState icon={Workflow} title="No workflows yet" action={buttons}>
          A workflow is a graph of steps that survives every restart. Draw one, drop a YAML or JSON file here, or save one with <code className="font-mono text-xs">treadle workflows apply FILE</code>.
        </EmptyState>
      ) : (
        <>
          <div className="relative border-b bg-surface px-4 py-2">
            <SearchIcon aria-hidden size={15} className="absolute top-1/2 left-6.5 -translate-y-1/2 text-faint" />
            <Input ref={box} type="search" aria-label="Search workflows" placeholder="Search by name or description" className="max-w-md pl-8!" value={search.q ?? ""}
              onChange={(event) => void navigate({ search: (old) => ({ ...old, q: event.target.value || undefined }), replace: true })} />
          </div>
          {rows.length > 0 ? <WorkflowTable rows={rows} nextOf={nextOf} onDelete={setDeleting} /> : (
            <EmptyState icon={SearchIcon} title="Nothing found" action={<Button onClick={() => void navigate({ search: {}, replace: true })}>Show all</Button>}>No workflow has “{search.q}” in its name or description.</EmptyState>
          )}
        </>
      )}
      {search.new && <NewWorkflow open onClose={() => asking(false)} taken={items.map((row) => row.name)} onCreate={(name, template) => void navigate({ to: "/w/$name", params: { name }, search: { new: template } })} />}
      {file && <ImportDialog key={file.name} file={file} versionOf={(name) => items.find((row) => row.name === name)?.version ?? 0} onClose={() => setFile(null)}
        onDone={(name, version) => { toast.ok(`${name} v${version} is stored`); void navigate({ to: "/w/$name", params: { name } }); }} />}
      {deleting && <DeleteDialog name={deleting} schedules={schedules?.filter((each) => each.workflow === deleting).length ?? 0} onClose={() => setDeleting(null)} />}
    </DropArea>
  );
}

function DeleteDialog({ name, schedules, onClose }: { name: string; schedules: number; onClose: () => void }) {
  const remove = useDeleteWorkflow(name);
  return (
    <ConfirmDialog open danger title={`Delete ${name}?`} confirm="Delete" onClose={onClose}
      onConfirm={() => remove.mutateAsync().then(() => toast.ok(`${name} is deleted`))}>
      <p className="text-sm text-muted">It disappears from here and cannot be started any more{schedules > 0 && `, and its ${schedules === 1 ? "schedule stops" : `${schedules} schedules stop`}`}. Its past executions can still be looked at. It is refused while executions are open.</p>
      {remove.isError && <div className="mt-3"><ErrorState compact error={remove.error} /></div>}
    </ConfirmDialog>
  );
}

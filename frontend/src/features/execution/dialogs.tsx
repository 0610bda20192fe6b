import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "@/api/client";
import { useSteer, type Execution } from "@/api/executions";
import { useVersions } from "@/api/workflows";
import { Button } from "@/ui/Button";
import { ConfirmDialog, Dialog } from "@/ui/Dialog";
import { Field, Input, Select } from "@/ui/Field";
import { ErrorState } from "@/ui/States";
import { toast } from "@/ui/Toast";
import { Checkbox } from "@/ui/Toggle";

export function CancelDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const [compensate, setCompensate] = useState(false);
  const cancel = useSteer(id, "cancel");
  return (
    <ConfirmDialog open danger onClose={onClose} title="Cancel this execution?" confirm="Cancel the execution" description="It stops and cannot be resumed. You can still fork it."
      onConfirm={async () => { await cancel.mutateAsync({ reason, compensate }); toast.ok("Cancelling: a worker stops it"); }}>
      <div className="flex flex-col gap-4">
        <Field label="Reason" hint="Kept in its history."><Input value={reason} maxLength={500} onChange={(event) => setReason(event.target.value)} /></Field>
        <Checkbox label="Undo what was done, by the compensations of its nodes" checked={compensate} onChange={setCompensate} />
        {cancel.isError && <ErrorState error={cancel.error} compact />}
      </div>
    </ConfirmDialog>
  );
}

/** Lets it go on with another version; says first whether all that has been done fits. */
export function MoveDialog({ execution, onClose }: { execution: Execution; onClose: () => void }) {
  const { id, workflow, version } = execution;
  const versions = useVersions(workflow);
  const others = versions.data?.items.filter((each) => each.version !== version) ?? [];
  const [chosen, setChosen] = useState<number | null>(null);
  const wanted = chosen ?? others[0]?.version;
  const ask = (dry_run: boolean) => call("post", "/api/v1/executions/{execution_id}/move", { path: { execution_id: id }, body: { version: wanted!, dry_run } });
  const trial = useQuery({
    queryKey: ["move-trial", id, wanted],
    queryFn: () => ask(true),
    enabled: wanted !== undefined, retry: false, gcTime: 0,
  });
  const move = useMutation({ mutationFn: () => ask(false), onSuccess: () => { toast.ok(`It goes on with version ${wanted}`); onClose(); } });
  const list = (title: string, items: string[] | undefined) => items && items.length > 0 && <p><span className="font-medium">{title}:</span> <span className="font-mono text-xs">{items.join(", ")}</span></p>;
  return (
    <Dialog open onClose={onClose} title="Move to another version" description={`It runs version ${version}. All that has been done must fit the other one.`}
      footer={<><Button onClick={onClose}>Cancel</Button><Button look="primary" disabled={!trial.data?.fits} busy={move.isPending} onClick={() => move.mutate()}>Move</Button></>}>
      <div className="flex flex-col gap-3 text-sm">
        {versions.isSuccess && others.length === 0 ? <p className="text-muted">{workflow} has no other version yet. Save a change of it first.</p> : (
          <Field label="Version"><Select value={String(wanted ?? "")} onChange={(event) => setChosen(Number(event.target.value))} options={others.map((each) => ({ value: String(each.version), label: `Version ${each.version}` }))} /></Field>
        )}
        {trial.isFetching && <p role="status" className="text-muted">Looking whether it fits…</p>}
        {trial.isError && <ErrorState error={trial.error} compact />}
        {trial.data && (trial.data.fits ? <p>It fits.</p> : <ErrorState error={{ title: "It does not fit", errors: trial.data.findings.map(({ place, message, hint }) => ({ path: place, message, hint })) }} compact />)}
        {list("Begins", trial.data?.begins)}
        {list("Changes", trial.data?.changed.map(({ place, change, under_way }) => `${place} (${change}${under_way ? "; goes on as it was begun" : ""})`))}
        {move.isError && <ErrorState error={move.error} compact />}
      </div>
    </Dialog>
  );
}

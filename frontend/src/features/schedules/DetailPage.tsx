import { Link, useNavigate } from "@tanstack/react-router";
import { History, Pause, Pencil, Play, RotateCw, Trash2 } from "lucide-react";
import { useState } from "react";
import { useDeleteSchedule, useRunSchedule, useSaveSchedule, useSchedule, type Schedule } from "@/api/schedules";
import { useActions } from "@/ui/actions";
import { StatusBadge } from "@/ui/Badge";
import { Button, IconButton } from "@/ui/Button";
import { CopyAs } from "@/ui/Code";
import { ConfirmDialog } from "@/ui/Dialog";
import { PageHeader } from "@/ui/PageHeader";
import { ErrorState, LoadingRows } from "@/ui/States";
import { toast } from "@/ui/Toast";
import { BackfillDialog } from "./BackfillDialog";
import { Facts } from "./Facts";
import { NextFires } from "./NextFires";
import { PastFires } from "./PastFires";
import { ScheduleForm } from "./ScheduleForm";
import type { Search } from "./search";
import { timingText } from "./words";

export function DetailPage({ id, outcome, onOutcome, onGone }: { id: string; outcome: Search["outcome"]; onOutcome: (outcome: Search["outcome"]) => void; onGone: () => void }) {
  const schedule = useSchedule(id);
  if (schedule.data) return <Loaded schedule={schedule.data} outcome={outcome} onOutcome={onOutcome} onGone={onGone} />;
  return <><PageHeader title={id} tab="Schedule" />{schedule.isError ? <ErrorState error={schedule.error} onRetry={() => void schedule.refetch()} /> : <LoadingRows />}</>;
}

function Loaded({ schedule, outcome, onOutcome, onGone }: { schedule: Schedule; outcome: Search["outcome"]; onOutcome: (outcome: Search["outcome"]) => void; onGone: () => void }) {
  const navigate = useNavigate();
  const [shown, setShown] = useState<"edit" | "backfill" | "delete" | null>(null);
  const change = useSaveSchedule(schedule.id);
  const fire = useRunSchedule(schedule.id);
  const remove = useDeleteSchedule(schedule.id);
  const toggle = () => change.mutate({ paused: !schedule.paused }, { onSuccess: (saved) => toast.ok(saved.paused ? "It is paused" : "It goes on from now"), onError: toast.error });
  const runNow = () => fire.mutate(undefined, {
    onSuccess: (fired) => (fired.execution_id ? toast.ok("It fired", { label: "See the execution", run: () => void navigate({ to: "/x/$id", params: { id: fired.execution_id! } }) }) : toast.info(`${fired.outcome}: ${fired.reason}`)),
    onError: toast.error,
  });
  const paused = schedule.status === "paused";
  const actions = [
    { id: "schedule-toggle", label: paused ? "Resume this schedule" : "Pause this schedule", icon: paused ? Play : Pause, run: toggle },
    { id: "schedule-run", label: "Fire this schedule now", icon: RotateCw, run: runNow },
    { id: "schedule-backfill", label: "Backfill this schedule", icon: History, run: () => setShown("backfill") },
    { id: "schedule-edit", label: "Edit this schedule", icon: Pencil, run: () => setShown("edit") },
  ];
  useActions(actions);
  return (
    <>
      <PageHeader title={timingText(schedule)} tab={`${paused ? "Paused · " : schedule.status === "set_aside" ? "Set aside · " : ""}${schedule.id}`}
        meta={<><StatusBadge kind="schedule" status={schedule.status} /><span>starts <Link to="/w/$name" params={{ name: schedule.workflow }} className="text-accent hover:underline">{schedule.workflow}</Link></span></>}
        actions={<>
          {schedule.status !== "ended" && <Button icon={paused ? Play : Pause} busy={change.isPending} onClick={toggle}>{paused ? "Resume" : "Pause"}</Button>}
          <Button icon={RotateCw} busy={fire.isPending} onClick={runNow}>Run now</Button>
          <Button icon={History} onClick={() => setShown("backfill")}>Backfill</Button>
          <Button icon={Pencil} onClick={() => setShown("edit")}>Edit</Button>
          <IconButton icon={Trash2} label="Delete" onClick={() => setShown("delete")} />
        </>} />
      {schedule.error && <div className="p-4 pb-0 sm:px-6"><ErrorState compact error={{ title: "It is set aside and does not fire", detail: `${schedule.error}. Mend that, then save the schedule or press Resume: any change clears this.` }} /></div>}
      <div className="mx-auto grid w-full max-w-7xl items-start gap-6 p-4 sm:p-6 lg:grid-cols-[minmax(0,5fr)_minmax(0,4fr)]">
        <div className="flex min-w-0 flex-col gap-6">
          <PastFires id={schedule.id} zone={schedule.timezone} outcome={outcome} onOutcome={onOutcome} />
        </div>
        <div className="flex min-w-0 flex-col gap-6 max-lg:order-first">
          <Facts schedule={schedule} />
          <NextFires schedule={schedule} />
          <div><CopyAs command={{ method: "POST", path: `/api/v1/schedules/${schedule.id}/run`, body: {}, cli: `treadle schedules run ${schedule.id}` }} /></div>
        </div>
      </div>
      {shown === "edit" && <ScheduleForm schedule={schedule} workflow={schedule.workflow} onClose={() => setShown(null)} onSaved={() => setShown(null)} />}
      {shown === "backfill" && <BackfillDialog schedule={schedule} onClose={() => setShown(null)} />}
      <ConfirmDialog open={shown === "delete"} danger title="Delete this schedule?" confirm="Delete" onClose={() => setShown(null)} onConfirm={() => remove.mutateAsync(undefined).then(() => { toast.ok("The schedule is deleted"); onGone(); })}>
        <p className="text-sm text-muted">It does not fire any more, and its record is gone. Executions that it has started go on.</p>
        {remove.isError && <div className="mt-3"><ErrorState compact error={remove.error} /></div>}
      </ConfirmDialog>
    </>
  );
}

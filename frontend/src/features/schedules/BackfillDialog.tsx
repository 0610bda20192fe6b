import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { keys } from "@/api/query";
import { backfill, useTimingPreview, type Schedule } from "@/api/schedules";
import { Button } from "@/ui/Button";
import { useNow } from "@/ui/clock";
import { Dialog } from "@/ui/Dialog";
import { Field, Input, Select } from "@/ui/Field";
import { ErrorState } from "@/ui/States";
import { OVERLAPS } from "./words";
import { fromWall, toWall } from "./zone";

const MOST = 1000;

/** Fires the due times of a past range that have not fired; each is stored by itself, so it may be stopped and gone on with. */
export function BackfillDialog({ schedule, onClose }: { schedule: Schedule; onClose: () => void }) {
  const { timezone: zone } = schedule;
  const client = useQueryClient();
  const now = useNow(60_000);
  const [start, setStart] = useState(() => toWall(new Date(now - 7 * 86_400_000).toISOString(), zone));
  const [end, setEnd] = useState(() => toWall(new Date(now).toISOString(), zone));
  const [overlap, setOverlap] = useState("allow");
  const [state, setState] = useState<{ fired: number; seen: number; running: boolean; done: boolean; error: unknown } | null>(null);
  const stopped = useRef(false);
  const range = { start: fromWall(start, zone), end: fromWall(end, zone) };
  const valid = range.start !== null && range.end !== null && range.start < range.end;
  const preview = useTimingPreview(valid ? {
    ...(schedule.cron ? { cron: schedule.cron, dst: schedule.dst } : schedule.interval ? { interval: schedule.interval } : { at: schedule.at }),
    timezone: zone, start_at: schedule.start_at, end_at: schedule.end_at, start: range.start, count: MOST,
  } : null);
  const due = preview.data?.fires.filter((at) => Date.parse(at) <= Date.parse(range.end ?? "")).length ?? 0;

  async function go() {
    stopped.current = false;
    let next: string | null = range.start;
    let fired = 0, seen = 0;
    setState({ fired, seen, running: true, done: false, error: null });
    try {
      while (next && !stopped.current) {
        const answer: Awaited<ReturnType<typeof backfill>> = await backfill(schedule.id, { start: next, end: range.end!, overlap, limit: 25 });
        next = answer.next_start;
        fired += answer.fired;
        seen += answer.fires.length;
        setState({ fired, seen, running: next !== null && !stopped.current, done: next === null, error: null });
      }
    } catch (error) {
      setState({ fired, seen, running: false, done: false, error });
    }
    void client.invalidateQueries({ queryKey: keys.schedules.all });
  }
  const close = () => { stopped.current = true; onClose(); };
  return (
    <Dialog open onClose={close} title="Backfill" description={`Fires the due times of a past range that have not fired. By the clock of ${zone}.`}
      footer={state?.running ? <Button onClick={() => { stopped.current = true; }}>Stop</Button> : <><Button onClick={close}>{state?.done ? "Done" : "Cancel"}</Button>{!state?.done && <Button look="primary" disabled={!valid || due === 0} onClick={() => void go()}>{state ? "Go on" : due === 0 ? "Fire them" : `Fire up to ${due}${due === MOST ? "+" : ""}`}</Button>}</>}>
      <form className="flex flex-col gap-4" onSubmit={(event) => event.preventDefault()}>
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label="From"><Input type="datetime-local" value={start} disabled={state?.running} onChange={(event) => setStart(event.target.value)} /></Field>
          <Field label="To" error={valid ? undefined : "It must be after the start."}><Input type="datetime-local" value={end} disabled={state?.running} onChange={(event) => setEnd(event.target.value)} /></Field>
        </div>
        <Field label="If one is open still"><Select value={overlap} options={OVERLAPS} onChange={(event) => setOverlap(event.target.value)} /></Field>
        <p role="status" className="text-sm text-muted">
          {state?.done ? `Done: ${state.fired} fired${state.seen > state.fired ? `, ${state.seen - state.fired} were skipped` : ""}.` : state ? `${state.fired} fired so far…`
            : !valid ? "" : preview.isPending ? "Counting…" : due === 0 ? "Nothing was due in this range." : `${due}${due === MOST ? " or more" : ""} ${due === 1 ? "time was" : "times were"} due in this range. Those that have fired already are left out.`}
        </p>
        {state && <progress aria-label="Backfill" max={Math.max(due, state.seen, 1)} value={state.done ? Math.max(due, state.seen, 1) : state.seen} className="h-1.5 w-full accent-accent" />}
        {preview.isError && valid && <ErrorState compact error={preview.error} />}
        {state?.error ? <ErrorState compact error={state.error} /> : null}
      </form>
    </Dialog>
  );
}

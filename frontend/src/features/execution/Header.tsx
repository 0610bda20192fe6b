import { Link } from "@tanstack/react-router";
import { Ban, GitFork, MoreHorizontal, Pause, Play, RotateCw, Route } from "lucide-react";
import { isOver, useSteer, type Execution } from "@/api/executions";
import { Button, IconButton } from "@/ui/Button";
import { CopyAs, CopyButton } from "@/ui/Code";
import { cx } from "@/ui/cx";
import { Menu } from "@/ui/Menu";
import { PageHeader } from "@/ui/PageHeader";
import { useShortcuts } from "@/ui/shortcuts";
import { statusLook, TONE_CLASS } from "@/ui/status";
import { Duration, Time } from "@/ui/Time";
import { toast } from "@/ui/Toast";

export type Ask = "cancel" | "move" | "rerun";

/** What it is, how it stands, and what can be done with it. */
export function Header({ execution, onAsk }: { execution: Execution; onAsk: (ask: Ask) => void }) {
  const { id, status, workflow, version } = execution;
  const look = statusLook("execution", status);
  return (
    <PageHeader
      tab={`${look.label} · ${workflow}`}
      icon={
        <span className={cx("inline-flex h-8 items-center gap-1.5 rounded-md bg-tone-soft px-2.5 text-base font-semibold text-tone", TONE_CLASS[look.tone])} role="status" aria-label={`Status: ${look.label}`}>
          <look.icon aria-hidden size={16} className={cx(look.spins && "animate-spin")} />{look.label}
        </span>
      }
      title={<Link to="/w/$name" params={{ name: workflow }} className="hover:underline">{workflow}</Link>}
      meta={<Link to="/w/$name/versions" params={{ name: workflow }} className="hover:underline" aria-label={`v${version}: all versions`}>v{version}</Link>}
      actions={<Actions execution={execution} onAsk={onAsk} />}
    >
      <dl className="flex flex-wrap items-center gap-x-5 gap-y-1 px-4 pb-2.5 text-sm">
        <Fact name="Id"><span className="font-mono text-xs">{id}</span><CopyButton text={id} label="Copy the id" /></Fact>
        <Fact name="Created"><Time at={execution.created_at} /></Fact>
        <Fact name={execution.finished_at ? "Took" : "Since"}><Duration from={execution.started_at ?? execution.created_at} to={execution.finished_at} /></Fact>
        <Fact name="Started by"><Origin execution={execution} /></Fact>
        {execution.priority !== "normal" && <Fact name="Priority">{execution.priority}</Fact>}
        {execution.queue !== "default" && <Fact name="Queue">{execution.queue}</Fact>}
        {execution.next_retry_at && <Fact name="Tries again"><Time at={execution.next_retry_at} /></Fact>}
      </dl>
    </PageHeader>
  );
}

const Fact = ({ name, children }: { name: string; children: React.ReactNode }) => (
  <div className="flex h-7 min-w-0 items-center gap-1.5"><dt className="text-xs text-faint">{name}</dt><dd className="flex min-w-0 items-center gap-1 text-muted">{children}</dd></div>
);

/** Who or what started it, with a link where there is something to look at. */
function Origin({ execution: { trigger, parent_id } }: { execution: Execution }) {
  const link = (id: string, words: string) => <Link to="/x/$id" params={{ id }} className="font-medium text-accent hover:underline" title={id}>{words}</Link>;
  if (parent_id) return link(parent_id, "its parent");
  if (typeof trigger?.forked_from === "string") return <>fork of {link(trigger.forked_from, `…${trigger.forked_from.slice(-8)}`)}</>;
  const schedule = trigger?.schedule_id ?? trigger?.schedule;
  if (typeof schedule === "string") return <Link to="/schedules/$id" params={{ id: schedule }} className="font-medium text-accent hover:underline">schedule</Link>;
  const kind = (trigger?.type ?? "manual").replace(/^trigger\./, "");
  const by = typeof trigger?.by === "string" ? trigger.by : null;
  return <>{kind === "manual" ? (by ?? "hand") : kind}{by && kind !== "manual" && ` · ${by}`}</>;
}

function Actions({ execution, onAsk }: { execution: Execution; onAsk: (ask: Ask) => void }) {
  const { id, status } = execution;
  const over = isOver(execution);
  const failed = status === "failed";
  const pause = useSteer(id, "pause");
  const resume = useSteer(id, "resume");
  const retry = useSteer(id, "retry");
  const tell = (mutation: typeof pause, words: string) => mutation.mutate({}, { onSuccess: () => toast.ok(words), onError: (error) => toast.error(error) });
  const cancellable = !over;
  const pausable = status === "running" || status === "waiting";
  useShortcuts("This execution", [
    ...(failed ? [{ keys: "shift+r", label: "Retry", run: () => tell(retry, "Retry: a worker takes it up") }] : []),
    ...(pausable ? [{ keys: "shift+p", label: "Pause", run: () => tell(pause, "Pausing: what runs finishes first") }] : []),
    ...(status === "paused" ? [{ keys: "shift+p", label: "Resume", run: () => tell(resume, "Resumed") }] : []),
    ...(cancellable ? [{ keys: "shift+c", label: "Cancel…", run: () => onAsk("cancel") }] : []),
    { keys: "shift+f", label: "Fork…", run: () => onAsk("rerun") },
  ]);
  const verb = failed ? "retry" : status === "paused" ? "resume" : pausable ? "pause" : null;
  return (
    <>
      {failed && <Button look="primary" icon={RotateCw} busy={retry.isPending} onClick={() => tell(retry, "Retry: a worker takes it up")}>Retry</Button>}
      {pausable && <Button icon={Pause} busy={pause.isPending} onClick={() => tell(pause, "Pausing: what runs finishes first")}>Pause</Button>}
      {status === "paused" && <Button look="primary" icon={Play} busy={resume.isPending} onClick={() => tell(resume, "Resumed")}>Resume</Button>}
      {cancellable && <Button icon={Ban} onClick={() => onAsk("cancel")}>Cancel</Button>}
      {over && <Button icon={GitFork} onClick={() => onAsk("rerun")}>Fork</Button>}
      <CopyAs command={verb ? { method: "POST", path: `/api/v1/executions/${id}/${verb}`, body: {}, cli: `treadle executions ${verb} ${id}` } : { method: "GET", path: `/api/v1/executions/${id}`, cli: `treadle executions show ${id}` }} />
      <Menu items={[
        { label: "Fork from a node…", icon: GitFork, shortcut: "shift+f", onSelect: () => onAsk("rerun") },
        { label: "Move to another version…", icon: Route, disabled: over || failed, onSelect: () => onAsk("move") },
      ]}>
        <IconButton icon={MoreHorizontal} label="More" />
      </Menu>
    </>
  );
}

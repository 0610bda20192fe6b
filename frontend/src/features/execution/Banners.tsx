import { Link } from "@tanstack/react-router";
import { CircleAlert, Hourglass, RotateCw, Send } from "lucide-react";
import { useState } from "react";
import { useApproval, useDecide } from "@/api/approvals";
import { useSignal, type Execution, type WaitingOn } from "@/api/executions";
import { Button } from "@/ui/Button";
import { CopyButton } from "@/ui/Code";
import { Field, Textarea } from "@/ui/Field";
import { toast } from "@/ui/Toast";
import { momentOf, useReasons } from "./useActivity";

interface Props { execution: Execution; onNode: (node: string) => void; onRerun: (place: string) => void }

/** Above everything: what went wrong, or why it does not go on, and what mends it. */
export function Banners(props: Props) {
  const { execution } = props;
  return (
    <>
      {execution.error && execution.status !== "completed" && <Failure {...props} />}
      {["waiting", "paused", "running"].includes(execution.status) || execution.next_retry_at ? <Why {...props} /> : null}
    </>
  );
}

function Failure({ execution: { error, status, nodes }, onNode, onRerun }: Props) {
  if (!error) return null;
  const node = error.node_id;
  const child = (error.details as { execution_id?: unknown } | undefined)?.execution_id;
  return (
    <div role="alert" className="tone-fail flex shrink-0 flex-wrap items-start gap-x-3 gap-y-2 border-b border-tone bg-tone-soft px-4 py-2 text-sm">
      <CircleAlert aria-hidden size={16} className="mt-1.5 shrink-0 text-tone" />
      <p className="max-h-24 min-w-0 flex-1 basis-60 overflow-auto py-1 break-words">
        {node && (node in nodes ? <button type="button" onClick={() => onNode(node)} className="font-semibold text-accent hover:underline">{node}</button> : <span className="font-semibold">{node}</span>)}{node && ": "}
        {error.message} <span className="font-mono text-xs text-muted">{error.type}</span>
        {typeof child === "string" && <Link to="/x/$id" params={{ id: child }} className="ml-2 font-medium text-accent hover:underline">Open the child</Link>}
      </p>
      {node && node in nodes && status === "failed" && <Button size="sm" icon={RotateCw} onClick={() => onRerun(node)}>Retry from here</Button>}
    </div>
  );
}

function Why({ execution, onNode }: Props) {
  const why = useReasons(execution.id, momentOf(execution), true);
  const reasons = why.data?.reasons ?? [];
  const approvals = execution.waiting_on.filter((each) => each.kind === "approval");
  const signals = [...new Map(execution.waiting_on.filter((each) => each.kind === "signal").map((each) => [signalOf(each), each])).values()];
  if (reasons.length === 0) return null;
  return (
    <section aria-label="Why it does not go on" className="tone-wait max-h-60 shrink-0 overflow-auto border-b border-tone bg-tone-soft px-4 py-2 text-sm">
      <ul className="flex flex-col gap-1.5">
        {reasons.slice(0, 8).map((reason, index) => {
          const approval = reason.kind === "approval" ? approvals.find((each) => each.node_id === reason.node_id && reason.mend.includes(String(each.approval_id))) : undefined;
          const signal = reason.kind === "signal" ? signals.find((each) => each.node_id === reason.node_id) : undefined;
          return (
            <li key={index} className="flex flex-wrap items-center gap-x-3 gap-y-1">
              <Hourglass aria-hidden size={14} className="shrink-0 text-tone" />
              <span className="min-w-0 flex-1 basis-56 break-words">
                {reason.sentence}{" "}
                {reason.node_id && reason.node_id in execution.nodes && <button type="button" onClick={() => onNode(reason.node_id!)} className="text-accent hover:underline">Show</button>}
              </span>
              {approval && <Decide id={String(approval.approval_id)} />}
              {signal && <SignalForm id={execution.id} name={signalOf(signal)} />}
              <Mend text={reason.mend} />
            </li>
          );
        })}
        {reasons.length > 8 && <li className="text-muted">and {reasons.length - 8} more</li>}
      </ul>
    </section>
  );
}

const signalOf = (waiting: WaitingOn): string => String(waiting.signal ?? waiting.name ?? "");

const Mend = ({ text }: { text: string }) =>
  text.startsWith("treadle ") ? (
    <span className="flex min-w-0 items-center gap-1 max-md:hidden"><code className="max-w-96 truncate font-mono text-xs text-muted" title={text}>{text}</code><CopyButton text={text} label="Copy the command" /></span>
  ) : text ? <span className="text-xs text-muted max-md:w-full max-md:pl-6">{text}</span> : null;

/** The answers of an approval, where they fit in a line. */
function Decide({ id }: { id: string }) {
  const approval = useApproval(id).data;
  const decide = useDecide(id);
  if (!approval || approval.status !== "open") return null;
  const onPage = approval.form !== null || approval.outcomes.length > 3;
  return (
    <span role="group" aria-label={`Decide: ${approval.title}`} className="flex flex-wrap items-center gap-1.5">
      {!onPage && approval.outcomes.map((outcome) => (
        <Button key={outcome.port} size="sm" look={outcome.style === "primary" ? "primary" : "secondary"} disabled={decide.isPending}
          onClick={() => decide.mutate({ decision: outcome.port }, { onSuccess: () => toast.ok(`${outcome.label}: sent`), onError: (error) => toast.error(error) })}>
          {outcome.label}
        </Button>
      ))}
      <Link to="/approvals/$id" params={{ id }} className="font-medium text-accent hover:underline">{onPage ? "Answer" : "Details"}</Link>
    </span>
  );
}

function SignalForm({ id, name }: { id: string; name: string }) {
  const send = useSignal(id, name);
  const [open, setOpen] = useState(false);
  const [text, setText] = useState("{}");
  const [error, setError] = useState<string>();
  function submit() {
    let payload: unknown;
    try { payload = text.trim() ? JSON.parse(text) : null; } catch (failure) { setError(String((failure as Error).message)); return; }
    setError(undefined);
    send.mutate({ payload }, { onSuccess: () => { toast.ok(`Signal ${name} sent`); setOpen(false); }, onError: (failure) => toast.error(failure) });
  }
  if (!open) return <Button size="sm" icon={Send} onClick={() => setOpen(true)}>Send signal</Button>;
  return (
    <form className="flex w-full flex-wrap items-end gap-2" onSubmit={(event) => { event.preventDefault(); submit(); }}>
      <div className="min-w-0 flex-1 basis-64"><Field label={`Payload of ${name} (JSON)`} error={error}><Textarea rows={2} className="font-mono text-xs" value={text} onChange={(event) => setText(event.target.value)} /></Field></div>
      <Button type="submit" look="primary" icon={Send} busy={send.isPending}>Send</Button>
      <Button onClick={() => setOpen(false)}>Cancel</Button>
    </form>
  );
}

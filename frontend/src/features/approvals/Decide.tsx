import { Pencil, UserRound } from "lucide-react";
import { useRef, useState } from "react";
import { useDecide, type ApprovalRecord } from "@/api/approvals";
import { Problem } from "@/api/problem";
import { Button } from "@/ui/Button";
import { Field, Textarea } from "@/ui/Field";
import { JsonView } from "@/ui/JsonView";
import { Kbd } from "@/ui/Kbd";
import { samePerson, useMe } from "@/ui/me";
import { JsonField } from "@/ui/schema-form/AnyField";
import { SchemaForm } from "@/ui/schema-form/SchemaForm";
import type { Schema } from "@/ui/schema-form/schema";
import { useShortcuts } from "@/ui/shortcuts";
import { ErrorState } from "@/ui/States";
import { toast } from "@/ui/Toast";
import { decidedText, labelOf, outcomeOfKey, progressOf, type Outcome } from "./words";

/** The form, the comment and a button for each outcome. */
export function Decide({ record, onName, onDecided }: { record: ApprovalRecord; onName: () => void; onDecided: () => void }) {
  const me = useMe();
  const decide = useDecide(record.id);
  const [data, setData] = useState<unknown>(record.payload ?? (record.form ? {} : null));
  const [changing, setChanging] = useState(false);
  const [comment, setComment] = useState("");
  const box = useRef<HTMLDivElement>(null);
  const focus = (selector: string) => box.current?.querySelector<HTMLElement>(selector)?.focus();
  const reach = (key: "a" | "r") => {
    const outcome = outcomeOfKey(record.outcomes, key);
    if (outcome) focus(`[data-outcome="${CSS.escape(outcome.port)}"]`);
  };
  useShortcuts("Approval", [
    { keys: "a", label: "To the approve button; Enter confirms", run: () => reach("a") },
    { keys: "r", label: "To the reject button; Enter confirms", run: () => reach("r") },
    { keys: "c", label: "Comment", run: () => focus("textarea[name=comment]") },
  ]);
  const withData = record.form !== null || changing;
  const problem = decide.error instanceof Problem ? decide.error : null;
  const findings = (problem?.errors ?? []).filter((each) => each.path === "data" || each.path.startsWith("data.") || each.path.startsWith("data["))
    .map((each) => ({ severity: "error", message: each.message, hint: each.hint, field: each.path }));
  const elsewhere = decide.error && !(problem?.status === 422 && findings.length === problem.errors.length && record.form !== null);
  const own = record.decisions.find((each) => samePerson(each.by, me));
  const counted = record.required > 1 || record.not_by_starter;
  function send(outcome: Outcome) {
    if (counted && !me) { onName(); return; }
    decide.mutate({ decision: outcome.port, by: me, comment: comment.trim(), data: withData ? data : undefined }, {
      onSuccess: (answer) => {
        toast.ok(answer.status === "open" ? `${decidedText(record.outcomes, outcome.port)}: noted. Others must decide too.` : `${decidedText(record.outcomes, outcome.port)}; the execution goes on`);
        if (answer.status !== "open") onDecided();
      },
    });
  }
  return (
    <div ref={box} className="flex flex-col gap-5">
      {record.form !== null ? (
        <section aria-label="To fill in" className="panel p-4"><SchemaForm schema={record.form as Schema} value={data} path="data" templates={false} findings={findings} onChange={setData} /></section>
      ) : record.payload !== null && (
        <section aria-label="Data" className="panel p-4">
          <div className="mb-2 flex items-center justify-between"><h3 className="text-sm font-medium">Data</h3>{!changing && <Button size="sm" look="ghost" icon={Pencil} onClick={() => setChanging(true)}>Change</Button>}</div>
          {changing ? <JsonField label="Data" value={data} onChange={setData} tall /> : <div className="max-h-72 overflow-auto"><JsonView label="Data" value={data} /></div>}
        </section>
      )}
      {record.required > 1 && <Progress record={record} />}
      <section aria-label="Your decision" className="panel overflow-hidden">
        <div className="p-4 pb-3">
          <Field label="Comment"><Textarea name="comment" rows={2} maxLength={10_000} value={comment} placeholder="Why? It is kept with the decision." onChange={(event) => setComment(event.target.value)} /></Field>
        </div>
        {elsewhere && <div className="px-4 pb-3"><ErrorState compact error={problem?.status === 409 ? new Problem({ title: "Somebody was faster", status: 409, detail: problem.detail }) : decide.error} /></div>}
        <div className="flex flex-wrap items-center gap-2 border-t bg-sunken px-4 py-3">
          {record.outcomes.map((outcome) => (
            <Button key={outcome.port} data-outcome={outcome.port} look={outcome.style === "primary" ? "primary" : "secondary"} className={outcome.style === "danger" ? "text-fail!" : ""}
              busy={decide.isPending && decide.variables.decision === outcome.port} disabled={decide.isPending} onClick={() => send(outcome)}>
              {labelOf(record.outcomes, outcome.port)}
            </Button>
          ))}
          <button type="button" onClick={onName} className="ml-auto inline-flex items-center gap-1.5 rounded-sm text-sm text-muted hover:text-fg"><UserRound aria-hidden size={14} />{me ? <>as <span className="font-medium text-fg">{me}</span></> : "Say who you are"}</button>
        </div>
        {own && <p className="border-t px-4 py-2 text-sm text-muted">You said: {decidedText(record.outcomes, own.decision)}. Until it is decided you may think again; the last word counts.</p>}
      </section>
      <p className="-mt-3 flex flex-wrap items-center gap-x-3 gap-y-1 text-xs text-faint max-sm:hidden"><span><Kbd keys="a" /> approve</span><span><Kbd keys="r" /> reject</span><span><Kbd keys="c" /> comment</span><span><Kbd keys="enter" /> confirm</span><span><Kbd keys="j" /> <Kbd keys="k" /> next, previous</span></p>
    </div>
  );
}

/** "1 of 2 approved", as a bar and in words. */
function Progress({ record }: { record: ApprovalRecord }) {
  return (
    <section aria-label="Progress" className="flex flex-col gap-2">
      {progressOf(record).map(({ port, count, of }) => (
        <div key={port} className="flex items-center gap-3 text-sm">
          <span className="w-40 shrink-0 truncate"><span className="font-medium">{count} of {of}</span> {decidedText(record.outcomes, port).toLowerCase()}</span>
          <span role="progressbar" aria-label={`${decidedText(record.outcomes, port)}: ${count} of ${of}`} aria-valuemin={0} aria-valuemax={of} aria-valuenow={count} className="flex flex-1 gap-1">
            {Array.from({ length: Math.min(of, 20) }, (_, index) => <span key={index} className={`h-1.5 flex-1 rounded-full ${index < count ? (port === "rejected" ? "bg-fail" : "bg-ok") : "bg-line"}`} />)}
          </span>
        </div>
      ))}
    </section>
  );
}

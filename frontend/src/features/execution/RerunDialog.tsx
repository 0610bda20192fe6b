import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { call } from "@/api/client";
import { awaitRetry, type Execution } from "@/api/executions";
import { useVersions } from "@/api/workflows";
import { Button } from "@/ui/Button";
import { CopyAs } from "@/ui/Code";
import { Dialog } from "@/ui/Dialog";
import { Field, Select, Textarea } from "@/ui/Field";
import { ErrorState } from "@/ui/States";
import { toast } from "@/ui/Toast";
import { Checkbox } from "@/ui/Toggle";

interface Props { execution: Execution; /** Such as `each[3]/fetch`. */ place: string; /** Other places to choose from. */ places: string[]; onClose: () => void }

function parsed(text: string): { value: unknown } | { error: string } {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

/** Goes on from a node: in a new execution with what came before, or, of a failed one, in itself. Says first what is reused. */
export function RerunDialog({ execution, place, places, onClose }: Props) {
  const { id, workflow, version, status } = execution;
  const client = useQueryClient();
  const navigate = useNavigate();
  const versions = useVersions(workflow);
  const failed = status === "failed";
  const [from, setFrom] = useState(place);
  const [how, setHow] = useState<"retry" | "fork">(failed ? "retry" : "fork");
  const [edits, setEdits] = useState(false);
  const [text, setText] = useState(() => JSON.stringify(execution.input, null, 2) ?? "null");
  const [other, setOther] = useState<number | null>(null);
  const input = edits && how === "fork" ? parsed(text) : null;
  const wrong = input && "error" in input ? input.error : undefined;
  const path = `/api/v1/executions/${encodeURIComponent(id)}`;
  const body = { from_node: from, ...(how === "fork" && input && "value" in input ? { input: input.value } : {}), ...(how === "fork" && other ? { version: other } : {}) };
  const trial = useQuery({
    queryKey: ["fork-trial", id, status, body],
    queryFn: () => call("post", "/api/v1/executions/{execution_id}/fork", { path: { execution_id: id }, body: { ...body, dry_run: true } }),
    enabled: !wrong && from !== "", retry: false, gcTime: 0, placeholderData: keepPreviousData,
  });
  const run = useMutation({
    mutationFn: async () => {
      const at = { execution_id: id };
      if (how === "fork") return (await call("post", "/api/v1/executions/{execution_id}/fork", { path: at, body })).id;
      await call("post", "/api/v1/executions/{execution_id}/retry", { path: at, body: { from_node: from } });
      return null;
    },
    onSuccess: (forked) => {
      if (how === "retry") void awaitRetry(client, id);
      toast.ok(how === "fork" ? "Forked: this is the new execution" : `Goes on from ${from}`);
      onClose();
      if (forked) void navigate({ to: "/x/$id", params: { id: forked } });
    },
  });
  const command = `treadle executions ${how} ${id} --from ${from}${how === "fork" && other ? ` --version ${other}` : ""}${input ? " --input @input.json" : ""}`;
  const options = [...new Set([from, ...places])].map((value) => ({ value, label: value }));
  return (
    <Dialog wide open onClose={onClose} title={`Run again from ${from}`}
      footer={
        <>
          <span className="mr-auto"><CopyAs command={{ method: "POST", path: `${path}/${how}`, body, cli: command }} /></span>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" disabled={Boolean(wrong) || (how === "fork" && !trial.data)} busy={run.isPending} onClick={() => run.mutate()}>{how === "fork" ? "Fork" : "Retry from here"}</Button>
        </>
      }>
      <div className="flex flex-col gap-4 text-sm">
        <Field label="From"><Select className="font-mono" value={from} onChange={(event) => setFrom(event.target.value)} options={options} /></Field>
        {failed && (
          <fieldset className="grid gap-2 sm:grid-cols-2">
            <legend className="mb-1 text-sm font-medium">How</legend>
            <Choice name="In this execution" words="Attempts count on; services that know its keys know the repetition." chosen={how === "retry"} onChoose={() => setHow("retry")} />
            <Choice name="As a fork" words="A new execution beside it, if you like with another input or version." chosen={how === "fork"} onChoose={() => setHow("fork")} />
          </fieldset>
        )}
        {how === "fork" && (
          <>
            <Field label="Version">
              <Select value={String(other ?? version)} onChange={(event) => setOther(Number(event.target.value) === version ? null : Number(event.target.value))}
                options={(versions.data?.items ?? [{ version }]).map((each) => ({ value: String(each.version), label: `Version ${each.version}${each.version === version ? " (as it ran)" : ""}` }))} />
            </Field>
            <Checkbox label="Change the input" checked={edits} onChange={setEdits} />
            {edits && <Field label="Input (JSON)" error={wrong}><Textarea className="font-mono text-xs" rows={9} spellCheck={false} value={text} onChange={(event) => setText(event.target.value)} /></Field>}
          </>
        )}
        <section aria-label="What would happen" aria-live="polite" className="rounded-md border bg-sunken p-3">
          {trial.isError ? <ErrorState error={trial.error} compact /> : !trial.data ? <p className="text-muted">Looking what can be reused…</p> : (
            <div className="grid gap-3 sm:grid-cols-2">
              <Places title="Reused" words="Results are kept" count={trial.data.reused_count} places={trial.data.reused} />
              <Places title="Runs again" words="These first, then what follows them" count={trial.data.again_count} places={trial.data.again} />
              {trial.data.input_replaced && <p className="text-wait sm:col-span-2">What is reused was computed with the old input.</p>}
            </div>
          )}
        </section>
        {run.isError && <ErrorState error={run.error} compact />}
      </div>
    </Dialog>
  );
}

const Choice = ({ name, words, chosen, onChoose }: { name: string; words: string; chosen: boolean; onChoose: () => void }) => (
  <label className={`panel flex cursor-pointer gap-2.5 p-3 has-focus-visible:outline-2 has-focus-visible:outline-accent ${chosen ? "border-accent bg-accent-soft" : "hover:bg-hover"}`}>
    <input type="radio" name="how" checked={chosen} onChange={onChoose} className="mt-1 accent-accent-fill" />
    <span><span className="block font-medium">{name}</span><span className="block text-xs text-muted">{words}</span></span>
  </label>
);

const Places = ({ title, words, count, places }: { title: string; words: string; count: number; places: string[] }) => (
  <div className="min-w-0">
    <h3 className="font-medium">{title} <span className="text-muted">{count}</span></h3>
    <p className="text-xs text-faint">{words}</p>
    <p tabIndex={places.length > 30 ? 0 : undefined} className="mt-1 max-h-28 overflow-auto font-mono text-xs break-words text-muted">{places.length ? places.slice(0, 300).join(", ") : "nothing"}{count > 300 && " …"}</p>
  </div>
);

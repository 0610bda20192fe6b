import { useState } from "react";
import { useSaveWorkflow } from "@/api/workflows";
import { WORKFLOW_NAME } from "@/graph/NewWorkflow";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Field, Input, Textarea } from "@/ui/Field";
import { ErrorState } from "@/ui/States";
import type { WorkflowFile } from "./file";

/** Looks at what a file holds before it is stored: a new workflow, or a version more of one that is there. */
export function ImportDialog({ file, versionOf, onClose, onDone }: { file: WorkflowFile; versionOf: (name: string) => number; onClose: () => void; onDone: (name: string, version: number) => void }) {
  const [name, setName] = useState(file.name);
  const [description, setDescription] = useState(file.description);
  const save = useSaveWorkflow(name.trim());
  const version = versionOf(name.trim());
  const error = WORKFLOW_NAME.test(name.trim()) ? undefined : "Letters, digits, _ - and . only, and no spaces.";
  const store = () => save.mutate({ graph_config: file.graph, description, expected_version: version }, { onSuccess: (saved) => onDone(saved.name, saved.version) });
  return (
    <Dialog open onClose={onClose} title="Import a workflow" description={`${file.graph.nodes.length} nodes and ${file.graph.edges.length} edges were read.`}
      footer={<><Button onClick={onClose}>Cancel</Button><Button look="primary" disabled={Boolean(error)} busy={save.isPending} onClick={store}>{version ? `Save as v${version + 1}` : "Import"}</Button></>}>
      <form className="flex flex-col gap-4" onSubmit={(event) => { event.preventDefault(); if (!error) store(); }}>
        <Field label="Name" error={error} hint={version ? `There is a workflow of this name, at v${version}. This adds a version to it; executions that go on keep theirs.` : "A new workflow of this name."}>
          <Input value={name} onChange={(event) => setName(event.target.value)} maxLength={128} />
        </Field>
        <Field label="Description"><Textarea value={description} rows={2} onChange={(event) => setDescription(event.target.value)} /></Field>
        {save.isError && <ErrorState compact error={save.error} />}
        <button type="submit" hidden />
      </form>
    </Dialog>
  );
}

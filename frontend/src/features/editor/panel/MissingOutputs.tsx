import { Play } from "lucide-react";
import { useState } from "react";
import { Button } from "@/ui/Button";
import { JsonField } from "@/ui/schema-form/AnyField";
import { ErrorState } from "@/ui/States";
import type { PanelData } from "./usePanelData";
import type { Trial } from "./useTrial";

/** Why a trial did not start; what it needs to read can be typed, and it is tried again. */
export function MissingOutputs({ trial, data, onRun }: { trial: Trial; data: PanelData; onRun?: () => void }) {
  const { outputs, names } = trial.missing;
  const [values, setValues] = useState<Record<string, unknown>>({});
  if (outputs.length + names.length === 0) return <ErrorState error={trial.problem} onRetry={() => void trial.start()} />;
  const keys = [...outputs.map((id) => ({ key: `nodes.${id}.output`, id, name: false })), ...names.map((id) => ({ key: id, id, name: true }))];
  const ready = keys.every(({ key }) => values[key] !== undefined);
  function run() {
    const typed = {
      ...data.typed,
      outputs: { ...data.typed.outputs, ...Object.fromEntries(keys.filter((each) => !each.name).map(({ id, key }) => [id, values[key]])) },
      names: { ...data.typed.names, ...Object.fromEntries(keys.filter((each) => each.name).map(({ id, key }) => [id, values[key]])) },
    };
    data.setTyped(typed);
    void trial.start({ outputs: typed.outputs, ...(Object.keys(typed.names).length > 0 && { names: typed.names }) });
  }
  return (
    <div role="alert" className="flex flex-col gap-4 p-4 text-sm">
      <div>
        <p className="font-semibold">It reads what is not there yet</p>
        <p className="text-muted">Type what {keys.length === 1 ? "it should read" : "each of these should be"} as JSON, or run the workflow so that the nodes before it have run.</p>
      </div>
      {keys.map(({ key }) => (
        <div key={key} className="flex flex-col gap-1"><span className="font-mono text-xs">{key}</span><JsonField label={`Value of ${key}`} value={values[key]} invalid={false} onChange={(value) => setValues((old) => ({ ...old, [key]: value }))} /></div>
      ))}
      <div className="flex flex-wrap gap-2">
        <Button look="primary" icon={Play} disabled={!ready} busy={trial.running} onClick={run}>Run with these</Button>
        {onRun && <Button onClick={onRun}>Run the workflow</Button>}
        <Button look="ghost" onClick={trial.clear}>Cancel</Button>
      </div>
    </div>
  );
}

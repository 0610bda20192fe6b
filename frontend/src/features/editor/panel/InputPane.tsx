import { Database, Play, Search, X } from "lucide-react";
import { useId, useState } from "react";
import { Button, IconButton } from "@/ui/Button";
import { useNow } from "@/ui/clock";
import { pathText, type Path } from "@/ui/expression/scope";
import { searchPaths, shortText } from "@/ui/expression/complete";
import { Input, Select } from "@/ui/Field";
import { EmptyState, ErrorState, LoadingRows } from "@/ui/States";
import { statusLook } from "@/ui/status";
import { agoText } from "@/ui/times";
import { copyText } from "@/ui/Code";
import { toast } from "@/ui/Toast";
import type { NodeType } from "@/api/system";
import { InputSource } from "./InputSource";
import type { PanelData } from "./usePanelData";

interface Props { data: PanelData; types: NodeType[]; readOnly: boolean; onRun?: () => void }

/** What the node can read, from a past execution or typed by hand. */
export function InputPane({ data, types, readOnly, onRun }: Props) {
  const [search, setSearch] = useState("");
  const id = useId();
  const { sources, rows, from, tools } = data;
  const pick = (path: Path) => {
    const text = pathText(path);
    if (readOnly || !tools.target.insert(text)) void copyText(text).then(() => toast.info(`Copied ${text}. With the cursor in a field, a click puts it there.`), () => {});
  };
  const typed = { outputs: data.typed.outputs, names: data.typed.names };
  function type(key: string, path: Path, value: unknown) {
    const name = path[0] === "nodes" ? String(path[1]) : key;
    const with_ = (old: Record<string, unknown>) => Object.fromEntries(Object.entries({ ...old, [name]: value }).filter(([, each]) => each !== undefined));
    if (path[0] === "nodes") data.setTyped({ ...data.typed, outputs: with_(typed.outputs) });
    else if (key === "input") data.setTyped({ ...data.typed, input: value });
    else data.setTyped({ ...data.typed, names: with_(typed.names) });
  }
  return (
    <section aria-label="Input" className="flex min-h-0 min-w-0 flex-1 flex-col">
      <div className="flex shrink-0 flex-col">
        <div className="flex h-11 items-center gap-2 border-b px-3">
          <h3 className="text-sm font-semibold">Input</h3>
          {rows.length > 0 && <ExecutionPicker data={data} />}
        </div>
        {(rows.length > 0 || sources.length > 1) && (
          <div className="relative border-b p-2">
            <Search aria-hidden size={14} className="absolute top-4.5 left-4.5 text-faint" />
            <Input id={id} className="pl-8!" aria-label="Search the input" placeholder="Find a key or value" value={search} onChange={(event) => setSearch(event.target.value)} />
            {search && <IconButton icon={X} size="sm" label="Clear the search" className="absolute top-2.5 right-2.5" onClick={() => setSearch("")} />}
          </div>
        )}
      </div>
      <div className="min-h-0 flex-1 overflow-auto">
        {data.loading ? <LoadingRows rows={4} /> : data.error && !from ? <ErrorState error={data.error} onRetry={data.retry} /> : search ? <Hits sources={sources} text={search} onPick={pick} /> : (
          <>
            {data.error ? <div className="p-3"><ErrorState error={data.error} onRetry={data.retry} compact /></div> : null}
            {!from && (
              <EmptyState icon={Database} title="No data yet" action={onRun && !readOnly && <Button look="primary" icon={Play} onClick={onRun}>Run the workflow</Button>}>
                Run once, and what the node reads is shown here: click a key to use it. Or type an output by hand below.
              </EmptyState>
            )}
            <ul className="flex flex-col">
              {sources.map((source, index) => (
                <li key={source.key} className="border-b"><InputSource source={source} icon={types.find((each) => each.type === source.type)?.icon} openFirst={index === 0 && source.value !== undefined} readOnly={readOnly} onPick={pick} onType={(value) => type(source.key, source.path, value)} /></li>
              ))}
            </ul>
          </>
        )}
      </div>
    </section>
  );
}

function ExecutionPicker({ data }: { data: PanelData }) {
  const now = useNow(5_000);
  const { rows, from, choose } = data;
  const options = rows.map((row) => ({ value: row.id, label: `${agoText(Math.min(Date.parse(row.created_at), now), now)} · ${statusLook("execution", row.status).label}` }));
  if (from && !rows.some((row) => row.id === from)) options.unshift({ value: from, label: `${from.slice(0, 12)}…` });
  return <Select aria-label="Execution that the data come from" className="ml-auto h-7! w-auto! max-w-48 min-w-0" options={options} value={from ?? ""} onChange={(event) => choose(event.target.value)} />;
}

function Hits({ sources, text, onPick }: { sources: PanelData["sources"]; text: string; onPick: (path: Path) => void }) {
  const hits = sources.flatMap((source) => searchPaths(source.value, text, 40).map((hit) => ({ path: [...source.path, ...hit.path], value: hit.value }))).slice(0, 150);
  if (hits.length === 0) return <p role="status" className="p-4 text-sm text-muted">Nothing here is called “{text}” or says it.</p>;
  return (
    <ul aria-label="Found in the input" className="flex flex-col p-1">
      {hits.map((hit) => (
        <li key={pathText(hit.path)}>
          <button type="button" onClick={() => onPick(hit.path)} className="flex w-full min-w-0 flex-col rounded-md px-2 py-1 text-left font-mono text-xs hover:bg-hover">
            <span className="w-full truncate text-accent">{pathText(hit.path)}</span><span className="w-full truncate text-muted">{shortText(hit.value, 80)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

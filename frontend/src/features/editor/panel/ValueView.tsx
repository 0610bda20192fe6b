import { Download } from "lucide-react";
import { useState } from "react";
import { Button, IconButton } from "@/ui/Button";
import { CopyButton } from "@/ui/Code";
import { isCut, kindText, sizeText } from "@/ui/expression/scope";
import { JsonView } from "@/ui/JsonView";
import { ModeSwitch } from "@/ui/schema-form/ModeSwitch";
import { ErrorState } from "@/ui/States";
import { Head, Row, Table, Td, Th } from "@/ui/Table";
import { columnsOf } from "./data";
import { shortText } from "@/ui/expression/complete";

interface Props { value: unknown; label: string; file: string; /** Loads the whole of a value that was cut. */ load?: () => Promise<string> }

/** A value as a tree, a table or text; a large one is read by a worker, so that nothing stops. */
export function ValueView({ value, label, file, load }: Props) {
  const [how, setHow] = useState<string>("tree");
  const [whole, setWhole] = useState<string | null>(null);
  const [state, setState] = useState<{ busy: boolean; error: unknown }>({ busy: false, error: null });
  const cut = isCut(value);
  const columns = cut ? null : columnsOf(value);
  const options = [{ value: "tree", label: "Tree" }, ...(columns ? [{ value: "table", label: "Table" }] : []), { value: "text", label: cut && whole === null ? "Beginning" : "JSON" }];
  const shown = options.some((each) => each.value === how) ? how : "tree";
  const text = () => whole ?? (cut ? value.head : (JSON.stringify(value, null, 2) ?? "null"));
  async function loadAll() {
    if (!load) return null;
    setState({ busy: true, error: null });
    try {
      const found = await load();
      setWhole(found);
      setState({ busy: false, error: null });
      return found;
    } catch (error) {
      setState({ busy: false, error });
      return null;
    }
  }
  async function download() {
    const content = cut && whole === null ? await loadAll() : text();
    if (content === null) return;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([content], { type: "application/json" }));
    link.download = `${file}.json`;
    link.click();
    URL.revokeObjectURL(link.href);
  }
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex h-9 shrink-0 items-center gap-2 border-b px-3">
        <ModeSwitch label={`${label} as`} value={shown} options={options} shown onChange={setHow} />
        <span className="min-w-0 truncate text-xs text-muted">{whole !== null ? sizeText(whole.length) : kindText(value)}</span>
        <span className="ml-auto flex">
          <CopyButton text={text} label={`Copy ${label.toLowerCase()}`} />
          <IconButton icon={Download} size="sm" label={`Download ${label.toLowerCase()}`} busy={state.busy} onClick={() => void download()} />
        </span>
      </div>
      {state.error != null && <div className="p-2"><ErrorState error={state.error} onRetry={() => void loadAll()} compact /></div>}
      {cut && whole === null && shown === "tree" ? (
        <div className="flex flex-col items-start gap-3 p-4 text-sm">
          <p>This value is large: {sizeText(value.bytes)}. It stays on the server until you ask for it.</p>
          {load && <Button busy={state.busy} onClick={() => void loadAll()}>Load all of it</Button>}
          <pre tabIndex={0} aria-label="Its beginning" className="max-h-60 w-full overflow-auto rounded-md border bg-sunken p-2 font-mono text-xs break-all whitespace-pre-wrap text-muted">{value.head.slice(0, 4000)}…</pre>
        </div>
      ) : shown === "table" && columns ? <ValueTable rows={value as Record<string, unknown>[]} columns={columns} label={label} />
        : shown === "text" ? <pre tabIndex={0} aria-label={`${label} as JSON`} className="min-h-0 flex-1 overflow-auto p-3 font-mono text-xs break-words whitespace-pre-wrap">{text().slice(0, 200_000)}{text().length > 200_000 && "\n… the rest is in the download"}</pre>
        : whole !== null ? <JsonView text={whole} label={label} /> : <JsonView value={value} label={label} className="py-1" />}
    </div>
  );
}

const MOST_ROWS = 200;

function ValueTable({ rows, columns, label }: { rows: Record<string, unknown>[]; columns: string[]; label: string }) {
  return (
    <div className="min-h-0 flex-1 overflow-auto">
      <Table label={`${label} as a table`}>
        <Head><Th>#</Th>{columns.map((column) => <Th key={column}>{column}</Th>)}</Head>
        <tbody>{rows.slice(0, MOST_ROWS).map((row, index) => <Row key={index} className="h-8!"><Td className="text-faint">{index}</Td>{columns.map((column) => <Td key={column} className="max-w-72 truncate font-mono text-xs">{typeof row[column] === "string" ? (row[column] as string).slice(0, 200) : shortText(row[column])}</Td>)}</Row>)}</tbody>
      </Table>
      {rows.length > MOST_ROWS && <p className="p-3 text-xs text-muted">The first {MOST_ROWS} of {rows.length} rows. The tree and the download have all.</p>}
    </div>
  );
}

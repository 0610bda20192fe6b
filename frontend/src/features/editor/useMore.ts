import { CalendarClock, Copy, FileJson, FileText, History, ListChecks, Settings, Trash2, Upload } from "lucide-react";
import { useNavigate } from "@tanstack/react-router";
import { asCurl, asPython, copyText, type Command } from "@/ui/Code";
import type { MenuItem } from "@/ui/Menu";
import { toast } from "@/ui/Toast";
import { graphIn } from "./draft/clipboard";
import type { Editor } from "./useEditor";

function download(file: string, text: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = file;
  link.click();
  URL.revokeObjectURL(url);
}

/** As `treadle workflows apply` reads it: it takes no aliases. */
async function asYaml(value: unknown): Promise<string> {
  const { stringify } = await import("yaml");
  return stringify(value, { aliasDuplicateObjects: false, lineWidth: 120 });
}

async function asJson(yaml: string): Promise<string> {
  const { parse } = await import("yaml");
  try {
    return JSON.stringify(parse(yaml));
  } catch {
    return "";
  }
}

/** What is not needed each minute: files, commands, other pages. */
export function useMore(editor: Editor, { readOnly, onDelete }: { readOnly: boolean; onDelete: () => void }): (MenuItem | null)[] {
  const navigate = useNavigate();
  const { name, draft, go } = editor;
  const file = { name, ...(draft.doc.description && { description: draft.doc.description }), graph_config: draft.doc.graph };
  const run: Command = { method: "POST", path: `/api/v1/workflows/${name}/run`, body: {}, cli: `treadle run ${name}` };
  const copy = (text: string, what: string) => () => void copyText(text).then(() => toast.ok(`Copied ${what}`), () => {});
  const stored = draft.version > 0;

  function pick() {
    const input = document.createElement("input");
    input.type = "file";
    input.accept = ".json,.yaml,.yml,application/json,application/yaml";
    input.onchange = async () => {
      const text = await input.files?.[0]?.text();
      if (text === undefined) return;
      const graph = graphIn(text) ?? graphIn(await asJson(text));
      if (!graph) return toast.error("This file has no graph: YAML or JSON with nodes and edges is needed.");
      draft.change((doc) => ({ ...doc, graph }));
      toast.ok("The graph was taken from the file. Undo brings the old one back.");
    };
    input.click();
  }
  return [
    ...(stored ? [
      { label: "Executions of it", icon: ListChecks, onSelect: () => void navigate({ to: "/x", search: { q: `workflow:${name}` } as never }) },
      { label: "Schedules of it", icon: CalendarClock, onSelect: () => void navigate({ to: "/schedules", search: { workflow: name } as never }) },
      { label: "Versions", icon: History, onSelect: () => void navigate({ to: "/w/$name/versions", params: { name } }) },
    ] : []),
    { label: "Workflow settings", icon: Settings, shortcut: "s", onSelect: () => go({ side: "settings" }) },
    null,
    { label: "Copy link to this page", icon: Copy, onSelect: copy(window.location.href, "the link") },
    ...(stored ? [
      { label: "Copy Run as curl", icon: Copy, onSelect: copy(asCurl(run), "a curl command") },
      { label: "Copy Run as Python", icon: Copy, onSelect: copy(asPython(run), "Python code") },
      { label: "Copy Run as a command", icon: Copy, onSelect: copy(run.cli, "a command") },
    ] : []),
    null,
    { label: "Export YAML", icon: FileText, onSelect: () => void asYaml(file).then((text) => download(`${name}.yaml`, text, "application/yaml")) },
    { label: "Export JSON", icon: FileJson, onSelect: () => download(`${name}.json`, `${JSON.stringify(file, null, 2)}\n`, "application/json") },
    ...(readOnly ? [] : [{ label: "Import from a file…", icon: Upload, onSelect: pick }]),
    ...(stored ? [null, { label: "Delete workflow…", icon: Trash2, danger: true, onSelect: onDelete }] : []),
  ];
}

import { Link } from "@tanstack/react-router";
import { ChevronDown, Ellipsis, History, List, Play, Redo2, Save, Undo2, Workflow as WorkflowIcon } from "lucide-react";
import { useVersions } from "@/api/workflows";
import { Badge } from "@/ui/Badge";
import { Button, IconButton } from "@/ui/Button";
import { Menu, type MenuItem } from "@/ui/Menu";
import { PageHeader } from "@/ui/PageHeader";
import type { Editor } from "./useEditor";

interface Props {
  editor: Editor; tab: string; saving: boolean; running: boolean; list: boolean; more: (MenuItem | null)[];
  /** An old version, or that of an older execution, is on the canvas. */
  readOnly: boolean; shownVersion: number;
  onSave: () => void; onRun: (ask: boolean) => void; onRunSaved: () => void; onView: () => void;
}

export function Header({ editor, tab, saving, running, list, more, readOnly, shownVersion, onSave, onRun, onRunSaved, onView }: Props) {
  const { draft, name, errors } = editor;
  const unsaved = draft.dirty || draft.version === 0;
  return (
    <PageHeader
      title={name}
      tab={tab}
      icon={<WorkflowIcon aria-hidden size={18} className="text-muted" />}
      meta={
        <>
          {draft.version > 0 ? <VersionPicker editor={editor} shown={shownVersion} /> : <Badge tone="wait">Not stored yet</Badge>}
          {unsaved && draft.version > 0 && !readOnly && <Badge tone="wait"><span aria-hidden className="size-1.5 rounded-full bg-tone" />Unsaved changes</Badge>}
          {draft.doc.description && !unsaved && <span className="max-w-80 truncate max-xl:hidden" title={draft.doc.description}>{draft.doc.description.replace(/ \[shipped \w+\]$/, "")}</span>}
        </>
      }
      actions={
        <>
          {!readOnly && (
            <span className="flex max-sm:hidden">
              <IconButton icon={Undo2} label="Undo" shortcut="mod+z" disabled={!draft.canUndo} onClick={draft.undo} />
              <IconButton icon={Redo2} label="Redo" shortcut="mod+shift+z" disabled={!draft.canRedo} onClick={draft.redo} />
            </span>
          )}
          <IconButton icon={List} label={list ? "Show the canvas" : "Show as a list"} shortcut="v" aria-pressed={list} onClick={onView} />
          <Menu items={more}><button type="button" aria-label="More" className="inline-flex size-8 items-center justify-center rounded-md text-muted hover:bg-hover hover:text-fg"><Ellipsis aria-hidden size={16} /></button></Menu>
          {!readOnly && <Button icon={Save} busy={saving} disabled={!unsaved} onClick={onSave} title={errors.length ? `${errors.length} to mend first` : "Save as a new version (Ctrl S)"}>Save</Button>}
          <span className="flex">
            <Button look="primary" icon={Play} busy={running} className="rounded-r-none" onClick={(event) => onRun(event.shiftKey)} title={unsaved && !readOnly ? "Saves the draft, then runs it" : undefined}>
              {readOnly ? `Run v${shownVersion}` : unsaved ? "Save and run" : "Run"}
            </Button>
            <Menu items={[
              { label: "Run with input…", icon: Play, shortcut: "shift+enter", onSelect: () => onRun(true) },
              ...(unsaved && draft.version > 0 ? [{ label: `Run version ${draft.version} as it is saved`, icon: History, onSelect: onRunSaved }] : []),
            ]}>
              <Button look="primary" className="rounded-l-none border-l border-white/25 px-1.5!" aria-label="More ways to run"><ChevronDown aria-hidden size={15} /></Button>
            </Menu>
          </span>
        </>
      }
    />
  );
}

function VersionPicker({ editor: { name, draft, go }, shown }: { editor: Editor; shown: number }) {
  const versions = useVersions(name).data;
  const rows = versions?.items ?? [];
  const openOf = (row: (typeof rows)[number]) => (row.open ? row.open.running + row.open.waiting + row.open.paused : 0);
  const here = rows.find((row) => row.version === shown);
  const open = here ? openOf(here) : 0;
  return (
    <>
      <Menu align="start" items={[
        ...rows.slice(0, 12).map((row): MenuItem => ({
          label: <span className="flex justify-between gap-6">{row.version === draft.version ? `v${row.version}, the latest` : `v${row.version}`}{openOf(row) > 0 && <span className="text-muted">{openOf(row)} open</span>}</span>,
          checked: row.version === shown,
          onSelect: () => go({ v: row.version === draft.version ? undefined : row.version, x: undefined, node: undefined, in: undefined }, false),
        })),
        null,
        { label: <Link to="/w/$name/versions" params={{ name }}>All versions and their differences</Link>, icon: History, onSelect: () => {} },
      ]}>
        <button type="button" aria-label={`v${shown}: choose another version`} className="inline-flex h-6 items-center gap-0.5 rounded-md border px-1.5 text-xs font-medium text-muted hover:bg-hover hover:text-fg">v{shown}<ChevronDown aria-hidden size={12} /></button>
      </Menu>
      {open > 0 && <Link to="/x" search={{ q: `workflow:${name} status:open` } as never} className="text-xs whitespace-nowrap text-accent hover:underline">{open} open on v{shown}</Link>}
    </>
  );
}

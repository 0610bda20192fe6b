import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate, useRouterState } from "@tanstack/react-router";
import { Activity, BookOpen, CalendarClock, CalendarPlus, Copy, House, Inbox, KeyRound, ListChecks, Monitor, Moon, Play, Plus, Search, Sun, Webhook, Workflow, Zap, type LucideIcon } from "lucide-react";
import { useDeferredValue } from "react";
import { call } from "@/api/client";
import { useWorkflows } from "@/api/workflows";
import { useAllActions } from "@/ui/actions";
import { asCurl, asPython, copyText, type Command } from "@/ui/Code";
import { statusLook } from "@/ui/status";
import { setTheme } from "@/ui/theme";
import { toast } from "@/ui/Toast";
import { ranked } from "./rank";
import { runWorkflow } from "./run";

export interface Entry { id: string; label: string; icon: LucideIcon; hint?: string; keys?: string; words?: string; /** Shown whatever is typed. */ always?: boolean; run: () => void }
export interface Group { title: string; entries: Entry[] }

/** All that can be gone to or done, in groups; executions are asked for by the beginning of their id. */
export function usePaletteItems(text: string): { groups: Group[]; searching: boolean } {
  const navigate = useNavigate();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const actions = useAllActions();
  const workflows = useWorkflows().data?.items ?? [];
  const typed = text.trim();
  const byId = useDeferredValue(/^(exec-)?[0-9a-f]{3,}$/i.test(typed) ? (typed.startsWith("exec-") ? typed : `exec-${typed}`) : "");
  const found = useQuery({
    queryKey: ["executions", "palette", byId],
    queryFn: ({ signal }) => call("get", "/api/v1/executions", { query: { limit: 6, ...(byId && { q: `id:${byId}` }) }, signal }),
    placeholderData: keepPreviousData,
  });
  const go = (to: "/" | "/w" | "/x" | "/approvals" | "/schedules" | "/webhooks" | "/secrets" | "/health") => () => void navigate({ to });
  const registered = actions.map((each) => ({ icon: Zap, ...each }));
  const groups: Group[] = [
    { title: "On this page", entries: [...registered.filter((each) => !each.everywhere), ...copyEntries(path)] },
    {
      title: "Go to", entries: [
        { id: "go overview", label: "Overview", icon: House, words: "home start", keys: "g o", run: go("/") },
        { id: "go workflows", label: "Workflows", icon: Workflow, keys: "g w", run: go("/w") },
        { id: "go executions", label: "Executions", icon: ListChecks, keys: "g e", words: "runs", run: go("/x") },
        { id: "go approvals", label: "Approvals", icon: Inbox, keys: "g a", words: "inbox", run: go("/approvals") },
        { id: "go schedules", label: "Schedules", icon: CalendarClock, keys: "g s", words: "cron", run: go("/schedules") },
        { id: "go webhooks", label: "Webhooks", icon: Webhook, keys: "g b", words: "incoming trigger", run: go("/webhooks") },
        { id: "go secrets", label: "Secrets", icon: KeyRound, keys: "g k", words: "password token key", run: go("/secrets") },
        { id: "go health", label: "Health", icon: Activity, keys: "g h", words: "doctor workers", run: go("/health") },
        { id: "go docs", label: "The HTTP API", icon: BookOpen, words: "docs openapi", run: () => { window.location.assign("/docs"); } },
      ],
    },
    {
      title: "Do", entries: [
        { id: "new workflow", label: "New workflow", icon: Plus, words: "create draw", run: () => void navigate({ to: "/w", search: { new: true } }) },
        { id: "new schedule", label: "New schedule", icon: CalendarPlus, words: "create cron", run: () => void navigate({ to: "/schedules", search: { new: true } }) },
        { id: "new webhook", label: "New webhook", icon: Webhook, words: "create incoming", run: () => void navigate({ to: "/webhooks", search: { new: true } }) },
        { id: "theme dark", label: "Dark theme", icon: Moon, run: () => setTheme("dark") },
        { id: "theme light", label: "Light theme", icon: Sun, run: () => setTheme("light") },
        { id: "theme system", label: "Theme as the system", icon: Monitor, run: () => setTheme("system") },
        ...registered.filter((each) => each.everywhere),
      ],
    },
    { title: "Workflows", entries: (typed ? workflows : workflows.slice(0, 8)).map(({ name, description }) => ({ id: `open ${name}`, label: name, icon: Workflow, words: description.replace(/\[shipped \w+\]$/, ""), run: () => void navigate({ to: "/w/$name", params: { name } }) })) },
    {
      title: "Run", entries: (typed ? workflows : []).map(({ name }) => ({
        id: `run ${name}`, label: `Run ${name}`, icon: Play,
        run: () => void runWorkflow(name, (x) => void navigate({ to: "/w/$name", params: { name }, search: x ? { x } : {} })),
      })),
    },
    {
      title: byId ? "Executions" : "Recent executions",
      entries: (found.data?.items ?? []).map((row) => {
        const { icon, label } = statusLook("execution", row.status);
        return { id: row.id, label: row.id, icon, hint: `${row.workflow} · ${label.toLowerCase()}`, words: row.workflow, run: () => void navigate({ to: "/x/$id", params: { id: row.id } }) };
      }),
    },
    { title: "Search", entries: typed ? [{ id: "search executions", label: `Find executions: ${typed}`, icon: Search, always: true, run: () => void navigate({ to: "/x", search: { q: typed } }) }] : [] },
  ];
  return { groups: ranked(groups, typed), searching: byId !== "" && found.isFetching };
}

/** The page that is open, as a request or a command. */
function commandOf(path: string): { what: string; command: Command } | null {
  const [, place, raw] = path.split("/");
  if (!raw) return null;
  const id = decodeURIComponent(raw);
  if (place === "w") return { what: `run ${id}`, command: { method: "POST", path: `/api/v1/workflows/${raw}/run`, body: {}, cli: `treadle run ${id}` } };
  if (place === "x") return { what: "this execution", command: { method: "GET", path: `/api/v1/executions/${raw}`, cli: `treadle executions show ${id}` } };
  if (place === "approvals") return { what: "this approval", command: { method: "GET", path: `/api/v1/approvals/${raw}`, cli: `treadle approvals show ${id}` } };
  if (place === "schedules") return { what: "this schedule", command: { method: "GET", path: `/api/v1/schedules/${raw}`, cli: `treadle schedules show ${id}` } };
  if (place === "webhooks") return { what: "this webhook", command: { method: "GET", path: `/api/v1/webhooks/${raw}`, cli: `treadle webhooks show ${id}` } };
  return null;
}

function copyEntries(path: string): Entry[] {
  const found = commandOf(path);
  if (!found) return [];
  const copy = (text: string, as: string) => () => void copyText(text).then(() => toast.ok(`Copied as ${as}`), () => {});
  return [
    { id: "copy curl", label: `Copy as curl: ${found.what}`, icon: Copy, run: copy(asCurl(found.command), "curl") },
    { id: "copy python", label: `Copy as Python: ${found.what}`, icon: Copy, run: copy(asPython(found.command), "Python") },
    { id: "copy command", label: `Copy as a command: ${found.what}`, icon: Copy, run: copy(found.command.cli, "a command") },
    { id: "copy address", label: "Copy the address of this page", icon: Copy, words: "link url", run: copy(window.location.href, "an address") },
  ];
}

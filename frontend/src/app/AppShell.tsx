import { Link, Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import { Activity, CalendarClock, Inbox, Keyboard, KeyRound, ListChecks, Monitor, Moon, Search, Sun, Webhook, Workflow, type LucideIcon } from "lucide-react";
import { lazy, Suspense, useEffect, useState } from "react";
import { useApprovalFacets } from "@/api/approvals";
import { useLiveState, useLiveTopic } from "@/api/live";
import { useHealth, useWorkers } from "@/api/system";
import { useActions } from "@/ui/actions";
import { IconButton } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { Menu } from "@/ui/Menu";
import { setTitleBadge } from "@/ui/PageHeader";
import { useShortcuts } from "@/ui/shortcuts";
import { setTheme, useTheme } from "@/ui/theme";
import { Tooltip } from "@/ui/Tooltip";
import { KeyboardSheet } from "./KeyboardSheet";
import { LogOut } from "./LogOut";

const Palette = lazy(() => import("@/features/palette").then(({ Palette: found }) => ({ default: found })));

const PLACES = [
  { to: "/w", label: "Workflows", icon: Workflow, keys: "g w" },
  { to: "/x", label: "Executions", icon: ListChecks, keys: "g e" },
  { to: "/approvals", label: "Approvals", icon: Inbox, keys: "g a" },
  { to: "/schedules", label: "Schedules", icon: CalendarClock, keys: "g s" },
  { to: "/webhooks", label: "Webhooks", icon: Webhook, keys: "g b" },
  { to: "/secrets", label: "Secrets", icon: KeyRound, keys: "g k" },
  { to: "/health", label: "Health", icon: Activity, keys: "g h" },
] as const;

export function AppShell() {
  const [palette, setPalette] = useState(false);
  const [sheet, setSheet] = useState(false);
  const navigate = useNavigate();
  const path = useRouterState({ select: (state) => state.location.pathname });
  useLiveTopic("approvals");
  const open = useApprovalFacets().data?.open ?? 0;
  useEffect(() => setTitleBadge(open), [open]);
  useShortcuts("Everywhere", [
    { keys: "mod+k", label: "Search and commands", run: () => setPalette(true) },
    { keys: "shift+?", label: "Keyboard map", run: () => setSheet(true) },
    { keys: "?", label: "Keyboard map", run: () => setSheet(true) },
    ...PLACES.map((place) => ({ keys: place.keys, label: place.label, run: () => void navigate({ to: place.to }) })),
    { keys: "g o", label: "Overview", run: () => void navigate({ to: "/" }) },
  ]);
  useShortcuts("In lists", [
    { keys: "j", label: "Next row (or ↓)", told: true, run: () => {} },
    { keys: "k", label: "Previous row (or ↑)", told: true, run: () => {} },
    { keys: "enter", label: "Open the row", told: true, run: () => {} },
    { keys: "space", label: "Select the row, where rows can be selected", told: true, run: () => {} },
  ]);
  useActions([{ id: "keyboard map", label: "Keyboard map", icon: Keyboard, keys: "?", words: "shortcuts help", everywhere: true, run: () => setSheet(true) }]);
  return (
    <div className="flex h-full max-md:flex-col">
      <a href="#main" className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:bg-surface focus:p-2">Skip to the page</a>
      <nav aria-label="Main" className="z-20 flex shrink-0 border-line bg-surface max-md:order-2 max-md:h-14 max-md:border-t md:w-14 md:flex-col md:border-r lg:w-48">
        <Link to="/" aria-label="Treadle, overview" className="flex h-13 items-center gap-2 px-3.5 text-base font-semibold max-md:hidden">
          <Mark /> <span className="max-lg:hidden">Treadle</span>
        </Link>
        <ul className="flex flex-1 gap-0.5 p-2 max-md:justify-around max-md:p-1 md:flex-col">
          {PLACES.map((place) => (
            <li key={place.to} className={cx("max-md:flex-1", (place.to === "/secrets" || place.to === "/webhooks") && "max-md:hidden")}>
              <Place {...place} active={path === place.to || path.startsWith(`${place.to}/`)} count={place.to === "/approvals" ? open : 0} />
            </li>
          ))}
          <li className="flex-1 md:hidden">
            <button type="button" onClick={() => setPalette(true)} className="flex h-12 w-full flex-col items-center justify-center gap-0.5 text-xs font-medium text-muted">
              <Search aria-hidden size={17} />Search
            </button>
          </li>
        </ul>
        <div className="flex gap-1 p-2 max-md:hidden max-lg:flex-col lg:items-center">
          <IconButton icon={Search} label="Search and commands" shortcut="mod+k" onClick={() => setPalette(true)} />
          <ThemeMenu />
          <LogOut />
          <Connection />
        </div>
      </nav>
      <main id="main" tabIndex={-1} className="flex min-h-0 min-w-0 flex-1 flex-col overflow-auto focus:outline-none"><Outlet /></main>
      <KeyboardSheet open={sheet} onClose={() => setSheet(false)} />
      {palette && <Suspense><Palette open onClose={() => setPalette(false)} /></Suspense>}
    </div>
  );
}

function Place({ to, label, icon: Icon, keys, active, count }: { to: (typeof PLACES)[number]["to"]; label: string; icon: LucideIcon; keys: string; active: boolean; count: number }) {
  return (
    <Tooltip text={label} shortcut={keys} side="right">
      <Link
        to={to}
        aria-current={active ? "page" : undefined}
        className={cx(
          "relative flex items-center gap-2.5 rounded-md text-sm font-medium max-md:h-12 max-md:flex-col max-md:justify-center max-md:gap-0.5 max-md:text-xs md:h-8 md:px-2.5 max-lg:md:justify-center",
          active ? "bg-accent-soft text-accent" : "text-muted hover:bg-hover hover:text-fg",
        )}
      >
        <Icon aria-hidden size={17} className="shrink-0" />
        <span className="max-lg:md:sr-only">{label}</span>
        {count > 0 && (
          <span className="tone-wait ml-auto rounded-full bg-tone-soft px-1.5 text-xs leading-4.5 text-tone max-lg:absolute max-lg:top-0 max-lg:right-0 max-md:right-1/4">
            {count > 99 ? "99+" : count}<span className="sr-only"> open</span>
          </span>
        )}
        {to === "/health" && <HealthDot />}
      </Link>
    </Tooltip>
  );
}

/** Quiet while all is well. Without a health report of the server, whether any worker is alive. */
function HealthDot() {
  const report = useHealth().data;
  const workers = useWorkers();
  const status = report?.status ?? (workers.isError ? "error" : workers.data && !workers.data.items.some((worker) => worker.alive) ? "warning" : "ok");
  if (status === "ok") return null;
  return <span className={cx("ml-auto size-2 rounded-full bg-tone max-lg:absolute max-lg:top-1 max-lg:right-1", status === "error" ? "tone-fail" : "tone-wait")}><span className="sr-only">{status}</span></span>;
}

function Connection() {
  const state = useLiveState();
  const offline = useWorkers().isError;
  const text = offline ? "The server does not answer; trying again" : state === "live" ? "Live" : "Up to date by asking again and again";
  return (
    <Tooltip text={text}>
      <span role="img" tabIndex={0} aria-label={text} className={cx("inline-flex size-8 items-center justify-center", offline ? "tone-fail" : state === "live" ? "tone-ok" : "tone-idle")}>
        <span className="size-1.5 rounded-full bg-tone" />
      </span>
    </Tooltip>
  );
}

function ThemeMenu() {
  const { theme, shown } = useTheme();
  return (
    <Menu align="start" items={[
      { label: "As the system", icon: Monitor, checked: theme === "system", onSelect: () => setTheme("system") },
      { label: "Light", icon: Sun, checked: theme === "light", onSelect: () => setTheme("light") },
      { label: "Dark", icon: Moon, checked: theme === "dark", onSelect: () => setTheme("dark") },
    ]}>
      <button type="button" aria-label="Theme" className="inline-flex size-8 items-center justify-center rounded-md text-muted hover:bg-hover hover:text-fg">
        {shown === "dark" ? <Moon aria-hidden size={16} /> : <Sun aria-hidden size={16} />}
      </button>
    </Menu>
  );
}

const Mark = () => (
  <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden className="shrink-0 rounded-md">
    <rect width="32" height="32" rx="8" className="fill-accent-fill" />
    <path d="M8 11h16M16 11v12" className="stroke-white" strokeWidth="3" strokeLinecap="round" />
    <circle cx="8" cy="11" r="3" className="fill-white" /><circle cx="24" cy="11" r="3" className="fill-white" /><circle cx="16" cy="23" r="3" className="fill-white" />
  </svg>
);

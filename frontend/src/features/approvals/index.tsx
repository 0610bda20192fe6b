import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Inbox as InboxIcon, UserRound } from "lucide-react";
import { useEffect, useState } from "react";
import { useMedia } from "@/ui/media";
import { useMe } from "@/ui/me";
import { PageHeader } from "@/ui/PageHeader";
import { useShortcuts } from "@/ui/shortcuts";
import { EmptyState, ErrorState, LoadingRows } from "@/ui/States";
import { Button } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { Detail } from "./Detail";
import { Filters } from "./Filters";
import { InboxList } from "./InboxList";
import { MeDialog } from "./MeDialog";
import { parseSearch, type Search } from "./search";
import { useInbox } from "./useInbox";
import { filterOf } from "./words";

/** The inbox, and one approval beside it; on narrow screens one or the other. */
export function Page() {
  const { id } = useParams({ strict: false });
  const found: Search = useSearch({ strict: false });
  const search = parseSearch({ ...found });
  const navigate = useNavigate();
  const me = useMe();
  const wide = useMedia("(min-width: 900px)");
  const [held, setHeld] = useState(false);
  const [asking, setAsking] = useState(false);
  const inbox = useInbox(filterOf(search, me), held);
  const { rows } = inbox;
  const first = rows[0]?.id;
  const open = (next: string | undefined, replace = false) => void navigate(next ? { to: "/approvals/$id", params: { id: next }, search, replace } : { to: "/approvals", search, replace });
  // On wide screens something is always open beside the list.
  useEffect(() => {
    if (wide && !id && first) void navigate({ to: "/approvals/$id", params: { id: first }, search, replace: true });
  });
  const at = rows.findIndex((each) => each.id === id);
  const step = (by: number) => {
    const next = rows[at < 0 ? 0 : Math.max(0, Math.min(rows.length - 1, at + by))]?.id;
    if (!next || next === id) return;
    open(next, true);
    document.querySelector(`[data-approval="${CSS.escape(next)}"]`)?.scrollIntoView({ block: "nearest" });
  };
  const next = rows[at + 1]?.status === "open" ? rows[at + 1]?.id : rows.find((each) => each.id !== id && each.status === "open")?.id;
  useShortcuts("Inbox", [
    { keys: "j", label: "Next approval", run: () => step(1) },
    { keys: "k", label: "Previous approval", run: () => step(-1) },
    { keys: "enter", label: "Open, or confirm the chosen button", told: true, run: () => {} },
  ]);
  const needsName = search.view === "mine" && !me;
  const list = (
    <section aria-label="Inbox" className={cx("flex min-h-0 min-w-0 flex-col bg-surface", wide ? "w-96 shrink-0 border-r" : "flex-1")}>
      <Filters search={search} me={me} onChange={(change) => void navigate({ to: "/approvals", search: { ...search, ...change } })} />
      <div className="min-h-0 flex-1 overflow-auto" onMouseEnter={() => setHeld(true)} onMouseMove={() => setHeld(true)} onMouseLeave={() => setHeld(false)}>
        {needsName ? <EmptyState icon={UserRound} title="Who are you?" action={<Button look="primary" onClick={() => setAsking(true)}>Say your name</Button>}>Then this shows what asks you by name.</EmptyState>
          : inbox.isPending ? <LoadingRows /> : inbox.error ? <ErrorState error={inbox.error} onRetry={inbox.retry} /> : rows.length === 0 && inbox.fresh === 0 ? <Empty search={search} onAll={() => void navigate({ to: "/approvals" })} /> : <InboxList inbox={inbox} selected={id} search={search} />}
      </div>
    </section>
  );
  const detail = id && <Detail key={id} id={id} next={next} alone={!wide} onBack={() => open(undefined)} onNext={() => open(next, true)} onName={() => setAsking(true)} />;
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      {(wide || !id) && <PageHeader title="Approvals" actions={<Button look="ghost" size="sm" icon={UserRound} onClick={() => setAsking(true)}>{me || "Say who you are"}</Button>} />}
      <div className="flex min-h-0 flex-1">
        {(wide || !id) && list}
        {wide ? <div className="flex min-h-0 min-w-0 flex-1 flex-col">{detail || (rows.length > 0 && <EmptyState icon={InboxIcon} title="Nothing is chosen">Choose an approval at the left, or press j.</EmptyState>)}</div> : detail}
      </div>
      {asking && <MeDialog name={me} onClose={() => setAsking(false)} />}
    </div>
  );
}

function Empty({ search, onAll }: { search: Search; onAll: () => void }) {
  const filtered = search.workflow ?? search.group ?? search.assignee;
  if (search.view || filtered) return <EmptyState icon={InboxIcon} title="Nothing here" action={<Button onClick={onAll}>Show the open ones</Button>}>No approval fits this view.</EmptyState>;
  return <EmptyState icon={InboxIcon} title="Nothing waits for a decision">An <span className="font-medium">approval</span> node in a workflow asks people a question. Its questions come here, and the execution waits for the answer, for days if need be.</EmptyState>;
}

import { getRouteApi, Link } from "@tanstack/react-router";
import { ListChecks, Play, SearchX } from "lucide-react";
import { useCallback, useMemo, useRef, useState } from "react";
import { Problem } from "@/api/problem";
import { useNodeTypes } from "@/api/system";
import { useWorkflows } from "@/api/workflows";
import { Button } from "@/ui/Button";
import { usePhone } from "@/ui/media";
import { PageHeader } from "@/ui/PageHeader";
import { EmptyState, ErrorState, LoadingRows } from "@/ui/States";
import { statusesOf } from "@/ui/status";
import { BulkBar, BulkDialog } from "./Bulk";
import { Facets } from "./Facets";
import { ExecutionList } from "./List";
import { SavedMenu } from "./SavedMenu";
import { SearchBox } from "./SearchBox";
import { useFacets, useList, type BulkAction } from "./useList";

const route = getRouteApi("/shell/x");
const PAGE = 100;
const NONE: ReadonlySet<string> = new Set();

/** All executions, newest first. The search box is the URL; a new search begins anew at the top. */
export function Page() {
  const { q = "" } = route.useSearch();
  const navigate = route.useNavigate();
  const box = useRef<HTMLInputElement>(null);
  const facets = useFacets(q);
  const types = useNodeTypes();
  const search = useCallback((next: string) => void navigate({ search: next ? { q: next } : {}, replace: false }), [navigate]);
  const known = useMemo(() => ({
    statuses: statusesOf("execution"), workflows: facets.data?.workflow.map((each) => each.value) ?? [],
    triggers: ["manual", ...(types.data?.items ?? []).flatMap((type) => (type.type.startsWith("trigger.") && type.type !== "trigger.manual" ? [type.type.slice(8)] : [])), "test"],
  }), [facets.data, types.data]);
  const unread = facets.error instanceof Problem && facets.error.status === 422 ? facets.error : null;
  const bad = unread && (unread.errors[0] ?? { message: unread.message });
  return (
    <div className="flex h-full min-h-0 flex-col">
      <PageHeader title="Executions" tab={q ? `${q} · Executions` : "Executions"} meta={facets.data && <span>{facets.data.total.toLocaleString("en")}{facets.data.capped && "+"}{q && " found"}</span>}>
        <div className="flex flex-col gap-2 px-4 pb-2.5">
          <div className="flex items-start gap-2">
            <SearchBox ref={box} q={q} onSearch={search} known={known} error={bad} />
            <SavedMenu q={q} onSearch={search} />
          </div>
          <Facets q={q} counts={facets.isError ? null : facets.data} onSearch={search} />
        </div>
      </PageHeader>
      <Found key={q} q={q} total={facets.data?.total} capped={facets.data?.capped ?? false} onSearch={search} onFocusSearch={() => box.current?.focus()} />
    </div>
  );
}

interface FoundProps { q: string; total: number | undefined; capped: boolean; onSearch: (q: string) => void; onFocusSearch: () => void }

function Found({ q, total, capped, onSearch, onFocusSearch }: FoundProps) {
  const navigate = route.useNavigate();
  const phone = usePhone();
  const [place, setPlace] = useState({ atTop: true, inSight: 0 });
  const [selected, setSelected] = useState(NONE);
  const [everything, setEverything] = useState(false);
  const [action, setAction] = useState<BulkAction | null>(null);
  const list = useList(q, { ...place, atTop: place.atTop && selected.size === 0 && !everything });
  const check = useCallback((id: string, on: boolean) => {
    setEverything(false);
    setSelected((old) => {
      const next = new Set(old);
      if (on) next.add(id);
      else next.delete(id);
      return next;
    });
  }, []);
  const open = useCallback((id: string) => void navigate({ to: "/x/$id", params: { id } }), [navigate]);
  const clear = () => { setSelected(NONE); setEverything(false); };

  const refused = list.error instanceof Problem && list.error.status === 422 ? list.error : null;
  if (refused) return <EmptyState icon={SearchX} title="The search cannot be read" action={<Button onClick={() => onSearch("")}>Clear the search</Button>}>Terms look like <code className="font-mono">status:failed</code>; quotes keep words together.</EmptyState>;
  if (list.error) return <ErrorState error={list.error} onRetry={list.retry} />;
  if (list.isPending) return <LoadingRows rows={12} />;
  if (list.rows.length === 0 && !list.hasMore) return q ? <NoneFound onSearch={onSearch} /> : <NoneAtAll />;
  return (
    <>
      <ExecutionList list={list} total={total} phone={phone} selected={selected} everything={everything}
        onCheck={check} onOpen={open} onSearch={onFocusSearch}
        onCheckAll={(on) => { setEverything(false); setSelected(on ? new Set(list.rows.map((row) => row.id)) : NONE); }}
        onScroll={({ atTop, row }) => {
          const inSight = Math.floor(row / PAGE);
          setPlace((old) => (old.atTop === atTop && old.inSight === inSight ? old : { atTop, inSight }));
        }} />
      {(selected.size > 0 || everything) && (
        <BulkBar count={selected.size} everything={everything} total={total} capped={capped} onAll={() => setEverything(true)} onClear={clear} onAction={setAction} />
      )}
      {action && <BulkDialog action={action} target={everything ? (q ? { q } : {}) : { ids: [...selected] }} onClose={() => setAction(null)} onDone={clear} />}
    </>
  );
}

const NoneFound = ({ onSearch }: { onSearch: (q: string) => void }) => (
  <EmptyState icon={SearchX} title="No execution matches" action={<Button onClick={() => onSearch("")}>Show all executions</Button>}>
    Leave out a term, or look further back in time. Executions that only try a node are found with <code className="font-mono">trigger:test</code>.
  </EmptyState>
);

const WAY_ON = "inline-flex h-8 items-center gap-1.5 rounded-md bg-accent-fill px-3 text-sm font-medium text-white shadow-low hover:bg-accent-fill-hover";
const EXAMPLE = "order_refund";

function NoneAtAll() {
  const workflows = useWorkflows().data?.items;
  const example = workflows?.some((row) => row.name === EXAMPLE);
  return (
    <EmptyState icon={ListChecks} title="Nothing has run yet"
      action={workflows && (example ? <Link to="/w/$name" params={{ name: EXAMPLE }} className={WAY_ON}><Play aria-hidden size={15} />Run the example</Link>
        : <Link to="/w" search={workflows.length ? {} : { new: true }} className={WAY_ON}>{workflows.length ? "Choose a workflow to run" : "Draw the first workflow"}</Link>)}>
      Each run of a workflow shows up here the moment it starts: by hand, by a schedule, or by a call of the API.
    </EmptyState>
  );
}

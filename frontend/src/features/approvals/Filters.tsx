import { Link } from "@tanstack/react-router";
import { useApprovalFacets } from "@/api/approvals";
import { cx } from "@/ui/cx";
import { Select } from "@/ui/Field";
import { samePerson } from "@/ui/me";
import { VIEWS, type Search, type View } from "./search";

const NAMES: Record<View, string> = { open: "Open", overdue: "Overdue", mine: "Mine", decided: "Decided", expired: "Expired" };

/** Which approvals are shown, with how many there are; kept in the URL. */
export function Filters({ search, me, onChange }: { search: Search; me: string; onChange: (change: Partial<Search>) => void }) {
  const facets = useApprovalFacets().data;
  const view = search.view ?? "open";
  const counts: Partial<Record<View, number>> = { open: facets?.open, overdue: facets?.overdue, mine: me ? (facets?.assignees.find((each) => samePerson(each.name, me))?.count ?? 0) : undefined };
  const options = (found: { name: string; count: number }[] | undefined, chosen: string | undefined, all: string) => {
    const known = (found ?? []).map(({ name, count }) => ({ value: name, label: `${name} (${count})` }));
    return [{ value: "", label: all }, ...known, ...(chosen && !known.some((each) => each.value === chosen) ? [{ value: chosen, label: chosen }] : [])];
  };
  return (
    <div className="flex shrink-0 flex-col gap-2 border-b bg-surface px-3 py-2">
      <nav aria-label="Which approvals" className="-mx-1 flex gap-0.5 overflow-x-auto px-1">
        {VIEWS.map((each) => (
          <Link key={each} to="/approvals" search={{ ...search, view: each === "open" ? undefined : each }} aria-current={view === each ? "page" : undefined}
            className={cx("inline-flex h-7 shrink-0 items-center gap-1.5 rounded-md px-2 text-sm font-medium -outline-offset-2", view === each ? "bg-hover text-fg" : "text-muted hover:bg-hover/60 hover:text-fg")}>
            {NAMES[each]}
            {Boolean(counts[each]) && <span className={cx("text-xs", each === "overdue" ? "text-fail" : "text-faint")}>{counts[each]}</span>}
          </Link>
        ))}
      </nav>
      <div className="grid grid-cols-2 gap-2">
        <Select aria-label="Workflow" className="h-7!" value={search.workflow ?? ""} options={options(facets?.workflows, search.workflow, "All workflows")} onChange={(event) => onChange({ workflow: event.target.value || undefined })} />
        <Select aria-label="Group" className="h-7!" value={search.group ?? ""} options={options(facets?.groups, search.group, "All groups")} onChange={(event) => onChange({ group: event.target.value || undefined })} />
      </div>
    </div>
  );
}

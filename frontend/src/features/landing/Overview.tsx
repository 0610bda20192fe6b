import { Link, useNavigate } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useState } from "react";
import type { WorkflowRow } from "@/api/workflows";
import { NewWorkflow } from "@/graph/NewWorkflow";
import { Button } from "@/ui/Button";
import { PageHeader } from "@/ui/PageHeader";
import { StatusDots } from "@/ui/StatusDots";
import { Time } from "@/ui/Time";
import { ExecutionLine } from "./ExecutionLine";
import { byActivity } from "./fresh";
import { Needs } from "./Needs";
import { Answer, Quiet, Rows, Section } from "./Section";
import { useFew } from "./useOverview";

const OPEN = "status:running,waiting";

/** One page to begin the day with: what needs you, what runs, how the workflows do. */
export function Overview({ workflows }: { workflows: WorkflowRow[] }) {
  const [asking, setAsking] = useState(false);
  const navigate = useNavigate();
  const open = useFew(OPEN);
  return (
    <>
      <PageHeader title="Overview" actions={<Button look="primary" icon={Plus} onClick={() => setAsking(true)}>New workflow</Button>} />
      <div className="mx-auto grid w-full max-w-6xl grid-cols-1 items-start gap-x-8 gap-y-7 p-4 sm:p-6 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <div className="flex min-w-0 flex-col gap-7">
          <Needs />
          <Section title="Under way" all={<Link to="/x" search={{ q: OPEN }} className="text-accent hover:underline">All executions</Link>}>
            <Answer query={open}>
              {({ items }) => items.length ? <Rows>{items.map((row) => <ExecutionLine key={row.id} row={row} />)}</Rows> : <Quiet>Nothing is under way. Open a workflow and press Run, or give it a schedule.</Quiet>}
            </Answer>
          </Section>
        </div>
        <Section title="Workflows" count={workflows.length} all={<Link to="/w" className="text-accent hover:underline">All workflows</Link>}>
          <Rows>{byActivity(workflows).slice(0, 12).map((row) => <WorkflowLine key={row.name} row={row} />)}</Rows>
        </Section>
      </div>
      {asking && <NewWorkflow open onClose={() => setAsking(false)} taken={workflows.map((row) => row.name)} onCreate={(name, template) => void navigate({ to: "/w/$name", params: { name }, search: { new: template } })} />}
    </>
  );
}

function WorkflowLine({ row }: { row: WorkflowRow }) {
  return (
    <li>
      <Link to="/w/$name" params={{ name: row.name }} className="flex items-center gap-3 px-4 py-2.5 -outline-offset-2 hover:bg-hover/60">
        <span className="min-w-0 flex-1">
          <span className="block truncate text-sm font-medium">{row.name}</span>
          <span className="block text-xs text-muted">{row.last ? <>ran <Time at={row.last.created_at} /></> : "never ran"}</span>
        </span>
        <StatusDots kind="execution" statuses={row.recent.slice(0, 12).map((each) => each.status)} label={`Last executions of ${row.name}`} slots={12} />
      </Link>
    </li>
  );
}

import type { ApprovalRecord } from "@/api/approvals";
import { JsonView } from "@/ui/JsonView";

/** The data of an approval that is over: what was decided with, else what was shown. */
export function Given({ record }: { record: ApprovalRecord }) {
  const said = (record.decision as { data?: unknown } | null)?.data;
  const value = said ?? record.payload;
  if (value === null || value === undefined) return null;
  return (
    <section aria-label="Data" className="flex flex-col gap-2">
      <h3 className="text-base font-semibold">{said === null || said === undefined ? "What was shown" : "What it was decided with"}</h3>
      <div className="panel max-h-80 overflow-auto p-2"><JsonView label="Data" value={value} /></div>
    </section>
  );
}

import { Link2, Pause, Play } from "lucide-react";
import { usePauseWebhook, useWebhooks, webhookAddress, type WebhookRow } from "@/api/webhooks";
import { StatusBadge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { copyText } from "@/ui/Code";
import { Time } from "@/ui/Time";
import { toast } from "@/ui/Toast";
import { deliveriesText } from "./words";

/** What else starts workflows by itself: addresses at which other systems deliver. Nothing where there are none. */
export function Webhooks({ workflow }: { workflow?: string }) {
  const rows = useWebhooks({ workflow }).data?.items ?? [];
  if (rows.length === 0) return null;
  return (
    <section aria-label="Webhooks" className="mt-6 flex flex-col gap-2 px-4 pb-6">
      <h2 className="text-base font-semibold">Webhooks</h2>
      <ul className="panel divide-y">{rows.map((row) => <Line key={row.id} row={row} />)}</ul>
    </section>
  );
}

function Line({ row }: { row: WebhookRow }) {
  const pause = usePauseWebhook(row.id);
  const toggle = () => pause.mutate(!row.paused, { onSuccess: (saved) => toast.ok(saved.paused ? "It takes nothing now" : "It takes deliveries again"), onError: toast.error });
  const copy = () => void webhookAddress(row.id).then((address) => copyText(address).then(() => toast.ok("The address is copied: whoever knows it may deliver"), () => {}), toast.error);
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
      <div className="min-w-0 grow basis-64">
        <span className="block truncate font-medium">{row.description || (row.signal ? `Signals ${row.signal}` : `Starts ${row.workflow}`)}</span>
        <span className="block truncate text-xs text-muted">{row.workflow} · {row.id} · {row.signing === "none" ? "not signed" : `signed (${row.signing})`}</span>
        {row.last_refusal && <span className="block truncate text-xs text-fail">{row.refusals} refused, last <Time at={row.last_refused_at} />: {row.last_refusal}</span>}
      </div>
      <StatusBadge kind="schedule" status={row.status} />
      <span className="text-sm whitespace-nowrap text-muted">{deliveriesText(row.deliveries)}{row.last_delivery_at && <>, last <Time at={row.last_delivery_at} /></>}</span>
      <span className="flex gap-2">
        <Button size="sm" icon={Link2} onClick={copy} aria-label={`Copy the address of ${row.id}`}>Copy address</Button>
        <Button size="sm" icon={row.paused ? Play : Pause} busy={pause.isPending} onClick={toggle} aria-label={`${row.paused ? "Resume" : "Pause"} ${row.id}`}>{row.paused ? "Resume" : "Pause"}</Button>
      </span>
    </li>
  );
}

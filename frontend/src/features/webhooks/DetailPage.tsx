import { Pause, Pencil, Play, RefreshCw, Trash2 } from "lucide-react";
import { useState } from "react";
import { useRole } from "@/api/system";
import { useDeleteWebhook, useRotateWebhook, useSaveWebhook, useWebhook, type Webhook } from "@/api/webhooks";
import { useActions } from "@/ui/actions";
import { StatusBadge } from "@/ui/Badge";
import { Button, IconButton } from "@/ui/Button";
import { ConfirmDialog } from "@/ui/Dialog";
import { PageHeader } from "@/ui/PageHeader";
import { ErrorState, LoadingRows } from "@/ui/States";
import { toast } from "@/ui/Toast";
import { Address } from "./Address";
import { Deliveries } from "./Deliveries";
import { Facts } from "./Facts";
import { WebhookForm } from "./WebhookForm";
import { doesText, nameOf } from "./words";

export function DetailPage({ id, onGone }: { id: string; onGone: () => void }) {
  const role = useRole();
  const webhook = useWebhook(id, role !== "viewer");
  if (webhook.data) return <Loaded webhook={webhook.data} may={role === "admin"} onGone={onGone} />;
  return <><PageHeader title={id} tab="Webhook" />{webhook.isError ? <ErrorState error={webhook.error} onRetry={() => void webhook.refetch()} /> : <LoadingRows />}</>;
}

function Loaded({ webhook, may, onGone }: { webhook: Webhook; may: boolean; onGone: () => void }) {
  const [shown, setShown] = useState<"edit" | "rotate" | "delete" | null>(null);
  const change = useSaveWebhook(webhook.id);
  const rotate = useRotateWebhook(webhook.id);
  const remove = useDeleteWebhook(webhook.id);
  const { paused } = webhook;
  const close = () => setShown(null);
  const toggle = () => change.mutate({ paused: !paused }, { onSuccess: (saved) => toast.ok(saved.paused ? "It is paused" : "It takes deliveries again"), onError: toast.error });
  useActions(may ? [
    { id: "webhook-toggle", label: paused ? "Resume this webhook" : "Pause this webhook", icon: paused ? Play : Pause, run: toggle },
    { id: "webhook-rotate", label: "Give this webhook a new address", icon: RefreshCw, words: "rotate", run: () => setShown("rotate") },
    { id: "webhook-edit", label: "Edit this webhook", icon: Pencil, run: () => setShown("edit") },
  ] : []);
  return (
    <>
      <PageHeader title={nameOf(webhook)} tab={`${paused ? "Paused · " : ""}${nameOf(webhook)}`}
        meta={<><StatusBadge kind="webhook" status={webhook.status} />{webhook.description && <span>{doesText(webhook)}</span>}</>}
        actions={may && <>
          <Button icon={paused ? Play : Pause} busy={change.isPending} onClick={toggle}>{paused ? "Resume" : "Pause"}</Button>
          <Button icon={RefreshCw} onClick={() => setShown("rotate")}>Rotate</Button>
          <Button icon={Pencil} onClick={() => setShown("edit")}>Edit</Button>
          <IconButton icon={Trash2} label="Delete" onClick={() => setShown("delete")} />
        </>} />
      <div className="mx-auto grid w-full max-w-7xl items-start gap-6 p-4 sm:p-6 lg:grid-cols-[minmax(0,5fr)_minmax(0,4fr)]">
        <Deliveries webhook={webhook} />
        <div className="flex min-w-0 flex-col gap-6 max-lg:order-first">
          <Address webhook={webhook} />
          <Facts webhook={webhook} />
        </div>
      </div>
      {shown === "edit" && <WebhookForm webhook={webhook} workflow={webhook.workflow} onClose={close} onSaved={close} />}
      <ConfirmDialog open={shown === "rotate"} danger title="Give it a new address?" confirm="Rotate" onClose={close} onConfirm={() => rotate.mutateAsync(undefined).then(() => toast.ok("It has a new address"))}>
        <p className="text-sm text-muted">The address that it has now leads nowhere at once. Whoever still delivers there is answered 404, and what they send does not arrive, until you give them the new one. Its signing, its secret and its record stay.</p>
        {rotate.isError && <div className="mt-3"><ErrorState compact error={rotate.error} /></div>}
      </ConfirmDialog>
      <ConfirmDialog open={shown === "delete"} danger title="Delete this webhook?" confirm="Delete" onClose={close} onConfirm={() => remove.mutateAsync(undefined).then(() => { toast.ok("The webhook is deleted"); onGone(); })}>
        <p className="text-sm text-muted">Its address leads nowhere at once, and for good: a new webhook gets another. Executions that it has started go on. To take nothing for a while, pause it.</p>
        {remove.isError && <div className="mt-3"><ErrorState compact error={remove.error} /></div>}
      </ConfirmDialog>
    </>
  );
}

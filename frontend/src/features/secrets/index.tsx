import { KeyRound, Plus } from "lucide-react";
import { useState } from "react";
import { useDeleteSecret, useSecrets, useSecretUse } from "@/api/secrets";
import { useActions } from "@/ui/actions";
import { Button } from "@/ui/Button";
import { CopyAs } from "@/ui/Code";
import { ConfirmDialog } from "@/ui/Dialog";
import { PageHeader } from "@/ui/PageHeader";
import { EmptyState, ErrorState, LoadingRows } from "@/ui/States";
import { toast } from "@/ui/Toast";
import { SecretTable } from "./SecretTable";
import { SetDialog } from "./SetDialog";

type Open = { what: "add" } | { what: "replace" | "delete"; name: string } | null;

/** What graphs name and nobody reads: add, replace, delete. */
export function Page() {
  const secrets = useSecrets();
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const add = () => setOpen({ what: "add" });
  useActions([{ id: "secret-add", label: "Add a secret", icon: KeyRound, words: "password token key", run: add }]);
  const found = secrets.data?.items ?? [];
  return (
    <>
      <PageHeader title="Secrets" meta={secrets.data && <span>{found.length} stored; values are never shown</span>}
        actions={<><CopyAs command={{ method: "GET", path: "/api/v1/secrets", cli: "treadle secrets list" }} /><Button look="primary" icon={Plus} onClick={add}>Add a secret</Button></>} />
      {secrets.isPending ? <LoadingRows rows={4} /> : secrets.isError && !secrets.data ? <ErrorState error={secrets.error} onRetry={() => void secrets.refetch()} /> : found.length === 0 ? (
        <EmptyState icon={KeyRound} title="No secrets yet" action={<Button look="primary" icon={Plus} onClick={add}>Add a secret</Button>}>
          A node names a secret, and gets its value only while it runs: <code className="font-mono">{'{"secret": "shop-key"}'}</code>. It is sealed in the database, and masked in results, errors and logs.
        </EmptyState>
      ) : (
        <div className="mx-auto w-full max-w-4xl p-4 sm:p-6">
          <SecretTable secrets={found} onReplace={(name) => setOpen({ what: "replace", name })} onDelete={(name) => setOpen({ what: "delete", name })} />
        </div>
      )}
      {(open?.what === "add" || open?.what === "replace") && <SetDialog name={open.what === "replace" ? open.name : null} onClose={close} />}
      {open?.what === "delete" && <DeleteDialog name={open.name} onClose={close} />}
    </>
  );
}

function DeleteDialog({ name, onClose }: { name: string; onClose: () => void }) {
  const use = useSecretUse(name);
  const remove = useDeleteSecret();
  const naming = use.data?.workflows ?? [];
  return (
    <ConfirmDialog
      open danger onClose={onClose} title={`Delete ${name}?`} confirm="Delete"
      onConfirm={async () => { await remove.mutateAsync(name); toast.ok(`${name} is deleted`); }}
    >
      {use.isPending ? <p className="text-sm text-muted">Looking which workflows name it …</p> : use.isError ? <ErrorState compact error={use.error} /> : (
        <p className="text-sm">{naming.length === 0 ? "No workflow names it." : <>Nodes that name it fail from then on. It is named by <b className="font-semibold">{naming.join(", ")}</b>.</>}</p>
      )}
      {remove.isError && <div className="mt-3"><ErrorState compact error={remove.error} /></div>}
    </ConfirmDialog>
  );
}

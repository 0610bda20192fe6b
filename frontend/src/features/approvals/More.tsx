import { Copy, CornerUpRight, Ellipsis, Link2 } from "lucide-react";
import { useState } from "react";
import { useApprovalLink, useDelegate, type ApprovalRecord } from "@/api/approvals";
import { useActions } from "@/ui/actions";
import { Button, IconButton } from "@/ui/Button";
import { asCurl, CodeBlock, copyText } from "@/ui/Code";
import { Dialog } from "@/ui/Dialog";
import { Field, Input, Select } from "@/ui/Field";
import { useMe } from "@/ui/me";
import { Menu } from "@/ui/Menu";
import { ErrorState } from "@/ui/States";
import { toast } from "@/ui/Toast";
import { exactText } from "@/ui/times";

const copied = (what: string) => () => { toast.ok(`Copied ${what}`); };

/** Hand over, a link for somebody without an account, and commands. */
export function More({ record }: { record: ApprovalRecord }) {
  const [shown, setShown] = useState<"delegate" | "link" | null>(null);
  const open = record.status === "open";
  const first = record.outcomes[0]?.port ?? "approved";
  const path = `/api/v1/approvals/${record.id}`;
  const command = { method: "POST", path, body: { decision: first }, cli: `treadle approvals decide ${record.id} ${first}` };
  useActions(open ? [
    { id: "approval-delegate", label: "Hand over this approval", icon: CornerUpRight, words: "delegate", run: () => setShown("delegate") },
    { id: "approval-link", label: "Make a link to decide this approval", icon: Link2, words: "signed share", run: () => setShown("link") },
  ] : []);
  const copy = (text: string, what: string) => () => void copyText(text).then(copied(what), () => {});
  return (
    <>
      <Menu items={[
        ...(open ? [
          { label: "Hand over…", icon: CornerUpRight, onSelect: () => setShown("delegate") },
          { label: "Link to decide…", icon: Link2, onSelect: () => setShown("link") },
          null,
        ] : []),
        { label: "Copy id", icon: Copy, onSelect: copy(record.id, "the id") },
        { label: "Copy address", icon: Copy, onSelect: copy(`${window.location.origin}/approvals/${record.id}`, "the address") },
        ...(open ? [
          { label: "Copy as curl", icon: Copy, onSelect: copy(asCurl(command), "as curl") },
          { label: "Copy as a command", icon: Copy, onSelect: copy(command.cli, "a command") },
        ] : [{ label: "Copy record as curl", icon: Copy, onSelect: copy(asCurl({ ...command, method: "GET", body: undefined }), "as curl") }]),
      ]}>
        <IconButton icon={Ellipsis} label="More" look="secondary" />
      </Menu>
      {shown === "delegate" && <DelegateDialog record={record} onClose={() => setShown(null)} />}
      {shown === "link" && <LinkDialog record={record} onClose={() => setShown(null)} />}
    </>
  );
}

function DelegateDialog({ record, onClose }: { record: ApprovalRecord; onClose: () => void }) {
  const me = useMe();
  const delegate = useDelegate(record.id);
  const [by, setBy] = useState(record.assignees.find((each) => each.toLowerCase() === me.toLowerCase()) ?? record.assignees[0] ?? me);
  const [to, setTo] = useState("");
  const [comment, setComment] = useState("");
  const send = () => delegate.mutate({ by, to: to.trim(), comment: comment.trim() }, { onSuccess: () => { toast.ok(`${to.trim()} is asked now`); onClose(); } });
  return (
    <Dialog open onClose={onClose} title="Hand over" description="Somebody else is asked instead." footer={<><Button onClick={onClose}>Cancel</Button><Button look="primary" busy={delegate.isPending} disabled={!by || !to.trim()} onClick={send}>Hand over</Button></>}>
      <form className="flex flex-col gap-4" onSubmit={(event) => { event.preventDefault(); if (by && to.trim()) send(); }}>
        <Field label="Instead of">
          {record.assignees.length > 0 ? <Select value={by} options={record.assignees.map((each) => ({ value: each, label: each }))} onChange={(event) => setBy(event.target.value)} /> : <Input value={by} onChange={(event) => setBy(event.target.value)} />}
        </Field>
        <Field label="Ask" required hint="As workflows name people."><Input autoFocus value={to} maxLength={200} onChange={(event) => setTo(event.target.value)} /></Field>
        <Field label="Comment"><Input value={comment} maxLength={2000} placeholder="On leave until Monday" onChange={(event) => setComment(event.target.value)} /></Field>
        {delegate.isError && <ErrorState compact error={delegate.error} />}
        <button type="submit" hidden />
      </form>
    </Dialog>
  );
}

const EXPIRES = [{ value: "1d", label: "one day" }, { value: "2d", label: "two days" }, { value: "7d", label: "seven days" }, { value: "30d", label: "thirty days" }];

function LinkDialog({ record, onClose }: { record: ApprovalRecord; onClose: () => void }) {
  const make = useApprovalLink(record.id);
  const [person, setPerson] = useState("");
  const [expires, setExpires] = useState("7d");
  const link = make.data && window.location.origin + make.data.path;
  const send = () => make.mutate({ person: person.trim() || null, expires });
  return (
    <Dialog open onClose={onClose} title="A link to decide" description="Whoever has it can decide this one approval, without an account."
      footer={link ? <Button look="primary" onClick={onClose}>Done</Button> : <><Button onClick={onClose}>Cancel</Button><Button look="primary" busy={make.isPending} onClick={send}>Make the link</Button></>}>
      {link ? (
        <div className="flex flex-col gap-3">
          <CodeBlock code={link} wrap />
          <p className="text-sm text-muted">Send it as you would send a password. It is good until {exactText(Date.parse(make.data!.expires_at))}, or until the approval is decided{make.data!.person ? `; the decision is recorded as ${make.data!.person}’s` : ""}.</p>
        </div>
      ) : (
        <form className="flex flex-col gap-4" onSubmit={(event) => { event.preventDefault(); send(); }}>
          <Field label="For" hint="The decision is then this person’s. Without a name, whoever opens the link says who they are, and nobody checks."><Input value={person} maxLength={200} placeholder={record.assignees[0] ?? "ann"} onChange={(event) => setPerson(event.target.value)} /></Field>
          <Field label="Good for"><Select value={expires} options={EXPIRES} onChange={(event) => setExpires(event.target.value)} /></Field>
          {make.isError && <ErrorState compact error={make.error} />}
          <button type="submit" hidden />
        </form>
      )}
    </Dialog>
  );
}

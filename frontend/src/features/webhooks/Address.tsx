import type { Webhook } from "@/api/webhooks";
import { CodeBlock, CopyButton } from "@/ui/Code";
import { curlOf } from "./curl";

/** Where to deliver, and a command that tries it; for those who may know it. */
export function Address({ webhook }: { webhook: Webhook }) {
  if (!webhook.path) {
    return (
      <section aria-label="Address" className="panel p-4">
        <h2 className="text-base font-semibold">Address</h2>
        <p className="mt-1 text-sm text-muted">Your role does not show it: whoever knows the address of a webhook may deliver there. Ask somebody with the role operator or admin.</p>
      </section>
    );
  }
  const address = window.location.origin + webhook.path;
  return (
    <section aria-label="Address" className="panel flex flex-col gap-3 p-4">
      <div>
        <h2 className="text-base font-semibold">Address</h2>
        <p className="mt-1 text-sm text-muted">{webhook.paused ? "It is paused: whoever delivers here is told that there is no such address." : webhook.signing === "none" ? "Whoever knows it may deliver: treat it like a password." : "The sender needs it, and the secret to sign with."}</p>
      </div>
      <div className="flex items-center gap-1 rounded-md border bg-sunken py-1 pr-1 pl-3">
        <code className="min-w-0 flex-1 font-mono text-xs break-all">{address}</code>
        <CopyButton text={address} label="Copy the address" />
      </div>
      <div className="flex flex-col gap-1.5">
        <h3 className="text-sm font-medium">Try it</h3>
        {webhook.secret && <p className="text-xs text-muted">Put what the secret {webhook.secret.secret} holds into <code className="font-mono">SECRET</code> first; it is not shown here.</p>}
        <CodeBlock code={curlOf(webhook, address)} wrap />
      </div>
    </section>
  );
}

import { Check, Copy, Terminal } from "lucide-react";
import { useState } from "react";
import { Button, IconButton } from "./Button";
import { cx } from "./cx";
import { Menu } from "./Menu";
import { toast } from "./Toast";

export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    toast.error("The browser did not let this page copy. Select the text and copy it by hand.");
    throw new Error("not copied");
  }
}

export function CopyButton({ text, label = "Copy", size = "sm" }: { text: string | (() => string); label?: string; size?: "sm" | "md" }) {
  const [done, setDone] = useState(false);
  async function copy() {
    await copyText(typeof text === "string" ? text : text()).then(() => setDone(true), () => {});
    window.setTimeout(() => setDone(false), 1500);
  }
  return <IconButton icon={done ? Check : Copy} label={done ? "Copied" : label} size={size} onClick={() => void copy()} />;
}

export function CodeBlock({ code, wrap, className }: { code: string; wrap?: boolean; className?: string }) {
  return (
    <div className={cx("group relative rounded-md border bg-sunken", className)}>
      <pre tabIndex={0} className={cx("max-h-96 overflow-auto p-3 pr-10 font-mono text-xs", wrap && "whitespace-pre-wrap break-words")}>{code}</pre>
      <div className="absolute top-1 right-1"><CopyButton text={code} /></div>
    </div>
  );
}

/** Any action as a command: the same request for curl, Python and the command line. */
export interface Command { method: string; path: string; body?: unknown; cli: string }

const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

export function asCurl({ method, path, body }: Command, origin = window.location.origin): string {
  const parts = ["curl", ...(method === "GET" ? [] : ["-X", method]), quoted(origin + path)];
  if (body !== undefined) parts.push("-H", quoted("Content-Type: application/json"), "-d", quoted(JSON.stringify(body)));
  return parts.join(" ");
}

/** JSON text inside of a Python string, so that null, true and any quoting are right. */
export function asPython({ method, path, body }: Command, origin = window.location.origin): string {
  const json = body === undefined ? "" : `, json=json.loads(${JSON.stringify(JSON.stringify(body))})`;
  return `import json\nimport httpx\n\nanswer = httpx.request("${method}", ${JSON.stringify(origin + path)}${json})\nanswer.raise_for_status()\nprint(answer.text)\n`;
}

export function CopyAs({ command, label = "Copy as" }: { command: Command; label?: string }) {
  const copy = (text: string, what: string) => () => void copyText(text).then(() => toast.ok(`Copied as ${what}`), () => {});
  return (
    <Menu
      items={[
        { label: "curl", onSelect: copy(asCurl(command), "curl") },
        { label: "Python", onSelect: copy(asPython(command), "Python") },
        { label: "Command line", icon: Terminal, onSelect: copy(command.cli, "a command") },
      ]}
    >
      <Button look="ghost" size="sm" icon={Copy}>{label}</Button>
    </Menu>
  );
}

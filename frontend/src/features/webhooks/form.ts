import type { Webhook } from "@/api/webhooks";

/** What the form holds: texts as they are typed. */
export interface Form {
  workflow: string; description: string; does: "start" | "signal"; signal: string; execution: string; signing: string; secret: string; input: string; trigger: string; version: string; priority: string;
}
export type Errors = Partial<Record<keyof Form, string>>;

export const emptyForm = (workflow: string): Form => ({ workflow, description: "", does: "start", signal: "", execution: "", signing: "none", secret: "", input: "", trigger: "", version: "", priority: "normal" });

export function formOf(webhook: Webhook): Form {
  return {
    workflow: webhook.workflow, description: webhook.description, does: webhook.signal === null ? "start" : "signal", signal: webhook.signal ?? "", execution: webhook.execution ?? "", signing: webhook.signing,
    secret: webhook.secret?.secret ?? "", input: templateText(webhook.input), trigger: webhook.trigger ?? "", version: webhook.version === null ? "" : String(webhook.version), priority: webhook.priority,
  };
}

const isTemplate = (text: string): boolean => text.includes("{{");

/** A template that is one text needs no quotes, as on the command line. */
export function templateText(input: unknown): string {
  if (input === null || input === undefined) return "";
  return typeof input === "string" && isTemplate(input) && !isJson(input) ? input : JSON.stringify(input, null, 2);
}

function isJson(text: string): boolean {
  try { JSON.parse(text); return true; } catch { return false; }
}

/** The body to send, or what is wrong where. */
export function bodyOf(form: Form): { body: Record<string, unknown> } | { errors: Errors } {
  const errors: Errors = {};
  const signals = form.does === "signal";
  const input = form.input.trim();
  if (!form.workflow) errors.workflow = signals ? "Choose the workflow whose executions it signals." : "Choose the workflow that it starts.";
  if (signals && !form.signal.trim()) errors.signal = "The name of the signal, such as paid.";
  if (signals && !form.execution.trim()) errors.execution = "Where the execution’s id is, such as trigger.body.execution_id.";
  if (form.signing !== "none" && !form.secret.trim()) errors.secret = "Name the secret that both sides know.";
  if (input && !isJson(input) && !isTemplate(input)) errors.input = "Neither JSON nor a template such as {{ trigger.body }}.";
  if (form.version && !/^[1-9]\d*$/.test(form.version.trim())) errors.version = "A number of a version, or nothing for the latest.";
  if (Object.keys(errors).length > 0) return { errors };
  return {
    body: {
      description: form.description.trim(), signing: form.signing, secret: form.signing === "none" ? null : { secret: form.secret.trim() },
      input: !input ? null : isJson(input) ? (JSON.parse(input) as unknown) : input,
      signal: signals ? form.signal.trim() : null, execution: signals ? form.execution.trim() : null, trigger: signals ? null : form.trigger.trim() || null,
      version: form.version ? Number(form.version) : null, priority: form.priority,
    },
  };
}

/** Puts the server's findings at their fields; what has no field is left over. */
export function errorsOf(found: { path: string; message: string; hint?: string | null }[], form: Form): { errors: Errors; rest: typeof found } {
  const errors: Errors = {};
  const rest = found.filter((each) => {
    const name = each.path.split(/[.[]/)[0] as keyof Form;
    if (!(name in form) || errors[name]) return true;
    errors[name] = each.hint ? `${each.message} (${each.hint})` : each.message;
    return false;
  });
  return { errors, rest };
}

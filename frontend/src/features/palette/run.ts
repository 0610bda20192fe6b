import { call, idempotencyKey } from "@/api/client";
import { Problem } from "@/api/problem";
import { toast } from "@/ui/Toast";

/** Starts a workflow without an input and shows its execution; one that wants an input is opened instead, to be asked there. */
export async function runWorkflow(name: string, show: (execution: string | null) => void): Promise<void> {
  try {
    const started = await call("post", "/api/v1/workflows/{name}/run", { path: { name }, body: {}, headers: { "Idempotency-Key": idempotencyKey() } });
    show(started.id);
  } catch (error) {
    if (error instanceof Problem && error.status === 422) {
      toast.info(`${name} wants an input: press Run here.`);
      show(null);
    } else {
      toast.error(error);
    }
  }
}

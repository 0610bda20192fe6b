import type { components } from "./schema";

export type ProblemError = components["schemas"]["ProblemError"];

/** An answer of 400 and above (problem+json), or no answer at all (`status` 0). */
export class Problem extends Error {
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly errors: ProblemError[];
  /** Of a 409: the state that won. */
  readonly state: unknown;

  constructor(body: { title?: string; status?: number; detail?: string; errors?: ProblemError[]; state?: unknown }) {
    super(body.detail || body.title || "The server refused");
    this.name = "Problem";
    this.title = body.title ?? "Refused";
    this.status = body.status ?? 0;
    this.detail = body.detail ?? "";
    this.errors = body.errors ?? [];
    this.state = body.state;
  }
}

export async function problemOf(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => null);
  if (body && typeof body === "object") return new Problem({ status: response.status, ...body });
  return new Problem({ title: `Answer ${response.status}`, status: response.status, detail: "The server answered with something that is no problem description." });
}

/** What is not there (404) is null, not an error. */
export async function absentAsNull<T>(promise: Promise<T>): Promise<T | null> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return null;
    throw error;
  }
}

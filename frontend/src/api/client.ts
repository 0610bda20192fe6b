import { Problem, problemOf } from "./problem";
import type { components, paths } from "./schema";

export type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];

type Method = "get" | "post" | "put" | "patch" | "delete";
type PathsWith<M extends Method> = { [P in keyof paths]: paths[P] extends Record<M, object> ? P : never }[keyof paths];
type Operation<P extends keyof paths, M extends Method> = paths[P] extends Record<M, infer Found> ? Found : never;
type Parameters<O, Where extends string> = O extends { parameters: infer Found } ? (Where extends keyof Found ? Found[Where] : never) : never;
type Body<O> = O extends { requestBody?: { content: { "application/json": infer Found } } } ? Found : undefined;
type Answer<O> = O extends { responses: infer All }
  ? { [Code in keyof All & (200 | 201 | 202)]: All[Code] extends { content: { "application/json": infer Found } } ? Found : null }[keyof All & (200 | 201 | 202)]
  : never;

interface Options<O> {
  path?: Parameters<O, "path">;
  query?: Parameters<O, "query">;
  body?: Body<O>;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** A call of the API, typed by its description; throws Problem. Example: call("get", "/api/v1/executions/{execution_id}", {path: {…}}). */
export function call<M extends Method, P extends PathsWith<M>>(method: M, path: P, options: Options<Operation<P, M>> = {}): Promise<Answer<Operation<P, M>>> {
  const { path: parts, ...rest } = options;
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => pathPart(name, String((parts as Record<string, unknown>)?.[name])));
  return request(method, filled, rest as RawOptions);
}

/** A place such as `each[3]/fetch` keeps its slashes; proxies refuse encoded ones. */
const pathPart = (name: string, value: string): string => (name === "place" ? value.split("/").map(encodeURIComponent).join("/") : encodeURIComponent(value));

interface RawOptions { query?: Record<string, unknown>; body?: unknown; headers?: Record<string, string>; signal?: AbortSignal }

async function request<T>(method: string, path: string, { query, body, headers, signal }: RawOptions = {}): Promise<T> {
  const response = await send(path + queryText(query), {
    method: method.toUpperCase(),
    headers: { Accept: "application/json", ...(body === undefined ? {} : { "Content-Type": "application/json" }), ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
    credentials: "same-origin",
    signal,
  });
  if (response.status === 401 && !path.endsWith("/session")) toLogin();
  if (!response.ok) throw await problemOf(response);
  return (response.status === 204 ? null : await response.json()) as T;
}

async function send(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Problem({ title: "The server does not answer", detail: "It may be restarting; this page tries again by itself." });
  }
}

/** Leaves out what is undefined, null and empty, but for a scope: an empty one is the top of the graph. A list is repeated. */
export function queryText(query: Record<string, unknown> = {}): string {
  const found = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== undefined && each !== null && (each !== "" || name === "scope")) found.append(name, String(each));
    }
  }
  return found.size ? `?${found}` : "";
}

/** A new key for each intent to start something, so that a repeated request starts it once. */
export const idempotencyKey = (): string => globalThis.crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;

function toLogin(): void {
  const here = window.location.pathname + window.location.search;
  if (!here.startsWith("/login")) window.location.assign(`/login?next=${encodeURIComponent(here)}`);
}

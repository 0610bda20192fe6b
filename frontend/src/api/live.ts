import { notifyManager } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";
import type { Schema } from "./client";
import type { Execution, ExecutionRow, JournalItem } from "./executions";
import { Batch } from "./live-batch";
import { LiveHub, type FromTab, type LiveState, type Source, type ToTab } from "./live-hub";
import { withNodes, withRowInPages, withRows, withStatus, type NodesEvent } from "./live-reduce";
import { keys, queryClient } from "./query";

export type Topic = "executions" | "approvals" | "schedules" | "workers" | "workflows";
type LiveEvent = Extract<ToTab, { type: "event" }>;
type Wish = { execution: string } | { topic: Topic };

const wishes = new Map<string, { wish: Wish; count: number }>();
const listeners = new Set<() => void>();
let state: LiveState = "off";
let send: ((message: FromTab) => void) | null = null;

/** Keeps the execution's queries fresh while the component is mounted. */
export function useLive({ execution }: { execution: string | undefined }): void {
  useWish(execution ? `e:${execution}` : null, { execution: execution ?? "" });
}

/** Asks a topic's lists again when something in them changed. */
export function useLiveTopic(topic: Topic): void {
  useWish(`t:${topic}`, { topic });
}

export function useLiveState(): LiveState {
  return useSyncExternalStore((listener) => { listeners.add(listener); return () => listeners.delete(listener); }, () => state);
}

/** Executions that the stream has left because they were over, with when that was. */
const ended = new Map<string, string | null>();

/** Listens to an execution again that was over and was retried since. Cheap, so it can be said at each change. */
export function followOn({ id, finished_at: finishedAt }: Pick<ExecutionRow, "id" | "finished_at">): void {
  if (!ended.has(id) || ended.get(id) === finishedAt) return;
  ended.delete(id);
  send?.({ type: "again" });
}

/** For `refetchInterval`: polls only while there is no stream. */
export function usePolling(interval: number): number | false {
  return useLiveState() === "live" ? false : interval;
}

function useWish(key: string | null, wish: Wish): void {
  useEffect(() => {
    if (!key) return;
    const known = wishes.get(key);
    if (known) known.count += 1;
    else wishes.set(key, { wish, count: 1 });
    if (!known) tellWishes();
    return () => {
      const entry = wishes.get(key);
      if (entry && --entry.count === 0) {
        wishes.delete(key);
        tellWishes();
      }
    };
    // The key says all that is in the wish.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key]);
}

let telling: ReturnType<typeof setTimeout> | undefined;

function tellWishes(): void {
  clearTimeout(telling);
  telling = setTimeout(() => {
    send ??= connect();
    const all = [...wishes.values()].map((entry) => entry.wish);
    send({
      type: "want",
      wanted: { executions: all.flatMap((wish) => ("execution" in wish ? [wish.execution] : [])), topics: all.flatMap((wish) => ("topic" in wish ? [wish.topic] : [])) },
    });
  }, 20);
}

/** One stream for all tabs by a SharedWorker; in this page where there is none. */
function connect(): (message: FromTab) => void {
  const post = typeof SharedWorker === "undefined" ? inPage() : inWorker();
  window.setInterval(() => post({ type: "ping" }), 30_000);
  window.addEventListener("pagehide", () => post({ type: "bye" }));
  window.addEventListener("pageshow", (event) => event.persisted && tellWishes());
  document.addEventListener("visibilitychange", () => !document.hidden && tellWishes());
  return post;
}

function inWorker(): (message: FromTab) => void {
  const worker = new SharedWorker(new URL("./live.worker.ts", import.meta.url), { type: "module", name: "treadle-live" });
  worker.port.onmessage = ({ data }: MessageEvent<ToTab>) => receive(data);
  worker.onerror = () => { send = inPage(); tellWishes(); };
  return (message) => worker.port.postMessage(message);
}

function inPage(): (message: FromTab) => void {
  const hub = new LiveHub((url) => new EventSource(url) as unknown as Source);
  const port = { postMessage: receive };
  return (message) => hub.receive(port, message);
}

/** What a burst brings is drawn once: often enough to look alive, and the page stays free to be moved. */
const DRAWN_EVERY = 80;
const incoming = new Batch<LiveEvent>(apply, DRAWN_EVERY);

function receive(message: ToTab): void {
  if (message.type === "event") return incoming.add(message);
  const back = message.state === "live" && state !== "live";
  state = message.state;
  listeners.forEach((listener) => listener());
  // What happened while there was no stream is asked for once.
  if (back) void queryClient.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== "node-types" && queryKey[2] !== "version" });
}

/** Events of the stream, written into the cache. */
function apply(events: LiveEvent[]): void {
  const rows = new Map<string, JournalItem[]>();
  const stale = new Map<string, readonly unknown[]>();
  notifyManager.batch(() => {
    for (const { name, data } of events) {
      if (name === "journal") {
        const { execution_id, row } = data as Schema<"LiveRow">;
        rows.set(execution_id, [...(rows.get(execution_id) ?? []), row]);
      } else if (name === "end") {
        // The row and its output, and the last rows of the journal.
        const { execution_id } = data as Schema<"LiveEnd">;
        stale.set(execution_id, keys.executions.of(execution_id));
        ended.set(execution_id, queryClient.getQueryData<Execution>(keys.executions.detail(execution_id))?.finished_at ?? null);
      } else if (name === "changed") {
        const { topic } = data as Schema<"LiveChanged">;
        stale.set(topic, [topic]);
      } else applyState(name, data);
    }
    for (const [id, more] of rows) queryClient.setQueryData<JournalItem[]>(keys.executions.journal(id), (old) => withRows(old, more));
    for (const queryKey of stale.values()) void queryClient.invalidateQueries({ queryKey });
  });
}

function applyState(name: string, data: unknown): void {
  if (name === "nodes") {
    const event = data as NodesEvent;
    queryClient.setQueryData<Execution>(keys.executions.detail(event.execution_id), (old) => withNodes(old, event));
  } else if (name === "status") {
    const row = data as ExecutionRow;
    queryClient.setQueryData<Execution>(keys.executions.detail(row.id), (old) => withStatus(old, row));
    queryClient.setQueriesData<Parameters<typeof withRowInPages>[0]>({ queryKey: ["executions", "list"] }, (old) => (old && "pages" in old ? withRowInPages(old, row) : old));
  }
}

import { beforeEach, expect, it, vi } from "vitest";
import { LiveHub, type Port, type Source, type ToTab } from "./live-hub";

class FakeSource implements Source {
  static all: FakeSource[] = [];
  readyState = 1;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  listeners: Record<string, (event: { data: string; lastEventId: string }) => void> = {};
  constructor(readonly url: string) { FakeSource.all.push(this); }
  addEventListener(name: string, listener: (event: { data: string; lastEventId: string }) => void) { this.listeners[name] = listener; }
  close() { this.readyState = 2; }
  emit(name: string, data: object, lastEventId = "") { this.listeners[name]!({ data: JSON.stringify(data), lastEventId }); }
}

const tab = () => {
  const heard: ToTab[] = [];
  return { heard, port: { postMessage: (message: ToTab) => void heard.push(message) } as Port };
};
const want = (executions: string[], topics: string[] = []) => ({ type: "want" as const, wanted: { executions, topics } });

beforeEach(() => {
  FakeSource.all = [];
  vi.useFakeTimers();
  return () => vi.useRealTimers();
});

it("holds one stream for two tabs, and tells each what it asked for", () => {
  const [one, other] = [tab(), tab()];
  const hub = new LiveHub((url) => new FakeSource(url));

  hub.receive(one.port, want(["a"]));
  hub.receive(other.port, want(["b"], ["executions"]));
  vi.advanceTimersByTime(100);
  FakeSource.all[0]!.emit("nodes", { execution_id: "a" });
  FakeSource.all[0]!.emit("changed", { topic: "executions" });

  expect(FakeSource.all.map((source) => source.url)).toEqual(["/api/v1/live?execution=a&execution=b&topic=executions"]);
  expect(one.heard.filter((message) => message.type === "event")).toEqual([{ type: "event", name: "nodes", data: { execution_id: "a" } }]);
  expect(other.heard.filter((message) => message.type === "event")).toEqual([{ type: "event", name: "changed", data: { topic: "executions" } }]);
});

it("goes on after the last event it heard, within a second", () => {
  const { port } = tab();
  const hub = new LiveHub((url) => new FakeSource(url));
  hub.receive(port, want(["a"]));
  vi.advanceTimersByTime(100);
  const first = FakeSource.all[0]!;
  first.onopen!();
  first.emit("nodes", { execution_id: "a" }, "c7");

  first.close();
  first.onerror!();
  vi.advanceTimersByTime(1000);

  expect(FakeSource.all[1]!.url).toBe("/api/v1/live?execution=a&after=c7");
});

it("tells what may have changed while a stream that had heard nothing was replaced", () => {
  const [one, other] = [tab(), tab()];
  const hub = new LiveHub((url) => new FakeSource(url));
  hub.receive(one.port, want([], ["approvals"]));
  vi.advanceTimersByTime(100);
  FakeSource.all[0]!.onopen!();

  hub.receive(other.port, want([], ["executions"]));
  vi.advanceTimersByTime(100);
  FakeSource.all[1]!.onopen!();

  expect(one.heard.filter((message) => message.type === "event")).toEqual([{ type: "event", name: "changed", data: { topic: "approvals" } }]);
});

it("opens a stream anew that says nothing, as one behind a proxy whose server is gone", () => {
  const { port } = tab();
  const hub = new LiveHub((url) => new FakeSource(url));
  hub.receive(port, want(["a"]));
  vi.advanceTimersByTime(100);
  FakeSource.all[0]!.onopen!();

  vi.advanceTimersByTime(30_000);
  FakeSource.all[0]!.emit("ping", {});
  vi.advanceTimersByTime(30_000);
  expect(FakeSource.all).toHaveLength(1);
  vi.advanceTimersByTime(11_000);

  expect(FakeSource.all).toHaveLength(2);
});

it("asks a server without a stream less and less often", () => {
  const { port, heard } = tab();
  const hub = new LiveHub((url) => {
    const source = new FakeSource(url);
    setTimeout(() => { source.close(); source.onerror?.(); }, 1);
    return source;
  });

  hub.receive(port, want(["a"]));
  vi.advanceTimersByTime(60_000);

  expect(FakeSource.all.length).toBeLessThan(10);
  expect(heard.at(-1)).toEqual({ type: "state", state: "off" });
});

it("closes the stream when the last tab leaves", () => {
  const { port } = tab();
  const hub = new LiveHub((url) => new FakeSource(url));
  hub.receive(port, want(["a"]));
  vi.advanceTimersByTime(100);

  hub.receive(port, { type: "bye" });
  vi.advanceTimersByTime(100);

  expect(FakeSource.all[0]!.readyState).toBe(2);
});

it("listens again to what has ended, from where it was, when a tab asks for it", () => {
  const { port } = tab();
  const hub = new LiveHub((url) => new FakeSource(url));
  hub.receive(port, want(["a"]));
  vi.advanceTimersByTime(100);
  FakeSource.all[0]!.emit("end", { execution_id: "a" }, "c7");

  hub.receive(port, { type: "again" });
  vi.advanceTimersByTime(100);

  expect(FakeSource.all.map((source) => source.url)).toEqual(["/api/v1/live?execution=a", "/api/v1/live?execution=a&after=c7"]);
  expect(FakeSource.all[0]!.readyState).toBe(2);
});

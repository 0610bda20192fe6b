/** What a tab wants to hear of. */
export interface Wanted { executions: string[]; topics: string[] }
export type LiveState = "connecting" | "live" | "off";
export type FromTab = { type: "want"; wanted: Wanted } | { type: "again" } | { type: "ping" } | { type: "bye" };
export type ToTab = { type: "state"; state: LiveState } | { type: "event"; name: string; data: unknown };

export interface Port { postMessage(message: ToTab): void }
/** The part of EventSource that is used, so that tests can bring their own. */
export interface Source {
  readyState: number;
  onopen: (() => void) | null;
  onerror: (() => void) | null;
  addEventListener(name: string, listener: (event: { data: string; lastEventId: string }) => void): void;
  close(): void;
}

const EVENTS = ["nodes", "journal", "status", "end", "changed", "ping"];
/** The server pings every 15 seconds; a proxy may keep a stream open that is dead behind it. */
const DEAD_AFTER = 40_000;
const CLOSED = 2;
/** A hidden tab's timers may run once a minute only. */
const SILENT_FOR = 150_000;
const AGAIN = [1000, 1000, 2000, 5000, 15_000];

/** Holds one stream for all tabs: the union of what they want, told to each that asked. */
export class LiveHub {
  private tabs = new Map<Port, { wanted: Wanted; seen: number }>();
  private source: Source | null = null;
  private url = "";
  private cursor = "";
  private state: LiveState = "off";
  private failures = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private watchdog: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly open: (url: string) => Source,
    private readonly clock: () => number = Date.now,
  ) {}

  receive(port: Port, message: FromTab): void {
    if (message.type === "bye") {
      this.tabs.delete(port);
      this.plan(50);
      return;
    }
    const tab = this.tabs.get(port) ?? { wanted: { executions: [], topics: [] }, seen: 0 };
    this.tabs.set(port, { wanted: message.type === "want" ? message.wanted : tab.wanted, seen: this.clock() });
    if (message.type === "again") {
      this.url = "";
      this.plan(30);
    }
    if (message.type === "want") {
      port.postMessage({ type: "state", state: this.state });
      this.plan(30);
    }
  }

  private plan(wait: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.connect(), wait);
  }

  /** The stream for what is wanted now; goes on after the last event that was heard. */
  private connect(): void {
    for (const [port, tab] of this.tabs) if (this.clock() - tab.seen > SILENT_FOR) this.tabs.delete(port);
    const executions = new Set<string>();
    const topics = new Set<string>();
    for (const { wanted } of this.tabs.values()) {
      wanted.executions.forEach((id) => executions.add(id));
      wanted.topics.forEach((topic) => topics.add(topic));
    }
    const query = new URLSearchParams();
    [...executions].sort().slice(0, 50).forEach((id) => query.append("execution", id));
    [...topics].sort().forEach((topic) => query.append("topic", topic));
    const wanted = query.toString();
    if (wanted === this.url && this.source && this.source.readyState !== CLOSED) return;
    // A stream that goes on after an event is told what changed meanwhile; one that has heard none is not.
    const blind = this.source !== null && !this.cursor;
    this.source?.close();
    this.source = null;
    this.url = wanted;
    if (!wanted) return this.tell("off");
    if (this.cursor) query.set("after", this.cursor);
    this.tell(this.state === "live" ? "live" : "connecting");
    this.listen(this.open(`/api/v1/live?${query}`), blind ? [...topics] : []);
  }

  /** `missed` are topics in which something may have changed before the stream was open. */
  private listen(source: Source, missed: string[]): void {
    this.source = source;
    this.heard(source);
    source.onopen = () => {
      this.failures = 0;
      this.heard(source);
      this.tell("live");
      for (const topic of missed.splice(0)) this.send("changed", { topic });
    };
    source.onerror = () => {
      if (source !== this.source) return;
      this.tell(source.readyState === CLOSED ? "off" : "connecting");
      // A refused connection is tried again by the browser; any other answer ends the stream, and we must.
      if (source.readyState === CLOSED) this.plan(AGAIN[Math.min(this.failures++, AGAIN.length - 1)]!);
    };
    for (const name of EVENTS) {
      source.addEventListener(name, ({ data, lastEventId }) => {
        if (source !== this.source) return;
        this.heard(source);
        if (lastEventId) this.cursor = lastEventId;
        if (name !== "ping") this.send(name, JSON.parse(data));
      });
    }
  }

  private heard(source: Source): void {
    clearTimeout(this.watchdog);
    this.watchdog = setTimeout(() => {
      if (source !== this.source) return;
      source.close();
      this.tell("connecting");
      this.plan(0);
    }, DEAD_AFTER);
  }

  private send(name: string, data: { execution_id?: string; id?: string; topic?: string }): void {
    const execution = data.execution_id ?? (name === "status" ? data.id : undefined);
    for (const [port, { wanted }] of this.tabs) {
      const asked = name === "changed" ? wanted.topics.includes(data.topic ?? "") : wanted.executions.includes(execution ?? "");
      if (asked) port.postMessage({ type: "event", name, data });
    }
  }

  private tell(state: LiveState): void {
    if (state === this.state) return;
    this.state = state;
    for (const port of this.tabs.keys()) port.postMessage({ type: "state", state });
  }
}

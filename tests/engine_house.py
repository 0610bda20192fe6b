"""A house to run the engine in: a fresh database, a clock that tests move on, real workers, activities that tests steer.

Time runs by itself and can be moved on; leases are longer than any test moves it, so no worker is lost by that.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import apsw
import psycopg

from treadle.activities.handler import Immediate
from treadle.activities.registry import ActivityRegistry, built_in_registry
from treadle.domain.activity import Context
from treadle.domain.errors import ActivityError, Fatal, RetryAfter
from treadle.domain.node_types import NodeType
from treadle.domain.records import ExecutionRecord, JournalRow
from treadle.domain.values import decode
from treadle.engine.engine import WorkflowEngine
from treadle.engine.node_logs import LogBook
from treadle.engine.system import LocalWakeup, RandomIds
from treadle.engine.traces import Tracer, Traces
from treadle.engine.views import ExecutionView
from treadle.engine.worker import WorkflowWorker
from treadle.engine.worker_config import WorkerConfig, WorkerDeps
from treadle.ports import Store
from treadle.store import open_store

PATIENCE = 60.0
LEASE = 1000 * 86400.0
START = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
ANY_CONFIG: Mapping[str, Any] = {"type": "object", "properties": {}, "additionalProperties": True}
IN_THREAD = "test.thread"
IN_LOOP = "test.async"

T = TypeVar("T")


class RunningClock:
    """Runs as fast as any clock; `advance` makes it jump."""

    def __init__(self) -> None:
        self._begun = time.monotonic()
        self._ahead = 0.0

    def now(self) -> datetime:
        return START + timedelta(seconds=self.boottime())

    def boottime(self) -> float:
        return time.monotonic() - self._begun + self._ahead

    def advance(self, seconds: float) -> None:
        self._ahead += seconds


def until(condition: Callable[[], T], *, patience: float = PATIENCE) -> T:
    """What the condition says once that is true; AssertionError if it does not become so."""
    deadline = time.monotonic() + patience
    while True:
        said = condition()
        if said:
            return said
        assert time.monotonic() < deadline, f"did not come true in {patience} s; at last {said!r}"
        time.sleep(0.004)


@dataclass
class Steering:
    """What the test activities of one house saw, and what lets them go on."""

    calls: list[tuple[str, int]] = field(default_factory=list)
    """(idempotency key, attempt) of each call, in order."""
    begun: dict[str, Context] = field(default_factory=dict)
    """The latest context of each node that has begun to block."""
    cancelled: list[str] = field(default_factory=list)
    """Nodes whose coroutine was cancelled."""
    opened: dict[str, threading.Event] = field(default_factory=lambda: defaultdict(threading.Event))
    values: dict[str, Any] = field(default_factory=dict)

    def attempts(self, node_id: str) -> list[int]:
        return [attempt for key, attempt in self.calls if key.split("/")[-1].split("#")[0] == node_id]

    def note(self, ctx: Context) -> None:
        self.calls.append((ctx.idempotency_key, ctx.attempt))


class Steered(Immediate):
    def __init__(self, steering: Steering, type: str, *, mode: str = "inline") -> None:
        self.steering = steering
        self.mode = mode
        self.node_type = NodeType(type=type, summary="For tests.", category="test", config_schema=ANY_CONFIG)


class Count(Steered):
    """Notes the call, and gives back `value`."""

    def run(self, ctx: Context, config: Mapping[str, Any]) -> Any:
        self.steering.note(ctx)
        return config.get("value")


class Flaky(Steered):
    """Fails its first `fail` attempts in the way that the config says."""

    def run(self, ctx: Context, config: Mapping[str, Any]) -> Any:
        self.steering.note(ctx)
        if ctx.attempt > config.get("fail", 1):
            return {"attempt": ctx.attempt}
        if config.get("fatal"):
            raise Fatal("beyond repair", type="broken")
        if config.get("after") is not None:
            raise RetryAfter(config["after"])
        if config.get("plain"):
            raise ZeroDivisionError("by nothing")
        raise ActivityError("not yet", type=config.get("type", "flaky"), details={"attempt": ctx.attempt})


class Exits(Steered):
    """Calls `sys.exit`, as libraries made for the command line do, or raises what the test gave as `raises`."""

    def run(self, ctx: Context, config: Mapping[str, Any]) -> Any:
        if "raises" in self.steering.values:
            raise self.steering.values["raises"]
        sys.exit("usage: no such option")


class ExitsInLoop(Exits):
    async def run(self, ctx: Context, config: Mapping[str, Any]) -> Any:
        super().run(ctx, config)


class InThread(Steered):
    """Blocks a thread until the node is opened or told that nobody wants its result."""

    def run(self, ctx: Context, config: Mapping[str, Any]) -> Any:
        self.steering.note(ctx)
        self.steering.begun[ctx.node_id] = ctx
        deadline = time.monotonic() + PATIENCE
        while not (ctx.cancelled or self.steering.opened[ctx.node_id].wait(0.005)) and time.monotonic() < deadline:
            pass
        if ctx.cancelled:
            self.steering.cancelled.append(ctx.node_id)
        return config.get("value", "done")


class InLoop(Steered):
    """Awaits until the node is opened."""

    async def run(self, ctx: Context, config: Mapping[str, Any]) -> Any:
        self.steering.note(ctx)
        self.steering.begun[ctx.node_id] = ctx
        deadline = time.monotonic() + PATIENCE
        try:
            while not self.steering.opened[ctx.node_id].is_set() and time.monotonic() < deadline:
                await asyncio.sleep(0.005)
        except asyncio.CancelledError:
            self.steering.cancelled.append(ctx.node_id)
            raise
        return config.get("value", "done")


class Value(Steered):
    """Gives back a Python value that no JSON can say."""

    def run(self, ctx: Context, config: Mapping[str, Any]) -> Any:
        return self.steering.values[config["key"]]


@dataclass
class House:
    store: Store
    clock: RunningClock
    registry: ActivityRegistry
    engine: WorkflowEngine
    steering: Steering
    wakeup: LocalWakeup
    url: str
    workers: list[tuple[WorkflowWorker, threading.Thread]] = field(default_factory=list)
    secrets: dict[str, str] = field(default_factory=dict)
    tracer: Tracer | None = None

    # Workers

    def hire(self, **config: Any) -> WorkflowWorker:
        """Start one more worker; it is registered when this comes back."""
        fields: dict[str, Any] = {"poll_interval": 0.02, "lease": LEASE, "grace": 5.0, "commit_lanes": 1, **config}
        logs = LogBook(self.store.logs)
        traces = Traces(self.tracer) if self.tracer is not None else None
        deps = WorkerDeps(
            self.store, self.registry, self.clock, RandomIds(), self.wakeup, self.secrets.__getitem__, logs, traces=traces
        )
        worker = WorkflowWorker(WorkerConfig(**fields), deps)
        self.workers.append((worker, worker.start_in_thread()))
        until(lambda: worker.incarnation and worker.incarnation.id in {each.id for each in self.store.workers.list()})
        return worker

    def dismiss(self, worker: WorkflowWorker) -> None:
        """Stop it gracefully, and wait until it has."""
        [thread] = [t for w, t in self.workers if w is worker]
        worker.stop()
        thread.join(PATIENCE)
        assert not thread.is_alive()
        self.workers = [(w, t) for w, t in self.workers if w is not worker]

    def evict_all(self) -> None:
        """Every worker's row is taken away under it, as if each had died; its executions count a crash."""
        for worker in self.store.workers.list():
            self.store.workers.evict(worker.id)

    def close(self) -> None:
        for gate in list(self.steering.opened.values()):
            gate.set()
        for worker, _ in list(self.workers):
            self.dismiss(worker)
        self.store.close()

    # Executions

    def start(self, graph: Mapping[str, Any], name: str = "w", **fields: Any) -> str:
        self.engine.save_workflow(name, graph)
        return self.engine.create(name, **fields).id

    def run(self, graph: Mapping[str, Any], name: str = "w", **fields: Any) -> ExecutionView:
        """Start it and wait for the end."""
        return self.ended(self.start(graph, name, **fields))

    def ended(self, execution_id: str) -> ExecutionView:
        """Once it has ended for good."""
        def final() -> bool:
            record = self.record(execution_id)
            return record.status.value in ("completed", "failed", "cancelled") and record.next_retry_at is None

        until(final)
        return self.engine.show(execution_id)

    def until_status(self, execution_id: str, status: str) -> ExecutionView:
        until(lambda: self.record(execution_id).status == status)
        return self.engine.show(execution_id)

    def until_begun(self, *node_ids: str) -> None:
        until(lambda: all(node_id in self.steering.begun for node_id in node_ids))

    def until_parked(self, execution_id: str) -> ExecutionView:
        """Once it waits and nobody owns it."""
        return self.until_status(execution_id, "waiting")

    def record(self, execution_id: str) -> ExecutionRecord:
        return self.store.executions.get(execution_id)

    def journal(self, execution_id: str) -> list[JournalRow]:
        return list(self.store.executions.journal(execution_id))

    def rows(self, execution_id: str, node_id: str) -> list[JournalRow]:
        return [row for row in self.journal(execution_id) if row.node_id == node_id]

    def outputs(self, execution_id: str, node_id: str) -> list[Any]:
        """What the visits of a node put out, in order of finishing."""
        return [decode(row.output_json or "null") for row in self.rows(execution_id, node_id) if row.kind == "done"]

    def sql(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Run a statement on a connection of its own; parameters are question marks."""
        if self.url.startswith("sqlite"):
            connection = apsw.Connection(self.url.removeprefix("sqlite:///"))
            connection.set_busy_timeout(5000)
            try:
                return list(connection.execute(statement, parameters))
            finally:
                connection.close()
        with psycopg.connect(self.url, autocommit=True) as session:
            cursor = session.execute(statement.replace("?", "%s").encode(), parameters)
            return cursor.fetchall() if cursor.description else []


@contextmanager
def open_house(url: str) -> Iterator[House]:
    clock = RunningClock()
    store = open_store(url, clock=clock)
    store.migrate()
    steering = Steering()
    registry = built_in_registry()
    for handler in (
        Count(steering, "test.count"),
        Flaky(steering, "test.flaky"),
        Value(steering, "test.value"),
        Exits(steering, "test.exit.inline"),
        Exits(steering, "test.exit.thread", mode="thread"),
        ExitsInLoop(steering, "test.exit.async", mode="async"),
        InThread(steering, IN_THREAD, mode="thread"),
        InLoop(steering, IN_LOOP, mode="async"),
    ):
        registry.register(handler)
    wakeup = LocalWakeup()
    engine = WorkflowEngine(store, registry, ids=RandomIds(), wakeup=wakeup)
    house = House(store, clock, registry, engine, steering, wakeup, url)
    try:
        yield house
    finally:
        house.close()


# Graphs, said shortly


def node(id: str, type: str = "test.count", config: Mapping[str, Any] | None = None, **keys: Any) -> dict[str, Any]:
    return {"id": id, "type": type, "config": dict(config or {}), **keys}


def value(id: str, of: Any, **keys: Any) -> dict[str, Any]:
    """A node that puts out a value."""
    return node(id, "set", {"value": of}, **keys)


def edge(path: str, **keys: Any) -> dict[str, Any]:
    """An edge such as `a -> b`, or `a.port -> b`."""
    source, target = path.split(" -> ")
    source, _, port = source.partition(".")
    return {"source": source, "target": target, **({"port": port} if port else {}), **keys}


def graph(nodes: list[dict[str, Any]], *edges: str | dict[str, Any], settings: Mapping[str, Any] | None = None) -> dict[str, Any]:
    return {
        "nodes": nodes,
        "edges": [edge(one) if isinstance(one, str) else one for one in edges],
        **({"settings": dict(settings)} if settings else {}),
    }


def seqs(rows: list[JournalRow]) -> list[int]:
    return [row.seq for row in rows]

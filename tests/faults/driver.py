"""Starts real workers on a real database, harms them, and waits for what must come about all the same.

`TREADLE_CHAOS_SCALE` multiplies executions and faults (1 is what CI runs), `TREADLE_CHAOS_SEED` chooses the moments.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Any

import apsw
import psycopg

import ledger
from treadle.activities.declaration import Declaration
from treadle.activities.function_handler import FunctionHandler
from treadle.activities.registry import ActivityRegistry, built_in_registry
from treadle.domain.errors import StoreUnavailableError
from treadle.engine.engine import WorkflowEngine
from treadle.engine.system import LocalWakeup, RandomIds
from treadle.ports import Store
from treadle.store import open_store

TESTS = Path(__file__).parents[1]
SCALE = int(os.environ.get("TREADLE_CHAOS_SCALE", "1"))
SEED = int(os.environ.get("TREADLE_CHAOS_SEED", "1"))
PATIENCE = 60.0 * SCALE
"""Seconds after which what must come about counts as never coming; a limit, far above what it takes."""

NODES = ("first", "left", "right", "joined", "last")
PREDECESSORS = {"first": (), "left": ("first",), "right": ("first",), "joined": ("left", "right"), "last": ("joined",)}


def five_nodes(seconds: float = 0.02) -> dict[str, Any]:
    """A fork, a join, and a node behind it; each node is told its predecessors' results."""
    nodes = [{"id": node, "type": "ledger.step", "config": _config(node, seconds)} for node in NODES]
    nodes[2] = {"id": "right", "type": "ledger.step_async", "config": _config("right", None)}
    edges = [{"source": source, "target": node} for node, sources in PREDECESSORS.items() for source in sources]
    return {"nodes": nodes, "edges": edges}


def _config(node: str, seconds: float | None) -> dict[str, Any]:
    after = {source: f"{{{{ nodes.{source}.output }}}}" for source in PREDECESSORS[node]}
    return {"after": after} | ({} if seconds is None else {"seconds": seconds})


@dataclass(slots=True)
class Worker:
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    def said(self) -> str:
        return self.log.read_text()

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def kill(self) -> None:
        """End it as a power cut would; its neighbours see at once that the process is gone."""
        self.process.kill()
        self.process.wait()

    def kill_unseen(self) -> None:
        """The same, but until `wait` the process table still has it, as if it ran on another machine: the lease must do."""
        self.process.kill()


@dataclass
class Cluster:
    """Workers on one database. `url` is how they reach it, `direct_url` how the test and the handlers do."""

    folder: Path
    direct_url: str
    url: str = ""
    lease: float = 3.0
    poll_interval: float = 0.2
    settings: dict[str, str] = field(default_factory=dict)
    random: Random = field(default_factory=lambda: Random(SEED))
    workers: list[Worker] = field(default_factory=list)
    gone: list[Worker] = field(default_factory=list)
    started: int = 0

    def __post_init__(self) -> None:
        self.store: Store = open_store(self.direct_url)
        self.engine = WorkflowEngine(self.store, _handlers(), ids=RandomIds(), wakeup=LocalWakeup())

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for worker in (*self.workers, *self.gone):
            worker.kill()
        self.store.close()
        if error is not None:
            error.add_note(f"TREADLE_CHAOS_SEED={SEED}")
            for log in sorted(self.folder.glob("*.log")):
                error.add_note(f"{log.name}: …{log.read_text()[-3000:]}")

    @property
    def ledger(self) -> list[ledger.Run]:
        return ledger.read_ledger(self.folder / "ledger.jsonl")

    def environment(self) -> dict[str, str]:
        path = os.pathsep.join([str(TESTS / "faults"), str(TESTS), *filter(None, [os.environ.get("PYTHONPATH")])])
        return {
            **os.environ,
            "PYTHONPATH": path,
            "TREADLE_DATABASE_URL": self.url or self.direct_url,
            "TREADLE_LEASE_SECONDS": str(self.lease),
            "TREADLE_POLL_INTERVAL": str(self.poll_interval),
            "TREADLE_ACTIVITIES": "ledger_activities",
            ledger.FILE: str(self.folder / "ledger.jsonl"),
            ledger.DATABASE_URL: self.direct_url,
            **self.settings,
        }

    def spawn(self, *command: str) -> Worker:
        """A process of `treadle`, with a log of its own."""
        log = self.folder / f"{command[0]}-{len(list(self.folder.glob('*.log')))}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "treadle", *command], stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                cwd=self.folder, env=self.environment(),
            )  # fmt: skip
        return Worker(process, log)

    def start_worker(self) -> Worker:
        worker = self.spawn("worker")
        self.workers.append(worker)
        return worker

    def start_workers(self, count: int) -> None:
        """Start them and wait until each has a row."""
        started = [self.start_worker() for _ in range(count)]
        eventually(lambda: {worker.pid for worker in started} <= {row.pid for row in self.store.workers.list()})

    def until_no_suspects(self) -> None:
        """Return when a kill cannot be the third of one execution without progress, which would rightly set it aside."""
        eventually(lambda: not self._has_suspects())

    def replace(self, worker: Worker, *, seen: bool = True) -> Worker:
        """Kill a worker and start another in its place."""
        (worker.kill if seen else worker.kill_unseen)()
        self.workers.remove(worker)
        self.gone.append(worker)
        return self.start_worker()

    def start(self, workflow: str, count: int, *, give_up: Callable[[], bool] = lambda: False) -> None:
        """Start executions, each asked for again until it is answered."""
        for _ in range(count):
            self.started += 1
            key = f"key-{self.started}"
            while not give_up():
                try:
                    self.engine.create(workflow, idempotency_key=key)
                except StoreUnavailableError:
                    pause(0.05)
                else:
                    break

    def pids(self) -> set[int]:
        """The processes that have a worker's row."""
        return {row.pid for row in self.store.workers.list()}

    def held_by(self, worker: Worker) -> int:
        """How many executions a process owns."""
        return sum(row.executions for row in self.store.workers.list() if row.pid == worker.pid)

    def until_held(self, worker: Worker, count: int) -> None:
        """Return when a process owns so many executions."""
        eventually(lambda: self.held_by(worker) >= count)

    def until_gone(self, worker: Worker) -> None:
        """Return when a process has no row any more."""
        eventually(lambda: worker.pid not in self.pids())

    def until_registered(self, worker: Worker) -> None:
        eventually(lambda: worker.pid in self.pids())

    def until_alone(self, worker: Worker) -> None:
        """Return when no other process has a row."""
        eventually(lambda: self.pids() == {worker.pid})

    def until_recorded(self, results: int) -> None:
        """Return when so many nodes have put out something."""
        eventually(lambda: len(rows(self.direct_url, "SELECT seq FROM journal WHERE kind = 'done'")) >= results)

    def until_all_ended(self) -> None:
        """Return when everything that was started has come to its end."""
        eventually(self._all_ended)

    def _has_suspects(self) -> bool:
        return rows(self.direct_url, "SELECT id FROM execution WHERE status = 'running' AND crashes > 1 LIMIT 1") != []

    def _all_ended(self) -> bool:
        # Those that have died of a fault are started again, as a supervisor would.
        for worker in list(self.workers):
            if worker.process.poll() is not None:
                self.replace(worker)
        counts = self.store.executions.counts()
        return not any(counts.get(status) for status in ("running", "waiting", "paused"))

    def stop_workers(self) -> list[int]:
        """Stop all gracefully, when the dead ones have been found out; their exit codes."""
        alive = {worker.pid for worker in self.workers}
        eventually(lambda: self.pids() == alive)
        for worker in self.workers:
            worker.signal(signal.SIGTERM)
        return [worker.process.wait(timeout=PATIENCE) for worker in self.workers]


def eventually(condition: Callable[[], bool]) -> None:
    """Return when the condition holds; a database that is away for a moment does not count."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            if condition():
                return
        except StoreUnavailableError:
            pass
        pause(0.05)
    raise AssertionError(f"did not come about in {PATIENCE:.0f} s")


def rows(url: str, query: str) -> list[tuple[Any, ...]]:
    """What the tables say, asked past the project's own code."""
    if url.startswith(ledger.SQLITE):
        connection = apsw.Connection(url.removeprefix(ledger.SQLITE))
        connection.set_busy_timeout(5_000)
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()
    with psycopg.connect(url) as postgres:
        return postgres.execute(query.encode()).fetchall()


def pause(seconds: float) -> None:
    """Real time passes: faults must fall at moments that nobody chose."""
    time.sleep(seconds)


def _handlers() -> ActivityRegistry:
    """The built-in node types and the ledger's, without declaring the latter in this process."""
    registry = built_in_registry()
    functions: Sequence[tuple[Callable[..., Any], str]] = (
        (ledger.step, "thread"), (ledger.step_async, "async"), (ledger.poison, "thread"),
    )  # fmt: skip
    for function, mode in functions:
        declaration = Declaration(function, f"ledger.{function.__name__}", ("out",), mode, "custom", "", "any JSON")
        registry.register(FunctionHandler(declaration))
    return registry

"""A simulated world: workers, a client and faults on one real database, all on virtual time."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from random import Random
from types import SimpleNamespace
from typing import Any

from simulation.virtual_time import Machine, VirtualBeats, VirtualClock, VirtualHandlerThreads, VirtualLoop, VirtualThread
from simulation.workflows import WORKFLOWS
from treadle.activities.handler import Immediate
from treadle.activities.registry import built_in_registry
from treadle.domain.activity import Context
from treadle.domain.errors import ActivityError, ConflictError, DefinitionError, NotFoundError, StoreUnavailableError
from treadle.domain.node_types import NodeType
from treadle.domain.records import MessageOutcome
from treadle.domain.states import ExecutionStatus
from treadle.engine.engine import WorkflowEngine
from treadle.engine.frames import place_of_row
from treadle.engine.incarnation import Incarnation
from treadle.engine.lanes import Lanes
from treadle.engine.program import Programs
from treadle.engine.system import LocalWakeup
from treadle.engine.worker_config import WorkerConfig, WorkerDeps
from treadle.store import open_store

LOSSES = 2
"""Workers lost in one run: one less than would set an execution aside."""
GROUPS = (
    "workers", "ownership", "phases", "executions", "approvals", "workflows", "schedules", "limits", "heartbeats", "upkeep",
)  # fmt: skip
SETTLED = frozenset({ExecutionStatus.COMPLETED, ExecutionStatus.CANCELLED})
ANY_CONFIG: Mapping[str, Any] = {"type": "object", "properties": {}, "additionalProperties": True}


class CountedIds:
    """Ids that are the same in each run of a seed."""

    def __init__(self, random: Random, name: str) -> None:
        self.random = random
        self._name = name
        self._count = 0

    def _next(self, kind: str) -> str:
        self._count += 1
        return f"{kind}-{self._name}{self._count:08}"

    def execution(self) -> str:
        return self._next("exec")

    def worker(self) -> str:
        return self._next("worker")

    def message(self) -> str:
        return self._next("msg")

    def webhook(self) -> str:
        return self._next("hook")

    def schedule(self) -> str:
        return self._next("sched")


class Work(Immediate):
    """Notes the run, and that the results it needs are in the database. Fails its first `fail` attempts."""

    def __init__(self, world: World, type: str, mode: str) -> None:
        self._world = world
        self.mode = mode
        self.node_type = NodeType(type=type, summary="For the simulation.", category="test", config_schema=ANY_CONFIG)

    def run(self, ctx: Context, config: Mapping[str, Any]) -> Any:
        world = self._world
        world.runs[ctx.idempotency_key, ctx.attempt] += 1
        stored = world.store.executions.journal(ctx.execution_id)
        finished = {row.node_id for row in stored if row.kind in ("done", "failed")}
        missing = set(config.get("needs", ())) - finished
        assert not missing or world.note(f"I3 {ctx.idempotency_key} ran before {missing} was committed")
        if config.get("once") and world.runs[ctx.idempotency_key, ctx.attempt] > 1:
            world.note(f"P3 {ctx.idempotency_key} ran twice, at most once was asked")
        if self.mode != "inline":
            found = ctx.heartbeat_details
            assert found is None or found <= ctx.attempt or world.note(f"{ctx.idempotency_key} found a later attempt's words")
            ctx.heartbeat(ctx.attempt)
        if ctx.attempt <= config.get("fail", 0):
            raise ActivityError("not yet", type="flaky")
        return ctx.attempt


class FaultyGroup:
    """A group of store verbs as a worker sees it over a bad network: a call may fail before or after it took effect."""

    def __init__(self, world: World, group: Any) -> None:
        self._world = world
        self._group = group

    def __getattr__(self, name: str) -> Any:
        verb = getattr(self._group, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            chance = self._world.random.random()
            if chance < self._world.fault_rate:
                raise StoreUnavailableError(f"{name}: cut before")
            reply = verb(*args, **kwargs)
            if chance > 1 - self._world.fault_rate:
                self._world.lost_replies += 1
                raise StoreUnavailableError(f"{name}: the reply is lost")
            return reply

        return call


class World:
    def __init__(self, seed: int, loop: VirtualLoop) -> None:
        self.random = Random(seed)
        self.loop = loop
        self.clock = VirtualClock(loop)
        self.store = open_store("sqlite://:memory:", clock=self.clock)
        self.store.migrate()
        self.fault_rate = self.random.choice((0.0, 0.01, 0.05))
        self.losses_left = self.random.choice((0, LOSSES))
        self.losses = 0
        self.lost_replies = 0
        self.wrong: list[str] = []
        self.runs: Counter[tuple[str, int]] = Counter()
        self.executions: list[str] = []
        self.cancelled: set[str] = set()
        self.gone_back: set[str] = set()
        self.forks_left = 2
        self.settled: dict[str, ExecutionStatus] = {}
        self.wakeup = LocalWakeup()
        self.handlers = built_in_registry()
        for mode in ("inline", "thread"):
            self.handlers.register(Work(self, f"sim.{mode}", mode))
        self.engine = WorkflowEngine(self.store, self.handlers, ids=CountedIds(self.random, "c"), wakeup=self.wakeup)
        for name, graph in WORKFLOWS.items():
            for version in (1, 2):
                self.engine.save_workflow(name, {**graph, "settings": {**graph["settings"], "vars": {"version": version}}})
        self._workers: list[tuple[Machine, asyncio.Task[None]]] = []
        self._stopping = asyncio.Event()
        self._incarnations: list[Incarnation] = []
        self._hired = 0

    def note(self, words: str) -> bool:
        self.wrong.append(f"{self.loop.seconds:.3f}: {words}")
        return True

    # Workers

    def hire(self) -> None:
        self._hired += 1
        machine = Machine(self.loop, self.random)
        task = self.loop.create_task(self._live(machine, f"w{self._hired}-"))
        self._workers.append((machine, task))

    async def _live(self, machine: Machine, name: str) -> None:
        store: Any = SimpleNamespace(**{group: FaultyGroup(self, getattr(self.store, group)) for group in GROUPS})
        deps = WorkerDeps(store, self.handlers, self.clock, CountedIds(self.random, name), self.wakeup)
        config = WorkerConfig(concurrency=self.random.choice((1, 3, 10)))
        threads: Any = [VirtualThread(machine) for _ in range(4)]
        handlers: Any = VirtualHandlerThreads(machine)
        lanes = Lanes(threads[:2], threads[2], threads[3], handlers)
        programs = Programs(self.handlers)
        while not self._stopping.is_set():
            incarnation = Incarnation(config, deps, programs, lanes, host="simulation", pid=os.getpid())
            self._incarnations.append(incarnation)
            lease = incarnation._lease
            beats: Any = VirtualBeats(machine, lease.interval, lease._beat, lease._stop.is_set)
            lease._thread = beats  # the only thread an incarnation makes by itself
            await incarnation.run(self._stopping)

    def lose_a_worker(self) -> None:
        """Kill one, or stop one for longer than its lease."""
        if not self.losses_left:
            return
        self.losses_left -= 1
        self.losses += 1
        index = self.random.randrange(len(self._workers))
        machine, task = self._workers[index]
        if self.random.random() < 0.5:
            machine.stopped_until = self.loop.seconds + self.random.uniform(20, 60)
        else:
            machine.dead = True
            task.cancel()
            del self._workers[index]
            self.hire()

    # The client

    def act(self) -> None:
        """One thing a client does, chosen by chance. Every other execution is left alone: a message can mend a hang."""
        chosen = self.random.choice(self.executions[::2])
        with suppress(ConflictError, DefinitionError, NotFoundError):
            match self.random.choice((
                "signal", "signal", "pause", "resume", "resume", "decide", "retry", "cancel", "move", "go back", "fork",
            )):
                case "signal":
                    self.engine.signal(chosen, "go", signal_id=str(self.random.randrange(3)))
                case "pause":
                    self.engine.pause(chosen)
                case "resume":
                    self.engine.resume(chosen)
                case "retry":
                    self.engine.retry(chosen)
                case "go back" if places := self._places(chosen):
                    self.engine.retry(chosen, from_node=self.random.choice(places))
                    self.gone_back.add(chosen)
                case "fork" if (places := self._places(chosen)) and self.forks_left:
                    self.forks_left -= 1
                    fork = self.engine.fork(chosen, self.random.choice(places)).id
                    assert fork is not None
                    self.executions.append(fork)
                case "decide":
                    self._decide()
                case "move":
                    self.engine.move(chosen, 3 - self.store.executions.get(chosen).version)
                case "cancel" if self.random.random() < 0.3:
                    if self.engine.cancel(chosen).outcome is MessageOutcome.ACCEPTED:
                        self.cancelled.add(chosen)
        self._look()

    def _places(self, execution_id: str) -> list[str]:
        return sorted({place_of_row(row) for row in self.store.executions.journal(execution_id) if row.node_id})

    def _decide(self) -> None:
        for approval in self.store.executions.approvals(status="open").items:
            with suppress(ConflictError):
                self.engine.decide(approval.id, self.random.choice(("approved", "rejected")))

    def _look(self) -> None:
        """Note each settled state, and that it never changes."""
        for execution_id in self.executions:
            status = self.store.executions.get(execution_id).status
            if self.settled.get(execution_id, status) is not status:
                self.note(f"I7 {execution_id} was {self.settled[execution_id]} and is {status}")
            if status in SETTLED:
                self.settled[execution_id] = status

    # The story

    async def play(self, *, executions: int, acts: int) -> None:
        for _ in range(self.random.choice((1, 2, 3))):
            self.hire()
        for _ in range(executions):
            await asyncio.sleep(self.random.random())
            self.executions.append(self.engine.create(self.random.choice(list(WORKFLOWS))).id)
        for _ in range(acts):
            await asyncio.sleep(self.random.random() * self.random.choice((0.01, 0.5, 6.0)))
            self.act()
            if self.random.random() < 0.1:
                self.lose_a_worker()
        await self._wind_up()
        self._stopping.set()
        await asyncio.wait([task for _, task in self._workers], timeout=300)
        for _, task in self._workers:
            if not task.done():
                self.note("a worker did not stop")
            elif not task.cancelled() and task.exception() is not None:
                self.note(f"a worker died of {task.exception()!r}")
        for incarnation in self._incarnations:
            for execution_id in incarnation._broken:
                self.note(f"an exception where none should be, for {execution_id}")

    async def _wind_up(self) -> None:
        """Let go on whatever waits for someone, until nothing is open."""
        for _ in range(120):
            await asyncio.sleep(5)
            open_ones = [e for e in self.executions if not self._is_over(e)]
            if not open_ones:
                return
            for execution_id in open_ones:
                self._let_go(execution_id)
            self._decide()
        for execution_id in open_ones:
            record = self.store.executions.get(execution_id)
            self.note(f"I1 {execution_id} ({record.workflow}) is {record.status} for ever, owner {record.owner}")

    def _let_go(self, execution_id: str) -> None:
        """Only what is parked: a message would wake one that hangs, and hide that."""
        with suppress(ConflictError):
            match self.store.executions.get(execution_id).status:
                case ExecutionStatus.PAUSED:
                    self.engine.resume(execution_id)
                case ExecutionStatus.WAITING:
                    self.engine.signal(execution_id, "go")
                case _:
                    pass

    def _is_over(self, execution_id: str) -> bool:
        record = self.store.executions.get(execution_id)
        return record.status in SETTLED or (record.status is ExecutionStatus.FAILED and record.next_retry_at is None)

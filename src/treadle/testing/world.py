"""The machinery behind a house: an engine, a worker and a database in memory, on one loop whose time can be moved on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from random import Random
from typing import Any, TypeVar

from treadle.activities.registry import default_registry
from treadle.domain.durations import format_duration
from treadle.domain.errors import ConflictError
from treadle.domain.records import Approval, JournalRow, NewApproval, RowKind
from treadle.engine.engine import WorkflowEngine
from treadle.engine.system import LocalWakeup, RandomIds, time_prefix
from treadle.engine.worker_config import WorkerDeps
from treadle.store import open_store
from treadle.testing.approvals import Decision, decisions_of
from treadle.testing.crew import Crew
from treadle.testing.errors import BudgetError, StuckError
from treadle.testing.fakes import Stage, StagedHandlers
from treadle.testing.lanes import Crash
from treadle.testing.options import Options
from treadle.testing.skipping_loop import SkippingClock, SkippingLoop
from treadle.testing.tap import CrashPlan, tapped

T = TypeVar("T")

MOST_JUMPS = 100_000
"""Moves of the clock without a commit, after which something is going round in circles."""


class SkippingIds(RandomIds):
    """Ids that are the same in each run, and sort by the house's time."""

    def __init__(self, clock: SkippingClock, seed: int) -> None:
        super().__init__(Random(seed))
        self._clock = clock

    def execution(self) -> str:
        return f"exec-{time_prefix(self._clock.now().timestamp())}{self._chance(16)}"


class World:
    """Its worker only lives during `run_until` and `pass_time`. `waits` hears of each node that begins to wait."""

    def __init__(self, options: Options, *, waits: Callable[[JournalRow], None]) -> None:
        registry = default_registry(options.activities, allow_private_http=options.allow_network)
        self.loop = SkippingLoop(patience=options.patience)
        self.clock = SkippingClock(self.loop, options.start)
        self.crashes = CrashPlan(before=options.crash_before, after=options.crash_after)
        self._options = options
        self._waits = waits
        self._trouble: BaseException | None = None
        self._steps = 0
        self._jumps = 0
        self.stage = Stage(options.fakes, options.allow_network, self.trouble, calls=[], awaited={})
        self.handlers = StagedHandlers(registry, self.stage)
        self.store = open_store("sqlite://:memory:", clock=self.clock)
        self.store.migrate()
        ids, wakeup = SkippingIds(self.clock, options.seed), LocalWakeup()
        self.engine = WorkflowEngine(self.store, self.handlers, ids=ids, wakeup=wakeup)
        deps = WorkerDeps(
            tapped(self.store, self.crashes, self._committed), self.handlers, self.clock, ids, wakeup, options.secret
        )
        self.crew = Crew(self.loop, deps, trouble=self.trouble)
        self.loop.runs = lambda: self.crew.busy
        self.loop.awaits = lambda: any(self.stage.awaited.values())
        self.loop.set_exception_handler(self._unhandled)
        self._enter(self.crew.hire)

    def close(self) -> None:
        self._call(self._close())
        self.loop.close()
        self.store.close()

    def crash(self) -> None:
        """Now, from outside the loop."""
        self._enter(self.crew.crash)

    def later(self, seconds: float, step: Callable[[], None]) -> None:
        """On the loop, after so long; what it raises ends the call that drives."""
        self.loop.call_later(seconds, self._safely, step)

    def trouble(self, error: BaseException) -> None:
        """The call that drives ends with this error; the first one counts."""
        self._trouble = self._trouble or error
        self.loop.call_soon_threadsafe(self.loop.interrupt)

    def run_until(self, goal: Callable[[], bool], *, stuck: Callable[[], Sequence[str]], what: str) -> None:
        """Until the goal is reached. StuckError with what `stuck` says, BudgetError, or what went wrong inside."""
        self._call(self._run_until(goal, stuck, what))

    def pass_time(self, until: float) -> None:
        """All that happens up to then, on the loop's time."""
        self._call(self._pass_time(until))

    # On the loop

    async def _run_until(self, goal: Callable[[], bool], stuck: Callable[[], Sequence[str]], what: str) -> None:
        began = self.loop.time()
        while not await self._rest_or(goal):
            timer = self.loop.next_timer()
            passed = format_duration(self.loop.time() - began)
            if timer is None:
                raise StuckError(f"{what} waits for something that this test does not give ({passed} have passed):", stuck())
            if timer - began > self._options.max_seconds:
                most = format_duration(self._options.max_seconds)
                raise BudgetError(f"{what} would take longer than max_time={most}; it waits:\n  - " + "\n  - ".join(stuck()))
            self._jump(timer)

    async def _pass_time(self, until: float) -> None:
        while not await self._rest_or(lambda: self.loop.time() >= until):
            timer = self.loop.next_timer()
            self._jump(until if timer is None else min(timer, until))

    async def _rest_or(self, goal: Callable[[], bool]) -> bool:
        """Let everything go on that needs no time to pass; whether the goal is reached then."""
        rested = await self.loop.at_rest()
        if self._trouble is not None:
            error, self._trouble = self._trouble, None
            raise error
        if not rested:
            running = ", ".join(place for place, count in self.stage.awaited.items() if count) or "a plain function"
            last = self.stage.calls[-1].place if self.stage.calls else ""
            raise StuckError(
                f"a handler has really run for {format_duration(self._options.patience)} ({running}; the last one called: {last}); "
                "fake it, or give it more patience=…", (),
            )  # fmt: skip
        return goal()

    def _jump(self, to: float) -> None:
        self._jumps += 1
        if self._jumps > MOST_JUMPS:
            raise BudgetError(f"the clock moved {MOST_JUMPS:,} times and nothing was committed: does a handler sleep in a loop?")
        self.loop.move_to(to)

    def _committed(self, rows: Sequence[JournalRow], approvals: Sequence[NewApproval]) -> None:
        self._jumps = 0
        self._steps += sum(row.kind in (RowKind.DONE, RowKind.FAILED, RowKind.RETRYING) for row in rows)
        if self._steps > self._options.max_steps:
            last = rows[-1].node_id or "?"
            most = f"max_steps={self._options.max_steps:,}"
            self.trouble(BudgetError(f"more than {most} attempts have ended, the last at {last!r}; does a loop never end?"))
        for row in rows:
            if row.kind in (RowKind.WAITING, RowKind.BEGIN):
                self._safely(partial(self._waits, row))
        for approval in approvals:
            self._safely(partial(self._ask, approval.id))

    def _ask(self, approval_id: str) -> None:
        """Let the test's people decide an approval; what they are too late for is not decided."""
        asked = self.store.executions.approval(approval_id)
        for answer in decisions_of(asked, self._options.approvals):
            self.later(answer.seconds, partial(self._decide, asked, answer))

    def _decide(self, asked: Approval, answer: Decision) -> None:
        with suppress(ConflictError):
            self.engine.decide(asked.id, answer.decision, by=answer.person(asked), comment=answer.comment, data=answer.data)

    def _safely(self, step: Callable[[], None]) -> None:
        try:
            step()
        except Crash:
            raise
        except Exception as error:
            self.trouble(error)

    def _unhandled(self, loop: asyncio.AbstractEventLoop, context: Mapping[str, Any]) -> None:
        error = context.get("exception")
        if "handle" in context and isinstance(error, BaseException):
            self.trouble(error)
        else:
            loop.default_exception_handler(dict(context))

    async def _close(self) -> None:
        await self.crew.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self.loop.shutdown_asyncgens()

    # Off the loop

    def _enter(self, step: Callable[[], None]) -> None:
        async def inside() -> None:
            step()

        self._call(inside())

    def _call(self, story: Coroutine[Any, Any, T]) -> T:
        """Run it here; in a thread if a loop runs here already."""
        if not _a_loop_runs_here():
            return self.loop.run_until_complete(story)
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(copy_context().run, self.loop.run_until_complete, story).result()


def _a_loop_runs_here() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True

"""The worker of a test: the real one, which crashes when told, and is followed by another at once."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from treadle.engine.hosting import Owned
from treadle.engine.incarnation import Incarnation
from treadle.engine.phases import Duties
from treadle.engine.program import Programs
from treadle.engine.worker_config import WorkerConfig, WorkerDeps
from treadle.testing.lanes import CountedThreads, Life, open_lanes
from treadle.testing.skipping_loop import SkippingLoop

LEASE = 3e9
"""Longer than any test: a lease is only lost by a crash."""
POLL = 3e9
"""Nothing is polled for: the next cycle is when something is due, was hinted at, or has just happened."""
ROUNDS, AGAIN = 100, timedelta(seconds=1)
"""After so many cycles with something to do, time must pass before the next."""
HOST = "treadle.testing"


class SkippingIncarnation(Incarnation):
    """Looks again at once after it had something to do, and else only when something is due or was let go."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._rounds = 0
        self._duties: _CountedDuties = _CountedDuties(
            self._store, self._programs, worker_id=self.id, host=HOST, may_reap=self._lease.may_reap
        )

    async def _cycle(self, *, full: bool) -> datetime | None:
        self._duties.done = 0
        due = await super()._cycle(full=True)
        self._rounds = self._rounds + 1 if self._duties.done else 0
        if not self._rounds:
            return due
        if self._rounds < ROUNDS:
            self.wake()
            return due
        again = self.now() + AGAIN
        return again if due is None else min(due, again)

    def _drop(self, actor: Owned) -> None:
        """What it waits for now is only known after another cycle."""
        super()._drop(actor)
        self.wake()


class _CountedDuties(Duties):
    done = 0

    def run_once(self, now: datetime) -> int:
        self.done = super().run_once(now)
        return self.done


@dataclass(slots=True)
class _Worker:
    life: Life
    task: asyncio.Task[None] | None = None
    incarnation: SkippingIncarnation | None = None
    threads: CountedThreads | None = None


class Crew:
    """One worker at a time. `trouble` hears of an exception that ended one."""

    def __init__(self, loop: SkippingLoop, deps: WorkerDeps, *, trouble: Callable[[BaseException], None]) -> None:
        self._loop = loop
        self._deps = deps
        self._trouble = trouble
        self._config = WorkerConfig(poll_interval=POLL, lease=LEASE, grace=0.0, handler_threads=32)
        self._stopping = asyncio.Event()
        self._worker: _Worker | None = None
        self.crashes = 0
        self._gone: list[asyncio.Task[None]] = []

    @property
    def busy(self) -> bool:
        """Whether a plain handler is at work in a thread."""
        return self._worker is not None and self._worker.threads is not None and self._worker.threads.busy

    def hire(self) -> None:
        """Call it on the loop."""
        worker = self._worker = _Worker(Life(self.crash))
        worker.task = self._loop.create_task(self._work(worker))
        worker.task.add_done_callback(self._ended)

    def crash(self) -> None:
        """As `kill -9` and a new start: what was not committed is gone, and counts as a crash of those that ran."""
        worker = self._worker
        assert worker is not None
        assert worker.task is not None
        self.crashes += 1
        worker.life.over = True
        worker.task.cancel()
        self._gone.append(worker.task)
        if worker.incarnation is not None:
            worker.incarnation.lost = True
            self._deps.store.workers.evict(worker.incarnation.id)
        self.hire()

    async def close(self) -> None:
        self._stopping.set()
        tasks = [*self._gone, *([self._worker.task] if self._worker and self._worker.task else [])]
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._deps.handlers.aclose()

    async def _work(self, worker: _Worker) -> None:
        lanes, worker.threads = open_lanes(self._loop, worker.life)
        programs = Programs(self._deps.handlers)
        try:
            while not self._stopping.is_set():
                incarnation = SkippingIncarnation(self._config, self._deps, programs, lanes, host=HOST, pid=os.getpid())
                worker.incarnation = incarnation
                await incarnation.run(self._stopping)
        finally:
            lanes.close()

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._trouble(error)

"""Time that jumps: an event loop on which waiting costs nothing, and threads that are only delays.

Everything runs in one thread, in an order that the seed alone decides.
"""

from __future__ import annotations

import asyncio
import selectors
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

START = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)

Reply = Callable[[Any, BaseException | None], None]


class VirtualLoop(asyncio.SelectorEventLoop):
    """Jumps to the next timer instead of sleeping."""

    def __init__(self) -> None:
        self.seconds = 0.0
        super().__init__(_Jump(self))

    def time(self) -> float:
        return self.seconds


class _Jump(selectors.DefaultSelector):
    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._virtual = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready:
            return ready
        assert timeout is not None, "nothing will ever happen again"
        self._virtual.seconds += max(0.0, timeout)
        return ready


class VirtualClock:
    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop

    def now(self) -> datetime:
        return START + timedelta(seconds=self._loop.seconds)

    def boottime(self) -> float:
        return self._loop.seconds


class Machine:
    """The process a worker runs in: it can be stopped for a while, or killed."""

    def __init__(self, loop: VirtualLoop, random: Random) -> None:
        self.loop = loop
        self.random = random
        self.dead = False
        self.stopped_until = 0.0

    def later(self, seconds: float, step: Callable[[], None]) -> None:
        """Do it after so long, not while stopped, and not at all if dead."""
        at = max(self.loop.seconds + seconds, self.stopped_until)
        self.loop.call_at(at, self._do, step)

    def _do(self, step: Callable[[], None]) -> None:
        if self.dead:
            return
        if self.loop.seconds < self.stopped_until:
            self.later(0.0, step)
        else:
            step()


class VirtualThread:
    """A store thread: one job after another, each with a delay before it and one before its answer."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._jobs: deque[tuple[Callable[[], Any], Reply]] = deque()
        self._busy = False

    def post(self, work: Callable[[], Any], reply: Reply) -> None:
        self._jobs.append((work, reply))
        if not self._busy:
            self._busy = True
            self._next()

    async def call(self, work: Callable[[], Any]) -> Any:
        future = asyncio.get_running_loop().create_future()

        def reply(result: Any, error: BaseException | None) -> None:
            if future.done():
                return
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(result)

        self.post(work, reply)
        return await future

    def close(self) -> None:
        """Nothing to close."""

    def _next(self) -> None:
        self._machine.later(self._delay(), self._work)

    def _work(self) -> None:
        work, reply = self._jobs.popleft()
        result, error = outcome(work)

        def answer() -> None:
            if self._jobs:
                self._next()
            else:
                self._busy = False
            reply(result, error)

        self._machine.later(self._delay(), answer)

    def _delay(self) -> float:
        random = self._machine.random
        return random.choice((0.0005, 0.002, 0.01)) * random.random() if random.random() < 0.98 else random.random()


class VirtualHandlerThreads:
    """As many threads as are wanted, none of them stuck."""

    stuck = 0
    abandoned = 0
    size = 1

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def post(self, work: Callable[[], Any], reply: Reply) -> None:
        random = self._machine.random

        def run() -> None:
            result, error = outcome(work)
            self._machine.later(random.random() * random.choice((0.01, 1.0, 5.0)), lambda: reply(result, error))

        self._machine.later(random.random() * 0.01, run)

    def gave_up(self) -> None:
        """There are always more."""

    def came_back(self) -> None:
        """There are always more."""

    def close(self) -> None:
        """Nothing to close."""


class VirtualBeats:
    """Stands in for the heartbeat's thread."""

    def __init__(self, machine: Machine, interval: float, beat: Callable[[], float], stopped: Callable[[], bool]) -> None:
        self._machine = machine
        self._interval = interval
        self._beat = beat
        self._stopped = stopped

    def start(self) -> None:
        self._machine.later(self._interval, self._turn)

    def _turn(self) -> None:
        if not self._stopped():
            self._machine.later(self._beat(), self._turn)


def outcome(work: Callable[[], Any]) -> tuple[Any, BaseException | None]:
    try:
        return work(), None
    except Exception as error:  # what a thread does with any exception: hand it over
        return None, error

"""When a worker has left so many threads to themselves that it had better end."""

from __future__ import annotations

from treadle.domain.errors import StuckHandlersError
from treadle.engine.threads import HandlerThreads
from treadle.ports import Clock

PATIENCE = 30.0
"""Seconds that too many threads may be at work for nobody before the worker ends."""


class Abandonment:
    """`most` threads may be left to themselves for good; 0: half of those that there are for handlers."""

    def __init__(self, threads: HandlerThreads, clock: Clock, *, most: int) -> None:
        self._threads = threads
        self._clock = clock
        self._most = most or (threads.size + 1) // 2
        self._bearable_at = clock.boottime()

    def unbearable(self) -> bool:
        """To be asked again and again: whether it has been too many for some time."""
        now = self._clock.boottime()
        if self._threads.stuck < self._most:
            self._bearable_at = now
        return now - self._bearable_at > PATIENCE

    def error(self) -> StuckHandlersError:
        return StuckHandlersError(self._threads.stuck, self._threads.size)

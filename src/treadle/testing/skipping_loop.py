"""An event loop on virtual time: while something really runs time stands still, and when nothing does it can be moved on."""

from __future__ import annotations

import asyncio
import math
import selectors
import time
from collections.abc import Callable
from concurrent.futures import Executor
from contextvars import Context
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from typing import Any, TypeVar, TypeVarTuple, Unpack

FAR = 1e9
"""Seconds; a timer further away than this is none."""

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

Ready = list[tuple[selectors.SelectorKey, int]]


class SkippingLoop(asyncio.SelectorEventLoop):
    """`runs` says whether a handler is at work elsewhere, `awaits` whether a coroutine of one is under way on this loop.

    A coroutine that has a socket open, or work in an executor, is at work elsewhere too. Then time goes by as it does outside.
    """

    def __init__(self, *, patience: float) -> None:
        self.runs: Callable[[], bool] = lambda: False
        self.awaits: Callable[[], bool] = lambda: False
        self._patience = patience
        self._idle = 0.0
        self._micros = 0
        self._in_executor = 0
        self._rested: asyncio.Future[bool] | None = None
        self._numbers = count()
        self._timers: list[tuple[float, int, asyncio.TimerHandle]] = []
        super().__init__(_Selector(self))
        self.slow_callback_duration = FAR
        # asyncio's nanosecond is lost in a float that holds a year: a timer that is due would never run.
        self._clock_resolution = 1e-6

    def time(self) -> float:
        return self._micros / 1_000_000

    def move_to(self, at: float) -> None:
        """Let time pass; what is due by then runs next."""
        if at > self.time():
            self._micros = max(self._micros + 1, math.ceil(round(at * 1_000_000, 3)))

    def next_timer(self) -> float | None:
        """When the next timer is due; None if none is."""
        while self._timers and (self._timers[0][2].cancelled() or self._timers[0][0] <= self.time()):
            heappop(self._timers)
        return self._timers[0][0] if self._timers else None

    async def at_rest(self) -> bool:
        """Return when nothing goes on unless time passes. False: something has really run for longer than the patience."""
        self._idle = 0.0
        self._rested = self.create_future()
        try:
            return await self._rested
        finally:
            self._rested = None

    def interrupt(self) -> None:
        """Let whoever waits for rest look now."""
        if self._rested is not None and not self._rested.done():
            self._rested.set_result(True)

    def call_at(
        self, when: float, callback: Callable[[Unpack[Ts]], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        handle = super().call_at(when, callback, *args, context=context)
        if when - self.time() < FAR:
            heappush(self._timers, (when, next(self._numbers), handle))
        return handle

    def run_in_executor(self, executor: Executor | None, func: Callable[[Unpack[Ts]], T], *args: *Ts) -> asyncio.Future[T]:
        future = super().run_in_executor(executor, func, *args)
        self._in_executor += 1
        future.add_done_callback(self._left_executor)
        return future

    def rest(self, wait: Callable[[float | None], Ready], timeout: float | None, *, sockets: int) -> Ready:
        """Nothing is ready: wait for what runs elsewhere, else tell whoever waits for rest."""
        rested = self._rested
        busy = self._in_executor or self.runs() or (sockets and self.awaits())
        if rested is None or rested.done():
            if timeout is None or busy:
                return wait(1.0)
            self.move_to(self.time() + timeout)
            return []
        if not busy:
            rested.set_result(True)
            return []
        return self._wait(wait, timeout, rested)

    def _wait(self, wait: Callable[[float | None], Ready], timeout: float | None, rested: asyncio.Future[bool]) -> Ready:
        began = time.monotonic()
        ready = wait(min(timeout if timeout is not None else self._patience, self._patience))
        waited = time.monotonic() - began
        self._idle = 0.0 if ready else self._idle + waited
        if not ready and timeout is not None and waited >= timeout:
            self.move_to(self.time() + timeout)
        if self._idle >= self._patience:
            rested.set_result(False)
        return ready

    def _left_executor(self, _: asyncio.Future[Any]) -> None:
        self._in_executor -= 1


class _Selector(selectors.DefaultSelector):
    def __init__(self, loop: SkippingLoop) -> None:
        super().__init__()
        self._skipping = loop

    def select(self, timeout: float | None = None) -> Ready:
        ready = super().select(0)
        if ready or (timeout is not None and timeout <= 0):
            return ready
        # One of them is the loop's own, by which threads wake it.
        return self._skipping.rest(super().select, timeout, sockets=len(self.get_map()) - 1)


class SkippingClock:
    """The time that the store, the worker and the handlers see."""

    def __init__(self, loop: SkippingLoop, start: datetime) -> None:
        self._loop = loop
        self._start = start

    def now(self) -> datetime:
        return self._start + timedelta(microseconds=round(self._loop.time() * 1_000_000))

    def boottime(self) -> float:
        return self._loop.time()

    def seconds_until(self, moment: datetime) -> float:
        return (moment - self.now()).total_seconds()

"""Threads of our own: one for each kind of store call, and a pool for plain handlers.

Completions cross to the loop in batches: one wake-up for all that finished meanwhile.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")

Job = tuple[Callable[[], Any], Callable[[Any, BaseException | None], None]]


class Completions:
    """Hands results to the loop; `call_soon_threadsafe` once for all that wait."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._done: deque[Callable[[], None]] = deque()
        self._lock = threading.Lock()
        self._woken = False

    def put(self, callback: Callable[[], None]) -> None:
        """From any thread. Dropped when the loop is closed: nobody is left to care."""
        self._done.append(callback)
        with self._lock:
            if self._woken:
                return
            self._woken = True
        try:
            self._loop.call_soon_threadsafe(self._drain)
        except RuntimeError:
            return

    def _drain(self) -> None:
        with self._lock:
            self._woken = False
        try:
            while self._done:
                self._done.popleft()()
        finally:
            if self._done:  # one raised: the loop reports it, and the others still get their results
                self._loop.call_soon(self._drain)


class StoreThread:
    """One thread that makes store calls, one after another."""

    def __init__(self, name: str, completions: Completions) -> None:
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._completions = completions
        self._thread = threading.Thread(target=self._work, name=f"treadle-{name}", daemon=True)
        self._thread.start()

    def post(self, work: Callable[[], T], reply: Callable[[T | None, BaseException | None], None]) -> None:
        """Do `work` in the thread; `reply(result, error)` runs on the loop."""
        self._jobs.put((work, reply))

    async def call(self, work: Callable[[], T]) -> T:
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()

        def reply(result: T | None, error: BaseException | None) -> None:
            if future.done():
                return
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(result)  # type: ignore[arg-type]  # None is a T where the call returns None

        self.post(work, reply)
        return await future

    def close(self) -> None:
        self._jobs.put(None)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            _do(job, self._completions)


class HandlerThreads:
    """A pool for plain handlers. A thread whose handler is given up is left to itself and replaced."""

    def __init__(self, size: int, completions: Completions) -> None:
        self.size = size
        self.stuck = 0
        """Threads that are at work for nobody now."""
        self.abandoned = 0
        """How many have been left so far, those that have come back since included."""
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._completions = completions
        self._lock = threading.Lock()
        self._idle = 0
        self._threads = 0

    def post(self, work: Callable[[], T], reply: Callable[[T | None, BaseException | None], None]) -> None:
        with self._lock:
            if self._idle <= self._jobs.qsize() and self._threads - self.stuck < self.size:
                self._threads += 1
                threading.Thread(target=self._work, name=f"treadle-handler-{self._threads}", daemon=True).start()
        self._jobs.put((work, reply))

    def tell(self, callback: Callable[[], None]) -> None:
        """On the loop, from a thread of the pool."""
        self._completions.put(callback)

    def gave_up(self) -> None:
        """A handler does not come back; its thread no longer counts."""
        with self._lock:
            self.stuck += 1
            self.abandoned += 1

    def came_back(self) -> None:
        with self._lock:
            self.stuck -= 1

    def close(self) -> None:
        for _ in range(self._threads):
            self._jobs.put(None)

    def _work(self) -> None:
        while True:
            with self._lock:
                self._idle += 1
            job = self._jobs.get()
            with self._lock:
                self._idle -= 1
            if job is None:
                return
            _do(job, self._completions)


def _do(job: Job, completions: Completions) -> None:
    work, reply = job
    try:
        result = work()
    except BaseException as error:  # handed to the loop, which decides
        failed = error
        completions.put(lambda: reply(None, failed))
    else:
        completions.put(lambda: reply(result, None))

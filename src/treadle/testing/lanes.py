"""What a worker's threads become in a test: store calls are made on the loop, plain handlers keep real threads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from treadle.engine.lanes import Lanes
from treadle.engine.threads import Completions, HandlerThreads, StoreThread

T = TypeVar("T")

THREADS = 32


class Crash(BaseException):
    """Raised inside a store call: the worker's process is gone, and nobody gets an answer. No `except Exception` stops it."""


@dataclass(slots=True)
class Life:
    """Of one worker process. Once it is `over` nothing of it has any effect; `end` is called when it crashes."""

    end: Callable[[], None]
    over: bool = False


class LoopLane(StoreThread):
    """Makes its calls on the loop, one after another. The database is in memory: a thread would only add chance."""

    def __init__(self, loop: asyncio.AbstractEventLoop, life: Life) -> None:
        self._loop = loop
        self._life = life

    def post(self, work: Callable[[], T], reply: Callable[[T | None, BaseException | None], None]) -> None:
        self._loop.call_soon(self._do, work, reply)

    def close(self) -> None:
        """There is no thread to end."""

    def _do(self, work: Callable[[], T], reply: Callable[[T | None, BaseException | None], None]) -> None:
        if self._life.over:
            return
        try:
            result = work()
        except Crash:
            self._life.end()
        except Exception as error:  # as a thread does: the loop decides
            reply(None, error)
        else:
            reply(result, None)


class CountedThreads(HandlerThreads):
    """Knows whether one of them is at work for somebody."""

    def __init__(self, loop: asyncio.AbstractEventLoop, life: Life) -> None:
        super().__init__(THREADS, Completions(loop))
        self._life = life
        self._out = 0

    @property
    def busy(self) -> bool:
        return self._out > self.stuck

    def post(self, work: Callable[[], T], reply: Callable[[T | None, BaseException | None], None]) -> None:
        def back(result: T | None, error: BaseException | None) -> None:
            self._out -= 1
            if not self._life.over:
                reply(result, error)

        self._out += 1
        super().post(work, back)


def open_lanes(loop: asyncio.AbstractEventLoop, life: Life) -> tuple[Lanes, CountedThreads]:
    threads = CountedThreads(loop, life)
    lanes: list[Any] = [LoopLane(loop, life) for _ in range(3)]
    return Lanes(lanes[:1], lanes[1], lanes[2], threads), threads

"""A small pool of connections: the one used last is given first, so that idle ones stay cold."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from treadle.domain.errors import StoreUnavailableError

C = TypeVar("C")

WAIT = 10.0
"""Seconds a caller waits for a connection before it is told that the store is unavailable."""


class Pool(Generic[C]):
    """At most `size` connections, made when needed. `connect` may raise; `close` must not."""

    def __init__(self, connect: Callable[[], C], close: Callable[[C], None], *, size: int) -> None:
        self._connect = connect
        self._close = close
        self._size = size
        self._idle: list[C] = []
        self._made = 0
        self._closed = False
        self._changed = threading.Condition()

    def take(self) -> C:
        """A connection for the caller alone."""
        with self._changed:
            free = self._changed.wait_for(lambda: self._closed or self._idle or self._made < self._size, timeout=WAIT)
            if self._closed:
                raise StoreUnavailableError("the store is closed")
            if not free:
                raise StoreUnavailableError(f"all {self._size} database connections were busy for {WAIT:g} s")
            if self._idle:
                return self._idle.pop()
            self._made += 1
        try:
            return self._connect()
        except BaseException:
            self._forget()
            raise

    def give(self, connection: C) -> None:
        """Give a healthy connection back."""
        with self._changed:
            if not self._closed:
                self._idle.append(connection)
                self._changed.notify()
                return
        self._close(connection)

    def discard(self, connection: C) -> None:
        """Give a broken connection back. The idle ones go too: what broke it (a restart) most likely broke them."""
        with self._changed:
            broken = [connection, *self._idle]
            self._idle.clear()
            self._made -= len(broken)
            self._changed.notify_all()
        for each in broken:
            self._close(each)

    def close(self) -> None:
        """Close the idle connections now and the others when they are given back."""
        with self._changed:
            self._closed = True
            idle, self._idle = self._idle, []
            self._changed.notify_all()
        for each in idle:
            self._close(each)

    def _forget(self) -> None:
        with self._changed:
            self._made -= 1
            self._changed.notify()

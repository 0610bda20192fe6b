"""LISTEN/NOTIFY as hints that there is work: coalesced, on connections of their own, and never needed.

Hints can be sent through a connection pooler, and not heard through it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from treadle.domain.errors import StoreError
from treadle.store import pooler

log = logging.getLogger("treadle.store")

CHANNEL = "treadle_wakeup"
SHORTEST_GAP = 0.005
"""At most two hundred notifications a second from one process; see ADR 0006."""
RECONNECT = 2.0


class PostgresWakeup:
    """Local callbacks are told at once; other processes through PostgreSQL. Losing the connection costs only speed."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._lock = threading.Lock()
        self._callbacks: list[Callable[[], None]] = []
        self._said = threading.Event()
        self._closed = threading.Event()
        self._speaker: threading.Thread | None = None
        self._listener: threading.Thread | None = None

    def notify(self) -> None:
        self._tell()
        with self._lock:
            if self._speaker is None:
                self._speaker = threading.Thread(target=self._speak, name="treadle-notify", daemon=True)
                self._speaker.start()
        self._said.set()

    def subscribe(self, callback: Callable[[], None]) -> Callable[[], None]:
        with self._lock:
            self._callbacks.append(callback)
            if self._listener is None:
                self._listener = threading.Thread(target=self._listen, name="treadle-listen", daemon=True)
                self._listener.start()

        def leave() -> None:
            with self._lock:
                self._callbacks.remove(callback)

        return leave

    def close(self) -> None:
        self._closed.set()
        self._said.set()
        for thread in (self._speaker, self._listener):
            if thread is not None:
                thread.join(timeout=2)

    def _tell(self) -> None:
        with self._lock:
            callbacks = list(self._callbacks)
        for callback in callbacks:
            callback()

    def _speak(self) -> None:
        while not self._closed.is_set():
            try:
                with self._connect()[0] as connection:
                    self._speak_on(connection)
            except (psycopg.Error, StoreError) as error:
                log.debug("cannot send wake-ups: %s", error)
                self._closed.wait(RECONNECT)

    def _speak_on(self, connection: psycopg.Connection[Any]) -> None:
        while not self._closed.is_set():
            self._said.wait()
            self._said.clear()
            if not self._closed.is_set():
                connection.execute("SELECT pg_notify(%s, '')", [CHANNEL], prepare=False)
                self._closed.wait(SHORTEST_GAP)

    def _listen(self) -> None:
        while not self._closed.is_set():
            try:
                connection, pooled = self._connect()
                with connection:
                    if pooled:
                        log.info(
                            "a connection pooler stands before the database: work is found by polling, not by wake-ups, "
                            "unless TREADLE_WAKEUP_URL is the database's own address", extra={"event": "wakeups_pooled"},
                        )  # fmt: skip
                        return
                    self._listen_on(connection)
            except (psycopg.Error, StoreError) as error:
                log.debug("cannot listen for wake-ups: %s", error)
                self._closed.wait(RECONNECT)

    def _listen_on(self, connection: psycopg.Connection[Any]) -> None:
        connection.execute(f"LISTEN {CHANNEL}")
        while not self._closed.is_set():
            for _ in connection.notifies(timeout=0.5, stop_after=1):
                self._tell()

    def _connect(self) -> tuple[psycopg.Connection[Any], bool]:
        return pooler.connect({"connect_timeout": 5, **conninfo_to_dict(self._url)})

"""The worker's lease: a heartbeat from a thread of its own.

A beat counts from when it was sent, on a clock that runs during suspend. Past the lease less a margin the worker
starts no handler and gives everything up. The thread stops beating when the loop has not turned for `stall` seconds,
so that another worker can take over from a hung one.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from treadle.domain.errors import StoreUnavailableError
from treadle.ports import Clock, WorkerStore

log = logging.getLogger("treadle.worker")


class DatabaseTime:
    """The database's time as this process knows it: the last answer, and what has gone by since on a steady clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        # One attribute: the heartbeat's thread writes what the loop reads.
        self._known = (clock.now(), clock.boottime())

    def sync(self, database_now: datetime) -> None:
        self._known = (database_now, self._clock.boottime())

    def advance(self, database_now: datetime) -> None:
        """A claim's reply: what it took is due by this time, so it must be due here too."""
        if database_now > self.now():
            self.sync(database_now)

    def now(self) -> datetime:
        base, at = self._known
        return base + timedelta(seconds=self._clock.boottime() - at)


class Lease:
    def __init__(self, store: WorkerStore, worker_id: str, clock: Clock, time: DatabaseTime, *, seconds: float,
                 stall: float, blocked_by: Callable[[], str], abandoned: Callable[[], int],
                 lost: Callable[[], None]) -> None:  # fmt: skip
        self.worker_id = worker_id
        self.seconds = seconds
        self.interval = seconds / 3
        self.margin = min(5.0, seconds / 6)
        self.good_since = clock.boottime()
        self._store = store
        self._clock = clock
        self._time = time
        self._stall = stall
        self._blocked_by = blocked_by
        self._abandoned = abandoned
        self._lost = lost
        self._renewed_at = clock.boottime()
        self._turned_at = clock.boottime()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat_until_stopped, name="treadle-heartbeat", daemon=True)

    def start(self, *, registered_at: float) -> None:
        """`registered_at`: when the registration that was answered had been sent."""
        self._renewed_at = self._turned_at = registered_at
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()

    def valid(self) -> bool:
        """Whether handlers may be started and results committed."""
        return not self._stop.is_set() and self._clock.boottime() < self._renewed_at + self.seconds - self.margin

    def may_reap(self) -> bool:
        """After a full beat interval of good beats: a database outage must not let the first to return evict the others."""
        return self._clock.boottime() - self.good_since > self.interval

    def turned(self) -> None:
        """The loop has turned."""
        self._turned_at = self._clock.boottime()

    def _beat_until_stopped(self) -> None:
        wait = self.interval
        while not self._stop.wait(wait):
            wait = self._beat()

    def _beat(self) -> float:
        """One beat; seconds until the next."""
        sent = self._clock.boottime()
        if sent - self._turned_at > self._stall:
            log.error(
                "the worker's loop has not turned for %.0f s; its lease is left to run out%s", self._stall, self._blocked_by(),
                extra={"event": "loop_stalled"},
            )  # fmt: skip
            return self.interval
        try:
            now = self._store.beat(
                self.worker_id, lease=self.seconds, abandoned=self._abandoned(), clock_at=self._clock.now()
            )
        except StoreUnavailableError as error:
            log.warning("heartbeat failed: %s", error, extra={"event": "heartbeat_failed"})
            self.good_since = self._clock.boottime()
            if not self.valid():
                self._give_up()
            return min(1.0, self.interval)
        if now is None:
            self._give_up()
            return self.interval
        if sent - self._renewed_at > self.seconds:
            self.good_since = sent
        self._renewed_at = sent
        self._time.sync(now)
        return self.interval

    def _give_up(self) -> None:
        self._stop.set()
        self._lost()

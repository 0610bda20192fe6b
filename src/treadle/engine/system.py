"""The real clock, real randomness and in-process wake-ups."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random

TIME_PREFIX = 11
"""Characters of an execution id that say when it was made."""


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def boottime(self) -> float:
        if hasattr(time, "CLOCK_BOOTTIME"):
            return time.clock_gettime(time.CLOCK_BOOTTIME)
        return time.monotonic()


class RandomIds:
    """Ids of 27 hexadecimal characters: the time they were made, then chance."""

    def __init__(self, random: Random | None = None) -> None:
        self.random = random or Random(int.from_bytes(os.urandom(16)))

    def execution(self) -> str:
        return f"exec-{time_prefix(time.time())}{self._chance(16)}"

    def worker(self) -> str:
        return f"worker-{self._chance(16)}"

    def message(self) -> str:
        return f"msg-{self._chance(24)}"

    def schedule(self) -> str:
        return f"sched-{self._chance(12)}"

    def webhook(self) -> str:
        return f"hook-{self._chance(12)}"

    def _chance(self, length: int) -> str:
        return f"{self.random.getrandbits(length * 4):0{length}x}"


class LocalWakeup:
    """Hints inside one process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._callbacks: list[Callable[[], None]] = []

    def notify(self) -> None:
        with self._lock:
            callbacks = list(self._callbacks)
        for callback in callbacks:
            callback()

    def subscribe(self, callback: Callable[[], None]) -> Callable[[], None]:
        with self._lock:
            self._callbacks.append(callback)

        def leave() -> None:
            with self._lock:
                self._callbacks.remove(callback)

        return leave

    def close(self) -> None:
        with self._lock:
            self._callbacks.clear()


def time_prefix(seconds: float) -> str:
    """Milliseconds since 1970 as characters that sort by time."""
    return f"{int(seconds * 1000):0{TIME_PREFIX}x}"


def host_label() -> str:
    """This machine since its last start, and the process id space that a pid of it belongs to.

    Two machines never share one: the boot id is made anew at each start. Elsewhere than on Linux it is the host's name.
    """
    host = os.uname().nodename
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text()[:8]
        return f"{host}/{boot}-{os.readlink('/proc/self/ns/pid').strip('pid:[]')}"
    except OSError:
        return host

"""What a process tells the one that supervises it: that it is ready, that it stops, and that its loop still turns.

The words are those of systemd's `sd_notify`; `treadle worker --processes` hears the same ones from its workers.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager, suppress

ADDRESS, WATCHDOG, WATCHED = "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"
DRAINED = "drained"
"""The last status of a worker that ended because it was drained, and not because it was told to stop."""
BEATS = 3
"""Signs of life in one watchdog time: two may be late before the process counts as hung."""


class Supervisor:
    """The datagram socket of a supervisor; without an address it says nothing. A supervisor that is gone is no error.

    `patience` is how many seconds of silence it bears, None when it does not watch.
    """

    def __init__(self, address: str | None = None, *, patience: float | None = None) -> None:
        self.patience = patience if address else None
        self._address = address

    @classmethod
    def of_environment(cls, environment: MutableMapping[str, str] = os.environ) -> Supervisor:
        """The one that started this process. Its variables are taken away: they are not meant for this one's children."""
        address, microseconds, pid = (environment.pop(name, None) for name in (ADDRESS, WATCHDOG, WATCHED))
        meant = pid is None or pid == str(os.getpid())
        patience = int(microseconds) / 1_000_000 if microseconds and microseconds.isdecimal() and meant else None
        return cls(address, patience=patience or None)

    def ready(self, status: str) -> None:
        self._say(f"READY=1\nSTATUS={status}")

    def status(self, status: str) -> None:
        self._say(f"STATUS={status}")

    def alive(self) -> None:
        self._say("WATCHDOG=1")

    def stopping(self) -> None:
        self._say("STOPPING=1\nSTATUS=stopping")

    def _say(self, words: str) -> None:
        if not self._address:
            return
        # A name that begins with @ is in Linux' abstract name space.
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as speaking:
            speaking.sendto(words.encode(), socket.MSG_DONTWAIT, address)


@asynccontextmanager
async def watched(supervisor: Supervisor) -> AsyncIterator[None]:
    """Show that the running loop turns for as long as the block lasts."""
    feeding = asyncio.create_task(_feed(supervisor, supervisor.patience / BEATS)) if supervisor.patience else None
    try:
        yield
    finally:
        if feeding is not None:
            feeding.cancel()


async def _feed(supervisor: Supervisor, interval: float) -> None:
    while True:
        supervisor.alive()
        await asyncio.sleep(interval)

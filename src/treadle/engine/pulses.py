"""Keeps what handlers say of themselves: at once in memory, every other second in the database.

A beat costs the handler's thread an assignment; the first one after a write wakes the loop, which writes all that is new.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from treadle.domain.heartbeats import DETAILS_LIMIT, Heartbeat, HeartbeatStore
from treadle.domain.values import decode, encode
from treadle.engine.attempt_secrets import AttemptSecrets
from treadle.engine.threads import StoreThread

log = logging.getLogger("treadle.worker")

WRITE_EVERY = 2.0
"""Seconds between two writes of one worker."""
REMEMBERED = 10_000
"""Activities whose last words a worker keeps in memory."""

Place = tuple[str, str]
"""(execution id, place)"""


class HandlerPulse:
    """Of one attempt. `beat_at` is the loop's time of the last sign of life, None before the work begins."""

    __slots__ = (
        "_begun", "_book", "_first", "_secrets", "_told", "attempt", "beat_at", "claim_no", "details_json", "key", "progress_json",
    )  # fmt: skip

    def __init__(self, book: PulseBook, key: Place, *, attempt: int, claim_no: int, first: Callable[[], None],
                 secrets: AttemptSecrets | None = None) -> None:  # fmt: skip
        self.key = key
        self.attempt = attempt
        self.claim_no = claim_no
        self.beat_at: float | None = None
        self.details_json: str | None = None
        self.progress_json: str | None = None
        self._book = book
        self._first = first
        self._secrets = secrets
        self._begun = False
        self._told = False

    def begin(self) -> None:
        """What it says may come before this does: a thread tells the loop that it begins, and goes on."""
        if not self._begun:
            self._begun = True
            self.beat_at = self.beat_at or self._book.time()
            self._first()

    def beat(self, *, details_json: str | None = None, progress_json: str | None = None) -> None:
        self.beat_at = self._book.time()
        if details_json is not None:
            self.details_json = self._masked(details_json)
        if progress_json is not None:
            self.progress_json = self._masked(progress_json)
        if not self._told:
            self._told = True
            self._book.call(lambda: self._book.has_news(self))

    def _masked(self, text: str) -> str:
        mask = None if self._secrets is None else self._secrets.mask
        return encode(mask.value(decode(text)), limit=DETAILS_LIMIT, name="heartbeat") if mask and mask.needles else text

    @property
    def unwritten(self) -> bool:
        """Whether it has said something since the last write began."""
        return self._told

    def taken(self) -> Heartbeat:
        """What is to be written. Whatever is said from now on is news again."""
        self._told = False
        return Heartbeat(*self.key, self.attempt, self.claim_no, self.details_json, self.progress_json)


class PulseBook:
    """Of one incarnation; on its loop, but for what `HandlerPulse.beat` does."""

    def __init__(self, store: HeartbeatStore, lane: StoreThread, *, owner: str) -> None:
        self._store = store
        self._lane = lane
        self._owner = owner
        self._loop = asyncio.get_running_loop()
        self._news: dict[HandlerPulse, None] = {}
        self._done: dict[Place, Heartbeat] = {}
        self._details: dict[Place, str] = {}
        self._known: dict[Place, None] = {}
        """Activities of which something stands in the database."""
        self._timer: asyncio.TimerHandle | None = None
        self._written_at = self._loop.time() - WRITE_EVERY
        self._closed = False

    def time(self) -> float:
        return self._loop.time()

    def call(self, callback: Callable[[], None]) -> None:
        """On the loop, from any thread."""
        with suppress(RuntimeError):  # the loop is closed: nobody is left to care
            self._loop.call_soon_threadsafe(callback)

    def has_news(self, pulse: HandlerPulse) -> None:
        if not self._closed:
            self._news[pulse] = None
            self._write_later()

    async def recall(self, key: Place) -> Any:
        """The details that an earlier attempt has given; None if there are none. StoreUnavailableError."""
        details = self._details.get(key)
        if details is None:
            kept = await self._lane.call(lambda: self._store.of(key[0]))
            found = next((each for each in kept if each.place == key[1]), None)
            if found is not None:
                self._remember(key, found.details_json)
                details = found.details_json
        return None if details is None else decode(details)

    def finished(self, pulse: HandlerPulse) -> None:
        """Its activity is done: nobody will ask for its details."""
        self._news.pop(pulse, None)
        self._details.pop(pulse.key, None)
        if pulse.key in self._known:
            del self._known[pulse.key]
            self._done[pulse.key] = Heartbeat(*pulse.key, pulse.attempt)
            self._write_later()

    def failed(self, pulse: HandlerPulse, then: Callable[[], None]) -> None:
        """The attempt has failed: `then`, once its last words are written, so that whoever tries again has them."""
        if pulse.details_json is not None:
            self._remember(pulse.key, pulse.details_json)
        if not pulse.unwritten or self._closed:
            then()
            return
        self._news[pulse] = None
        self._write(then)

    async def write_out(self) -> None:
        """Write what is still unwritten: whoever goes on with it begins there."""
        if self._news and not self._closed:
            written = self._loop.create_future()
            self._write(lambda: written.set_result(None))
            await written

    def close(self) -> None:
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()

    def _write_later(self) -> None:
        if self._timer is None and not self._closed:
            # What is done waits for its commit: only then will nobody ask again.
            wait = WRITE_EVERY if not self._news else self._written_at + WRITE_EVERY - self.time()
            self._timer = self._loop.call_later(max(0.0, wait), self._write)

    def _write(self, then: Callable[[], None] | None = None) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        pulses, self._news = list(self._news), {}
        said = [pulse.taken() for pulse in pulses]
        done, self._done = list(self._done.values()), {}
        for pulse in pulses:
            self._remember(pulse.key, pulse.details_json)
        self._written_at = self.time()

        def written(_: object, error: BaseException | None) -> None:
            if error is not None:  # the next beat says it again
                log.debug("heartbeats could not be written: %s", error)
            if then is not None:
                then()

        self._lane.post(lambda: self._store.write(self._owner, said, done), written)

    def _remember(self, key: Place, details_json: str | None) -> None:
        self._known.pop(key, None)
        self._known[key] = None
        if details_json is not None:
            self._details[key] = details_json
        while len(self._known) > REMEMBERED:
            oldest = next(iter(self._known))
            del self._known[oldest]
            self._details.pop(oldest, None)

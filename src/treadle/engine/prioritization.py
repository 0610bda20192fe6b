"""Which runnable executions come first: a higher priority gets a head start, so nothing starves."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter

from treadle.domain.records import ClaimReply
from treadle.engine.meters import Meters
from treadle.ports import Clock, OwnershipStore, PhaseStore

LEVELS = 4
ROOM, ROOM_EVERY = 5.0, 30.0


class PrioritizationManager:
    """Claims in order of `ready_at - priority × head start`.

    A claim starts behind the last claimed key, less the most that a priority can bring forward, and now and then from
    the very beginning: so it does not walk the dead index entries that an old snapshot keeps.
    """

    def __init__(
        self,
        ownership: OwnershipStore,
        phases: PhaseStore,
        clock: Clock,
        *,
        owner: str,
        queues: Sequence[str],
        head_start: float,
        meters: Meters,
        unbounded_every: float = 5.0,
    ) -> None:
        self._ownership = ownership
        self._clock = clock
        self._owner = owner
        self._queues = tuple(queues)
        self._slack = int(head_start * LEVELS * 1_000_000)
        self._unbounded_every = unbounded_every
        self._phases = phases
        self._meters = meters
        self._room_until = clock.boottime()
        self._room_next = clock.boottime()
        self._last_key: int | None = None
        self._unbounded_at = clock.boottime() - unbounded_every

    def get_prioritized_executions(self, limit: int, *, owns_nothing: bool = False) -> ClaimReply:
        """Claim up to `limit` executions, the most urgent first."""
        begun = perf_counter()
        reply = self._ownership.claim(
            self._owner, queues=self._queues, limit=limit, after_key=self._bound(), owns_nothing=owns_nothing
        )
        self._meters.claim(len(reply.claims), seconds=perf_counter() - begun)
        if reply.last_key is not None:
            self._last_key = max(reply.last_key, self._last_key or reply.last_key)
        return reply

    def makes_room(self) -> bool:
        """Whether to claim nothing for a moment, so that this worker becomes empty and can take a suspect alone.

        For `ROOM` seconds in each `ROOM_EVERY`, while one waits: under constant load none would ever run otherwise.
        """
        now = self._clock.boottime()
        if now >= self._room_next and self._phases.suspect_waits():
            self._room_until = now + ROOM
            self._room_next = now + ROOM_EVERY
        elif now >= self._room_next:
            self._room_next = now + ROOM
        return now < self._room_until

    def _bound(self) -> int | None:
        now = self._clock.boottime()
        if self._last_key is None or now - self._unbounded_at >= self._unbounded_every:
            self._unbounded_at = now
            return None
        return self._last_key - self._slack

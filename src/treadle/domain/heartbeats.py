"""Signs of life: what a handler under way says of itself, and where that is kept for its next attempt and for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

DETAILS_LIMIT = 64 * 1024
PROGRESS_LIMIT = 4 * 1024
"""Bytes of what one heartbeat, and one word of progress, may say."""


class Pulse(Protocol):
    """Where a handler's signs of life go. `beat` is safe to call from any thread, and cheap."""

    def begin(self) -> None:
        """On the loop: the work begins now, after a wait for somebody to do it. The time for the attempt counts from here."""
        ...

    def beat(self, *, details_json: str | None = None, progress_json: str | None = None) -> None:
        """The handler is alive. None: what it said before still holds."""
        ...


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The last that an attempt said. `place` is that of its activity, `claim_no` the claim under which it ran."""

    execution_id: str
    place: str
    attempt: int
    claim_no: int = 0
    details_json: str | None = None
    progress_json: str | None = None
    beat_at: datetime | None = None


class HeartbeatStore(Protocol):
    """Hints, not history: a beat may be lost with its worker, and nothing is decided by what stands here."""

    def write(self, owner: str, said: Sequence[Heartbeat], done: Sequence[Heartbeat]) -> bool:
        """Keep what was said about executions that the owner holds by these claims; forget activities that are done.

        False, and no change, if the owner's lease is lost. What a later attempt has said stays.
        """
        ...

    def of(self, execution_id: str) -> Sequence[Heartbeat]:
        """All that is kept of an execution, by place."""
        ...

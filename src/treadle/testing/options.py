"""What a test says about the world its workflows run in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from treadle.domain.durations import parse_duration
from treadle.testing.approvals import Answers
from treadle.testing.errors import SetUpError

START = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
"""When a house begins, unless the test says otherwise: a Thursday at noon."""

Places = str | Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """`max_time` is of one call, in virtual time; `patience` in seconds of real time."""

    fakes: Mapping[str, Any] = field(default_factory=dict)
    approvals: Answers = field(default_factory=dict)
    allow_network: bool = False
    activities: Sequence[str] = ()
    secrets: Mapping[str, str] = field(default_factory=dict)
    crash_before: Places = ()
    crash_after: Places = ()
    start: datetime = START
    max_time: str | float = "3650d"
    max_steps: int = 10_000
    patience: float = 60.0
    seed: int = 0

    def __post_init__(self) -> None:
        if self.start.tzinfo is None:
            raise SetUpError(f"start={self.start} has no time zone; add tzinfo=UTC")
        object.__setattr__(self, "crash_before", _several(self.crash_before))
        object.__setattr__(self, "crash_after", _several(self.crash_after))

    @property
    def max_seconds(self) -> float:
        return parse_duration(self.max_time, path="max_time")

    def secret(self, name: str) -> str:
        """KeyError, which the engine says in its own words."""
        return self.secrets[name]


def _several(places: Places) -> tuple[str, ...]:
    return (places,) if isinstance(places, str) else tuple(places)

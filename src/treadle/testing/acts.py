"""What happens to an execution from outside while a test runs it, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from treadle.domain.durations import parse_duration
from treadle.testing.errors import SetUpError

When = str | float | datetime | None
"""A duration since the execution was started, such as "2h" or seconds; a time; or None for at once."""


@dataclass(frozen=True, slots=True)
class Act:
    """Made by `signal`, `cancel`, `pause`, `resume`, `retry` or `crash`."""

    verb: str
    at: When = None
    when_waiting: str | None = None
    name: str = ""
    payload: Any = None

    def seconds(self, *, start: datetime) -> float:
        """How long after the start it happens."""
        if isinstance(self.at, datetime):
            if self.at.tzinfo is None:
                raise SetUpError(f"{self.verb}: the time {self.at} has no time zone; add tzinfo=UTC")
            return max(0.0, (self.at - start).total_seconds())
        return 0.0 if self.at is None else parse_duration(self.at, path=f"{self.verb}.at")


def signal(name: str, payload: Any = None, *, at: When = None, when_waiting: str | None = None) -> Act:
    """Sent at the start, at a time, or when that node begins to wait (and then to the execution it is in)."""
    if at is not None and when_waiting is not None:
        raise SetUpError(f"signal {name!r}: give `at` or `when_waiting`, not both")
    return Act("signal", at, when_waiting, name, payload)


def cancel(at: When = None, *, when_waiting: str | None = None, reason: str = "", compensate: bool = False) -> Act:
    """`compensate`: what has been done is undone first."""
    return Act("cancel", at, when_waiting, reason, compensate)


def pause(at: When = None, *, when_waiting: str | None = None) -> Act:
    return Act("pause", at, when_waiting)


def resume(at: When) -> Act:
    return Act("resume", at)


def retry(at: When, *, from_node: str = "") -> Act:
    """Only a failed execution can be retried; the run goes on until then. `from_node`: what descends from it runs again."""
    return Act("retry", at, name=from_node)


def crash(at: When = None, *, when_waiting: str | None = None) -> Act:
    """The worker dies, whatever it is doing, and another takes over."""
    return Act("crash", at, when_waiting)

"""What every timing can answer, and the timing that is a fixed interval."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

from treadle.domain.durations import format_duration

_SECOND = timedelta(seconds=1)


class Timing(ABC):
    """When a schedule fires. Instants are aware; answers are in UTC, strictly increasing."""

    @abstractmethod
    def fires_after(self, instant: datetime) -> Iterator[datetime]:
        """Every fire strictly after `instant`, in order; may be endless. ValueError for a naive datetime."""

    @abstractmethod
    def describe(self) -> str:
        """The timing in a few words."""

    def next_after(self, instant: datetime) -> datetime | None:
        """The first fire strictly after `instant`; None when there is none (cron looks about 50 years ahead)."""
        return next(self.fires_after(instant), None)

    def preview(self, start: datetime, count: int) -> list[datetime]:
        """The first `count` fires strictly after `start`."""
        return list(islice(self.fires_after(start), max(count, 0)))

    def newest_until(self, now: datetime, *, known: datetime) -> datetime:
        """The last fire not after `now`, given one of them; takes as long for a year as for an hour."""
        low, high = known, now
        while high - low > _SECOND:
            found = self.next_after(middle := low + (high - low) / 2)
            if found is not None and found <= now:
                low = found
            else:
                high = middle
        found = self.next_after(low)
        return found if found is not None and found <= now else low


class IntervalTiming(Timing):
    """A fixed time from one fire to the next, elapsed: clock changes do not touch it.

    Steps from the instant it is given, so the fires of a schedule stand on the instant it was created.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._step = timedelta(seconds=seconds)

    def fires_after(self, instant: datetime) -> Iterator[datetime]:
        fire = in_utc(instant)
        end = datetime.max.replace(tzinfo=UTC) - self._step
        while fire <= end:
            fire += self._step
            yield fire

    def describe(self) -> str:
        return f"every {format_duration(self.seconds)}"

    def newest_until(self, now: datetime, *, known: datetime) -> datetime:
        return known + (now - known) // self._step * self._step


def in_utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("a datetime without a time zone is no instant")
    return instant.astimezone(UTC)

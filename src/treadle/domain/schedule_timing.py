"""What every timing can answer, and the timings that are not cron: intervals, single times, and any of them within bounds."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Iterable, Iterator
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
        """The first fire strictly after `instant`; None when there is none."""
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

    Fires stand on `anchor`, before and after it; without one, on the instant that is asked about.
    """

    def __init__(self, seconds: float, *, anchor: datetime | None = None) -> None:
        self.seconds = seconds
        self._step = timedelta(seconds=seconds)
        self._anchor = anchor

    def fires_after(self, instant: datetime) -> Iterator[datetime]:
        fire = in_utc(instant)
        end = datetime.max.replace(tzinfo=UTC) - self._step
        if self._anchor is not None and fire <= end:
            fire -= (fire - self._anchor) % self._step
        while fire <= end:
            fire += self._step
            yield fire

    def describe(self) -> str:
        return f"every {format_duration(self.seconds)}"

    def newest_until(self, now: datetime, *, known: datetime) -> datetime:
        return known + (now - known) // self._step * self._step


class OneOffTiming(Timing):
    """Single instants, each once."""

    def __init__(self, times: Iterable[datetime]) -> None:
        self.times = sorted({in_utc(at) for at in times})

    def fires_after(self, instant: datetime) -> Iterator[datetime]:
        yield from self.times[bisect_right(self.times, in_utc(instant)):]

    def describe(self) -> str:
        first = self.times[0].isoformat().replace("+00:00", "Z")
        return f"at {first}" if len(self.times) == 1 else f"at {len(self.times)} times, the first {first}"


class BoundedTiming(Timing):
    """The fires of another timing from `start` to `end`, both of them included."""

    def __init__(self, inner: Timing, *, start: datetime | None, end: datetime | None) -> None:
        self._inner = inner
        self._start = start
        self._end = end

    def fires_after(self, instant: datetime) -> Iterator[datetime]:
        asked = in_utc(instant)
        if self._start is not None and asked < self._start:
            asked = self._start - timedelta.resolution
        for fire in self._inner.fires_after(asked):
            if self._end is not None and fire > self._end:
                return
            yield fire

    def describe(self) -> str:
        since = f", from {_minute(self._start)}" if self._start is not None else ""
        until = f", until {_minute(self._end)}" if self._end is not None else ""
        return f"{self._inner.describe()}{since}{until}"

    def newest_until(self, now: datetime, *, known: datetime) -> datetime:
        return self._inner.newest_until(now if self._end is None else min(now, self._end), known=known)


def jitter_at(schedule_id: str, fire_at: datetime, most: float) -> timedelta:
    """How much later than `fire_at` a schedule fires: from 0 to below `most` seconds, the same whoever asks."""
    if not most:
        return timedelta(0)
    drawn = hashlib.sha256(f"{schedule_id}/{in_utc(fire_at).isoformat()}".encode()).digest()
    return timedelta(seconds=most * int.from_bytes(drawn[:6], "big") / 2**48)


def _minute(at: datetime) -> str:
    return in_utc(at).strftime("%Y-%m-%d %H:%M UTC")


def in_utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("a datetime without a time zone is no instant")
    return instant.astimezone(UTC)

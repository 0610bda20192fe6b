"""When a time zone changes its offset from UTC, found by asking the zone.

`zoneinfo` answers what the offset is at an instant but not when it changes; cron needs the changes themselves.
Instants and wall times are naive datetimes here (UTC and local): aware arithmetic ignores a zone's changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

# No zone in the IANA data keeps an offset for less than a day and then returns to the one it had before.
_PROBE = timedelta(hours=12)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Change:
    """At the instant `at` the offset becomes `after`. The wall clock jumps from `wall_before` to `wall_after`."""

    at: datetime
    before: timedelta
    after: timedelta

    @property
    def wall_before(self) -> datetime:
        return self.at + self.before

    @property
    def wall_after(self) -> datetime:
        return self.at + self.after

    @property
    def jump(self) -> timedelta:
        """Positive where wall times are left out, negative where they are repeated."""
        return self.after - self.before


def offset_at(zone: ZoneInfo, instant: datetime) -> timedelta:
    """The offset from UTC at a naive UTC instant."""
    local = instant.replace(tzinfo=UTC).astimezone(zone)
    return local.replace(tzinfo=None) - instant


def change_after(zone: ZoneInfo, instant: datetime, *, until: datetime) -> Change | None:
    """The first change strictly after `instant` and not after `until`."""
    year, month = instant.year, instant.month
    while (year, month) <= (until.year, until.month):
        for change in _changes(zone, year, month):
            if change.at > instant:
                return change if change.at <= until else None
        year, month = _following(year, month)
    return None


def change_before(zone: ZoneInfo, instant: datetime, *, since: datetime) -> Change | None:
    """The latest change at or before `instant` and not before `since`, which may be in the month before."""
    for moment in (instant, since):
        for change in reversed(_changes(zone, moment.year, moment.month)):
            if since <= change.at <= instant:
                return change
    return None


@lru_cache(maxsize=20_000)
def _changes(zone: ZoneInfo, year: int, month: int) -> tuple[Change, ...]:
    """All changes of one UTC month, in order."""
    if not 1 < year < 9999:
        return ()
    found = []
    low, end = _new_month(year, month) - _SECOND, _new_month(*_following(year, month)) - _SECOND
    before = offset_at(zone, low)
    while low < end:
        high = min(low + _PROBE, end)
        after = offset_at(zone, high)
        if after != before:
            found.append(Change(_first_with(zone, low, high, after), before, after))
        low, before = high, after
    return tuple(found)


def _following(year: int, month: int) -> tuple[int, int]:
    return (year, month + 1) if month < 12 else (year + 1, 1)


def _new_month(year: int, month: int) -> datetime:
    return datetime(year, month, 1, tzinfo=UTC).replace(tzinfo=None)


def _first_with(zone: ZoneInfo, low: datetime, high: datetime, offset: timedelta) -> datetime:
    """The first second in (low, high] whose offset is `offset`, given that it stays so until `high`."""
    while high - low > _SECOND:
        middle = low + (high - low) // 2
        middle = middle.replace(microsecond=0)
        if offset_at(zone, middle) == offset:
            high = middle
        else:
            low = middle
    return high

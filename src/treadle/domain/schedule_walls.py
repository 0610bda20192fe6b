"""The wall times that a cron expression names, without zones or clock changes: one step a day that matches, none a minute."""

from __future__ import annotations

from bisect import bisect_left
from calendar import monthrange
from collections.abc import Collection
from datetime import MAXYEAR, date, datetime, time, timedelta

from cronsim import CronSim

_SECOND = timedelta(seconds=1)
_CYCLE = 400
"""Years after which the calendar repeats itself: what does not come in them never comes."""


class Walls:
    """cronsim says what the fields mean and which days match; which one comes next is found here, year 9999 included."""

    def __init__(self, parsed: CronSim) -> None:
        self._parsed = parsed
        self._months = frozenset(parsed.months)
        self._hours = sorted(parsed.hours)
        self._minutes = sorted(parsed.minutes)
        self._seconds = sorted(parsed.seconds)
        self._days: dict[tuple[int, int], tuple[int, ...]] = {}
        self.never = self._day_after(date(1999, 12, 31)) is None

    def after(self, wall: datetime) -> datetime | None:
        """The first wall time strictly after `wall`, which may have microseconds; None when there is none."""
        start = wall.replace(microsecond=0) + _SECOND
        if start.month in self._months and start.day in self._days_of(start.year, start.month):
            found = self._time_from(start.hour, start.minute, start.second)
            if found is not None:
                return datetime.combine(start, found)
        day = self._day_after(start.date())
        return None if day is None else datetime.combine(day, time(self._hours[0], self._minutes[0], self._seconds[0]))

    def explain(self) -> str:
        return self._parsed.explain()

    def _time_from(self, hour: int, minute: int, second: int) -> time | None:
        """The first time of a day that is not before the given one."""
        if hour in self._hours:
            if minute in self._minutes and second <= self._seconds[-1]:
                return time(hour, minute, _first_from(self._seconds, second))
            if minute < self._minutes[-1]:
                return time(hour, _first_from(self._minutes, minute + 1), self._seconds[0])
        if hour < self._hours[-1]:
            return time(_first_from(self._hours, hour + 1), self._minutes[0], self._seconds[0])
        return None

    def _day_after(self, day: date) -> date | None:
        year, month, past = day.year, day.month, day.day
        last = min(MAXYEAR, year + _CYCLE)
        while year <= last:
            if month in self._months:
                for found in self._days_of(year, month):
                    if found > past:
                        return date(year, month, found)
            past = 0
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        return None

    def _days_of(self, year: int, month: int) -> Collection[int]:
        """The days of a month that match. Months that begin alike and are as long have the same ones."""
        kind = monthrange(year, month)
        if kind not in self._days:
            days = (date(year, month, day) for day in range(1, kind[1] + 1))
            self._days[kind] = tuple(day.day for day in days if self._parsed.match_day(day))
        return self._days[kind]


def _first_from(values: list[int], least: int) -> int:
    return values[bisect_left(values, least)]

"""A slow, obvious reading of Debian's cron: its main loop, played minute by minute on a wall clock. Shares no code with ours.

cron.c compares the clock with `virtual`, the last wall minute whose jobs have run. A job is wild if its minute or hour begins
with a star (entry.c: MIN_STAR, HR_STAR), and fixed otherwise.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
MONTHS = ("", "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


@dataclass(frozen=True, slots=True)
class Wake:
    """One wake-up of the daemon: the wall minutes for which wild jobs run, and those for which fixed jobs do."""

    at: datetime
    wild: tuple[datetime, ...]
    fixed: tuple[datetime, ...]


def wakes(zone: str, start: datetime, end: datetime, *, run_in_gap: bool = True, repeat: bool = False) -> list[Wake]:
    """Every minute after `start` and before `end`. Debian runs what a gap left out, and does not repeat."""
    local = ZoneInfo(zone)
    found = []
    at, virtual = start, wall(start, local)
    while (at := at + MINUTE) < end:
        running = wall(at, local)
        behind = (running - virtual) // MINUTE
        if behind == 1 or behind > 180 or behind <= -180:
            found.append(Wake(at, (running,), (running,)))
            virtual = running
        elif behind > 0:
            missed = tuple(virtual + n * MINUTE for n in range(1, behind + 1))
            found.append(Wake(at, missed if behind <= 5 else (running,), missed if run_in_gap else (running,)))
            virtual = running
        else:
            found.append(Wake(at, (running,), (running,) if repeat else ()))
    return found


def fires(expression: str, played: list[Wake]) -> list[datetime]:
    job = Job(expression)
    return [wake.at for wake in played if any(map(job.matches, wake.wild if job.wild else wake.fixed))]


def changes(zone: str, start: datetime, end: datetime) -> Iterator[datetime]:
    """The hours of a span in which the zone's offset changes."""
    local = ZoneInfo(zone)
    while start < end:
        later = start + timedelta(hours=1)
        if later.astimezone(local).utcoffset() != start.astimezone(local).utcoffset():
            yield start
        start = later


def wall(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(UTC).astimezone(zone).replace(tzinfo=None)


class Job:
    def __init__(self, expression: str) -> None:
        minute, hour, self.day, month, self.weekday = expression.split()
        self.wild = minute[0] == "*" or hour[0] == "*"
        self.both = self.day[0] == "*" or self.weekday[0] == "*"
        self.minutes = numbers(minute, 0, 59)
        self.hours = numbers(hour, 0, 23)
        self.months = numbers(month, 1, 12, MONTHS)

    def matches(self, at: datetime) -> bool:
        if at.minute not in self.minutes or at.hour not in self.hours or at.month not in self.months:
            return False
        in_day, in_week = self._in_day(at), self._in_week(at)
        return in_day and in_week if self.both else in_day or in_week

    def _in_day(self, at: datetime) -> bool:
        last = calendar.monthrange(at.year, at.month)[1]
        return any(at.day == last if term == "L" else at.day in numbers(term, 1, 31) for term in self.day.split(","))

    def _in_week(self, at: datetime) -> bool:
        return any(self._is_weekday(term, at) for term in self.weekday.split(","))

    def _is_weekday(self, term: str, at: datetime) -> bool:
        last = calendar.monthrange(at.year, at.month)[1]
        name, nth = re.fullmatch(r"(.*?)(L|#\d)?", term).groups()  # type: ignore[union-attr]
        if at.isoweekday() % 7 not in {number % 7 for number in numbers(name, 0, 7, DAYS)}:
            return False
        if nth is None:
            return True
        return at.day + 7 > last if nth == "L" else (at.day - 1) // 7 + 1 == int(nth[1:])


def numbers(field: str, low: int, high: int, names: tuple[str, ...] = ()) -> set[int]:
    found: set[int] = set()
    for term in field.split(","):
        span, _, step = term.partition("/")
        first, _, last = span.partition("-")
        begin = low if first == "*" else number(first, names)
        finish = high if first == "*" or (step and not last) else number(last or first, names)
        found.update(range(begin, finish + 1, int(step or 1)))
    return found


def number(word: str, names: tuple[str, ...]) -> int:
    return names.index(word) if word in names else int(word)

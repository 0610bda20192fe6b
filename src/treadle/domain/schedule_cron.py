"""Cron expressions: parsed by cronsim, mapped to instants by the rules of Debian's cron.

cronsim says what an expression means; every step over an offset change is taken here. Its own handling of changes
repeats fires, misses some in zones that change by half an hour, and can answer with a time that is not after the start;
docs/adr/0004-cron.md has the cases.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from treadle.domain.errors import DefinitionError, Finding
from treadle.domain.schedule_timing import Timing, in_utc
from treadle.domain.schedule_walls import Walls
from treadle.domain.schedule_zones import Change, change_after, change_before, offset_at

ALIASES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
FORM = (
    "five fields `minute hour day-of-month month day-of-week`, or six with seconds first; each `*`, `n`, `a-b`, `a,b`, `*/n`, "
    "names such as MON or JAN, `L` and `LW` for days, `5L` and `MON#1` for weekdays; or " + " ".join(ALIASES)
)
_FIELDS = ("a second", "a minute", "an hour", "a day of month", "a month", "a day of week")
_LONGEST = 200
_SECOND = timedelta(seconds=1)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)

_FIRST = datetime(1, 1, 3, tzinfo=UTC).replace(tzinfo=None)
"""Where every zone's wall clock has a date."""

# Wall clocks of one zone never differ by two days: a change that far away repeats nothing that lies before.
_NEAR = timedelta(days=2)
_LEAP = timedelta(days=3)

# Debian's cron counts whole minutes and compares `difference > 3 * 60` one minute after the change:
# 179 minutes forward and 180 backward are still daylight saving, anything more is a new clock.
_LARGEST_GAP = timedelta(minutes=179)
_LARGEST_REPEAT = timedelta(minutes=180)


@dataclass(frozen=True, slots=True)
class DstPolicy:
    """What becomes of a job at a fixed time when the clocks change."""

    run_in_gap: bool
    repeat: bool


DST_POLICIES = {
    "debian": DstPolicy(run_in_gap=True, repeat=False),
    "skip": DstPolicy(run_in_gap=False, repeat=False),
    "twice": DstPolicy(run_in_gap=True, repeat=True),
    "exact": DstPolicy(run_in_gap=False, repeat=True),
}


class CronTiming(Timing):
    """The fires of a cron expression in a time zone."""

    def __init__(self, expression: str, zone: ZoneInfo, dst: DstPolicy, *, path: str = "cron") -> None:
        self.expression = expression
        self.zone = zone
        fields = _fields(expression, path)
        parsed = _parsed(fields, path)
        walls = None if parsed is None else Walls(parsed)
        self._walls = None if walls is None or walls.never else walls
        # Debian's flags MIN_STAR and HR_STAR: `*/5` counts as a star too. Seconds, which Debian has not, follow suit.
        wild = any(field.startswith("*") for field in fields[:-3])
        self._run_in_gap = dst.run_in_gap and not wild
        self._repeat = dst.repeat or wild

    def fires_after(self, instant: datetime) -> Iterator[datetime]:
        start = max(in_utc(instant).replace(tzinfo=None), _FIRST)
        if self._walls is None:
            return
        last = start
        try:
            for fire in self._walk(start, self._walls):
                # A gap's fire and a match right after the gap are the same instant.
                if fire > last:
                    last = fire
                    yield fire.replace(tzinfo=UTC)
        except OverflowError:
            # The calendar ends with the year 9999.
            return

    def describe(self) -> str:
        words = f"{self.expression}, which never comes" if self._walls is None else self._walls.explain()
        return words if self.zone.key == "UTC" else f"{words}, {self.zone.key} time"

    def _walk(self, at: datetime, walls: Walls) -> Iterator[datetime]:
        """Fires from `at` on, naive UTC, never falling: one stretch of constant offset after the other."""
        offset = offset_at(self.zone, at)
        wall = walls.after(self._already_run(at, offset))
        change: Change | None = None
        clear = at  # without a `change`, there is none after `at` and up to here
        while wall is not None:
            due = wall - offset
            if change is None and due > clear:
                clear = at + _NEAR
                change = change_after(self.zone, at, until=clear)
                if change is None and due > clear:
                    # Changes on the way touch nothing: no wall time before the next one matches.
                    at = clear = max(clear, due - _LEAP)
                    offset = offset_at(self.zone, at)
                    continue
            if change is None or wall < change.wall_before:
                at = due
                yield at
                wall = walls.after(wall)
                continue
            if wall < change.wall_after:
                if self._run_in_gap and change.jump <= _LARGEST_GAP:
                    yield change.at
                wall = walls.after(change.wall_after - _SECOND)
            elif self._repeats(change):
                wall = walls.after(change.wall_after - _SECOND)
            at, offset, clear, change = change.at, change.after, change.at, None

    def _already_run(self, at: datetime, offset: timedelta) -> datetime:
        """The wall time up to which everything has run: in the second pass of repeated hours, their end."""
        wall = at + offset
        change = change_before(self.zone, at, since=at - _NEAR)
        if change is None or self._repeats(change) or wall >= change.wall_before:
            return wall
        return change.wall_before - _SECOND

    def _repeats(self, change: Change) -> bool:
        """Whether wall times that come a second time fire a second time."""
        return change.jump < timedelta(0) and (self._repeat or -change.jump > _LARGEST_REPEAT)


def _fields(expression: str, path: str) -> list[str]:
    text = expression.strip()
    if text.lower() == "@reboot":
        raise _refused("@reboot has no time: a worker's start is not an event of a schedule", path)
    if len(text) > _LONGEST:
        raise _refused(f"a cron expression of {len(text)} characters; the limit is {_LONGEST}", path)
    fields = ALIASES.get(text.lower(), text).upper().split()
    if len(fields) not in (5, 6):
        raise _refused(f"{expression!r} has {len(fields)} field{'s' * (len(fields) != 1)}", path)
    return fields


def _parsed(fields: list[str], path: str) -> CronSim | None:
    """None for a well-formed expression that names only days that no month has, such as February 30."""
    whole = _try(fields)
    if isinstance(whole, CronSim):
        return whole
    months_free = [*fields[:-2], "*", fields[-1]]
    day_free = [*fields[:-3], "1", *fields[-2:]]
    if isinstance(_try(months_free), CronSim) and isinstance(_try(day_free), CronSim):
        return None
    names = _FIELDS[-len(fields):]
    for place, field in enumerate(fields):
        alone = ["*"] * len(fields)
        alone[place] = field
        if not isinstance(_try(alone), CronSim):
            raise _refused(f"{field!r} is not {names[place]}", path)
    raise _refused(str(whole), path)


def _try(fields: list[str]) -> CronSim | Exception:
    try:
        return CronSim(" ".join(fields), _EPOCH)
    # cronsim lets some malformed terms through to its assertions and to int().
    except (CronSimError, ValueError, AssertionError, TypeError) as error:
        return error


def _refused(message: str, path: str) -> DefinitionError:
    return DefinitionError([Finding(code="invalid_cron", message=message, path=path, hint=FORM)])

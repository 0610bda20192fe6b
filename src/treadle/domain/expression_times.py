"""Functions on times, which are texts as RFC 3339 writes them; the language itself never asks what time it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from treadle.domain.durations import parse_duration
from treadle.domain.errors import DefinitionError
from treadle.domain.expression_frame import FaultError, Frame, kind_of, shown
from treadle.domain.expression_registry import function, text_of
from treadle.domain.expression_time_patterns import LONGEST_FIELD, read_by, write_by

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST_TIME = 40
COST = 15
"""Steps for reading or writing a time."""


@function('parse_time("2026-03-29T03:00:00+02:00") + " " + parse_time("31.12.2026", "%d.%m.%Y")',
          "2026-03-29T01:00:00Z 2026-12-31T00:00:00Z")  # fmt: skip
def parse_time(frame: Frame, time: Any, pattern: Any = None, zone: Any = "UTC") -> str:
    """The time in UTC, from a text with a time zone or from seconds since 1970; equal times give equal texts.

    With a pattern of the fields of `format_time` without names of days and weeks, from a text written so in that zone.
    """
    frame.charge(3 * COST)
    if pattern is None:
        return written(instant_of(time))
    if len(text_of(time)) > _LONGEST_TIME or len(text_of(pattern)) > _LONGEST_TIME:
        raise FaultError(f"reads at most {_LONGEST_TIME} characters by a pattern")
    return _read_in(zone, time, pattern)


@function('format_time("2026-03-29T01:00:00Z", "%A %d.%m.%Y %H:%M", "Europe/Berlin")', "Sunday 29.03.2026 03:00")
def format_time(frame: Frame, time: Any, pattern: Any, zone: Any = "UTC") -> str:
    """The time as `pattern` says, in a time zone: `%Y %m %d %H %I %p %M %S %f %j %u %V %A %a %B %b %z %%`."""
    frame.charge(3 * COST)
    local = local_time(time, zone)
    frame.build_text(len(text_of(pattern)) + LONGEST_FIELD * pattern.count("%"))
    return write_by(pattern, local)


@function('add_duration("2026-02-28T12:00:00Z", "1d12h")', "2026-03-02T00:00:00Z")
def add_duration(frame: Frame, time: Any, duration: Any) -> str:
    """The time that much later: a number of seconds, which may be negative, or a text such as `30m`, `2h`, `7d`, `-1d`."""
    frame.charge(3 * COST)
    try:
        return written(instant_of(time) + timedelta(seconds=seconds_of(duration)))
    except OverflowError:
        raise FaultError("the time is outside of the years 1 to 9999") from None


@function('seconds_between("2026-03-01T00:00:00Z", "2026-03-01T00:01:30Z")', 90.0)
def seconds_between(frame: Frame, start: Any, end: Any) -> float:
    """How many seconds `end` is after `start`; negative if it is before, so this tells which of two times comes first."""
    frame.charge(2 * COST)
    return (instant_of(end) - instant_of(start)).total_seconds()


def _read_in(zone: Any, text: str, pattern: str) -> str:
    try:
        local = read_by(pattern, text)
        return written((local if local.tzinfo else local.replace(tzinfo=_zone(text_of(zone)))).astimezone(UTC))
    except OverflowError:
        raise FaultError("the time is outside of the years 1 to 9999") from None


def local_time(time: Any, zone: Any) -> datetime:
    """A time as the clocks of a zone show it."""
    instant = instant_of(time)
    try:
        return instant.astimezone(_zone(text_of(zone)))
    except OverflowError:
        raise FaultError("the time is outside of the years 1 to 9999") from None


def instant_of(value: Any) -> datetime:
    """A time in UTC from a text with a time zone, or from seconds since 1970."""
    try:
        if type(value) is int or type(value) is float:
            return _EPOCH + timedelta(seconds=value)
        if type(value) is not str:
            raise FaultError(f"a time is a text or a number of seconds, not {kind_of(value)}")
        instant = datetime.fromisoformat(value) if len(value) <= _LONGEST_TIME else None
        if instant is not None and instant.tzinfo is not None:
            return instant.astimezone(UTC)
    except OverflowError:
        raise FaultError("the time is outside of the years 1 to 9999") from None
    except ValueError:
        instant = None
    if instant is not None:
        raise FaultError(f'{shown(value)} has no time zone: "Z" or "+02:00" at its end says which it is')
    raise FaultError(f"{shown(str(value))} is not a time such as 2026-03-29T01:00:00Z")


def written(instant: datetime) -> str:
    """A time in UTC as the language writes it."""
    return instant.isoformat().removesuffix("+00:00") + "Z"


def seconds_of(duration: Any) -> float:
    """The seconds of a duration, which may be negative."""
    if type(duration) is int or type(duration) is float:
        return duration
    sign = -1 if text_of(duration).startswith("-") else 1
    try:
        return sign * parse_duration(duration.removeprefix("-"))
    except DefinitionError as error:
        raise FaultError(error.findings[0].message) from None


def _zone(name: str) -> Any:
    # Imported here because only texts for people need it.
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        raise FaultError(f"no time zone {shown(name)}") from None

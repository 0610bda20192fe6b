"""Functions on times, which are texts as RFC 3339 writes them; the language itself never asks what time it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from treadle.domain.durations import parse_duration
from treadle.domain.errors import DefinitionError
from treadle.domain.expression_frame import FaultError, Frame, kind_of, shown
from treadle.domain.expression_registry import function, text_of

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST_TIME = 40
_COST = 15
"""Steps for reading or writing a time."""
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
# Written out because strftime speaks the language of the machine it runs on.
_FIELDS: dict[str, Callable[[datetime], str]] = {
    "Y": lambda t: f"{t.year:04}",
    "m": lambda t: f"{t.month:02}",
    "d": lambda t: f"{t.day:02}",
    "H": lambda t: f"{t.hour:02}",
    "I": lambda t: f"{(t.hour + 11) % 12 + 1:02}",
    "p": lambda t: "AM" if t.hour < 12 else "PM",
    "M": lambda t: f"{t.minute:02}",
    "S": lambda t: f"{t.second:02}",
    "f": lambda t: f"{t.microsecond:06}",
    "j": lambda t: f"{t.timetuple().tm_yday:03}",
    "u": lambda t: str(t.isoweekday()),
    "V": lambda t: f"{t.isocalendar().week:02}",
    "A": lambda t: _DAYS[t.weekday()],
    "a": lambda t: _DAYS[t.weekday()][:3],
    "B": lambda t: _MONTHS[t.month - 1],
    "b": lambda t: _MONTHS[t.month - 1][:3],
    "z": lambda t: t.strftime("%z"),
}


@function('parse_time("2026-03-29T03:00:00+02:00")', "2026-03-29T01:00:00Z")
def parse_time(frame: Frame, time: Any) -> str:
    """The time in UTC, from a text with a time zone or from seconds since 1970; equal times give equal texts."""
    frame.charge(_COST)
    return _written(_instant(time))


@function('format_time("2026-03-29T01:00:00Z", "%A %d.%m.%Y %H:%M", "Europe/Berlin")', "Sunday 29.03.2026 03:00")
def format_time(frame: Frame, time: Any, pattern: Any, zone: Any = "UTC") -> str:
    """The time as `pattern` says, in a time zone: `%Y %m %d %H %I %p %M %S %f %j %u %V %A %a %B %b %z %%`."""
    frame.charge(3 * _COST)
    instant = _instant(time)
    try:
        local = instant.astimezone(_zone(text_of(zone)))
    except OverflowError:
        raise FaultError("the time is outside of the years 1 to 9999") from None
    pieces = text_of(pattern).split("%")
    frame.build_text(len(pattern) + 6 * len(pieces))
    return _filled(pieces, local)


@function('add_duration("2026-02-28T12:00:00Z", "1d12h")', "2026-03-02T00:00:00Z")
def add_duration(frame: Frame, time: Any, duration: Any) -> str:
    """The time that much later: a number of seconds, which may be negative, or a text such as `30m`, `2h`, `7d`, `-1d`."""
    frame.charge(3 * _COST)
    try:
        return _written(_instant(time) + timedelta(seconds=_seconds(duration)))
    except OverflowError:
        raise FaultError("the time is outside of the years 1 to 9999") from None


@function('seconds_between("2026-03-01T00:00:00Z", "2026-03-01T00:01:30Z")', 90.0)
def seconds_between(frame: Frame, start: Any, end: Any) -> float:
    """How many seconds `end` is after `start`; negative if it is before, so this tells which of two times comes first."""
    frame.charge(2 * _COST)
    return (_instant(end) - _instant(start)).total_seconds()


def _instant(value: Any) -> datetime:
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


def _written(instant: datetime) -> str:
    return instant.isoformat().removesuffix("+00:00") + "Z"


def _seconds(duration: Any) -> float:
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


def _filled(pieces: list[str], local: datetime) -> str:
    """The pattern, split at its percent signs, with the fields filled in."""
    result = [pieces[0]]
    place = 1
    while place < len(pieces):
        piece = pieces[place]
        if not piece and place + 1 < len(pieces):
            # Two signs in a row stand for one, and what follows them is plain.
            result.append("%" + pieces[place + 1])
            place += 2
            continue
        field = _FIELDS.get(piece[:1])
        if field is None:
            raise FaultError(f"no field {shown('%' + piece[:1])}; there are %{' %'.join(_FIELDS)}")
        result.append(field(local) + piece[1:])
        place += 1
    return "".join(result)

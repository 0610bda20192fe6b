"""Times by pattern, such as `%d.%m.%Y %H:%M`: written for people, and read from what they wrote.

Names of days and months are English: strftime and strptime speak the language of the machine they run on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone, tzinfo

from treadle.domain.expression_frame import FaultError, shown

LONGEST_FIELD = 10
"""Characters that a field of two makes, at most."""

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_WRITTEN: Mapping[str, Callable[[datetime], str]] = {
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
    "%": lambda _: "%",
}
_READ_DIGITS = {"Y": 4, "m": 2, "d": 2, "H": 2, "I": 2, "M": 2, "S": 2, "f": 6}
_READ = (*_READ_DIGITS, "p", "B", "b", "z", "%")


def write_by(pattern: str, time: datetime) -> str:
    """The pattern with the fields filled in."""
    first, *pieces = pattern.split("%%")
    return "%".join([_filled(first, time), *(_filled(piece, time) for piece in pieces)])


def read_by(pattern: str, text: str) -> datetime:
    """The time that a text tells, with a time zone if the pattern has `%z`; what it leaves out is that of midnight, 1970."""
    reader = _Reader(pattern, text)
    steps = iter(pattern)
    for step in steps:
        if step == "%":
            reader.field(next(steps, ""))
        else:
            reader.literal(step)
    return reader.time()


class _Reader:
    """What was read so far."""

    def __init__(self, pattern: str, text: str) -> None:
        self._pattern = pattern
        self._text = text
        self._rest = text
        self._found: dict[str, int] = {}
        self._afternoon: bool | None = None
        self._zone: tzinfo | None = None

    def literal(self, character: str) -> None:
        if not self._rest.startswith(character):
            raise self._refusal(f"at {shown(self._rest)} comes no {shown(character)}")
        self._rest = self._rest[1:]

    def field(self, name: str) -> None:
        if name in _READ_DIGITS:
            digits = self._digits(_READ_DIGITS[name], name)
            self._found[name] = int(digits.ljust(6, "0") if name == "f" else digits)
        elif name == "p":
            self._afternoon = self._word(("AM", "PM"), name) == 1
        elif name in ("B", "b"):
            names = _MONTHS if name == "B" else tuple(month[:3] for month in _MONTHS)
            self._found["m"] = self._word(names, name) + 1
        elif name == "z":
            self._zone = self._offset()
        elif name == "%":
            self.literal("%")
        else:
            raise FaultError(f"no field {shown('%' + name)} to read; there are %{' %'.join(_READ)}")

    def time(self) -> datetime:
        if self._rest:
            raise self._refusal(f"{shown(self._rest)} is left over")
        found = self._found
        hour = found.get("H", 0)
        if "I" in found:
            if not 1 <= found["I"] <= 12 or self._afternoon is None:
                raise self._refusal("%I needs 1 to 12, and %p")
            hour = found["I"] % 12 + (12 if self._afternoon else 0)
        try:
            return datetime(
                found.get("Y", 1970), found.get("m", 1), found.get("d", 1), hour, found.get("M", 0), found.get("S", 0),
                found.get("f", 0), tzinfo=self._zone,
            )  # fmt: skip
        except ValueError as error:
            raise self._refusal(str(error)) from None

    def _digits(self, most: int, name: str) -> str:
        length = 0
        while length < min(most, len(self._rest)) and self._rest[length] in "0123456789":
            length += 1
        if not length:
            raise self._refusal(f"digits for %{name} are missing")
        digits, self._rest = self._rest[:length], self._rest[length:]
        return digits

    def _word(self, words: tuple[str, ...], name: str) -> int:
        for place, word in enumerate(words):
            if self._rest[: len(word)].lower() == word.lower():
                self._rest = self._rest[len(word) :]
                return place
        raise self._refusal(f"at {shown(self._rest)} is no %{name}")

    def _offset(self) -> tzinfo:
        if self._rest[:1] in ("Z", "z"):
            self._rest = self._rest[1:]
            return timezone(timedelta())
        sign = {"+": 1, "-": -1}.get(self._rest[:1])
        if sign is None:
            raise self._refusal("%z is Z, or hours and minutes such as +0200")
        self._rest = self._rest[1:]
        hours = int(self._digits(2, "z"))
        self._rest = self._rest.removeprefix(":")
        minutes = int(self._digits(2, "z"))
        if hours > 23 or minutes > 59:
            raise self._refusal("%z is Z, or hours and minutes such as +0200")
        return timezone(sign * timedelta(hours=hours, minutes=minutes))

    def _refusal(self, reason: str) -> FaultError:
        return FaultError(f"{shown(self._text)} is not written as {shown(self._pattern)}: {reason}")


def _filled(pattern: str, time: datetime) -> str:
    """A part of a pattern in which no percent sign stands for itself."""
    first, *pieces = pattern.split("%")
    result = [first]
    for piece in pieces:
        field = _WRITTEN.get(piece[:1])
        if field is None:
            raise FaultError(f"no field {shown('%' + piece[:1])}; there are %{' %'.join(_WRITTEN)}")
        result.append(field(time) + piece[1:])
    return "".join(result)

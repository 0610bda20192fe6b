"""Durations as people write them, in seconds.

Months and years are refused: they have no fixed length.
"""

from __future__ import annotations

import math
import re

from treadle.domain.errors import DefinitionError, Finding

ACCEPTED = 'a number of seconds, "500ms" "1.5s" "30m" "2h" "7d" "1h30m", or ISO 8601 such as "PT30S" "P1DT2H"'

MAX_DURATION = 100 * 365.25 * 86400.0
"""Seconds in 100 years, the longest duration accepted."""

_NUMBER = r"([0-9]+(?:\.[0-9]+)?)"
_SHORT = re.compile(rf"(?:{_NUMBER}w)?(?:{_NUMBER}d)?(?:{_NUMBER}h)?(?:{_NUMBER}m)?(?:{_NUMBER}s)?(?:{_NUMBER}ms)?")
_ISO = re.compile(rf"P(?:{_NUMBER}W)?(?:{_NUMBER}D)?(?:T(?=[0-9])(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:{_NUMBER}S)?)?")
_SECONDS = (604800.0, 86400.0, 3600.0, 60.0, 1.0)
_LONGEST_TEXT = 64


def parse_duration(value: object, *, path: str = "") -> float:
    """Seconds, at least 0 and at most `MAX_DURATION`; DefinitionError with one finding at `path` otherwise."""
    if isinstance(value, str):
        seconds = _seconds_of(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        # An int may be too large for a float; comparing first keeps the conversion safe.
        seconds = -1.0 if value < 0 else math.inf if value > MAX_DURATION else float(value)
    else:
        seconds = None
    if seconds is None or math.isnan(seconds) or seconds < 0:
        raise _refused(f"{_shown(value)} is not a duration", path)
    if seconds > MAX_DURATION:
        raise _refused(f"{_shown(value)} is longer than 100 years", path)
    return seconds


def format_duration(seconds: float) -> str:
    """The short form, such as `1h30m` or `500ms`; exact to the microsecond."""
    micros = round(seconds * 1_000_000)
    if micros < 1_000_000:
        return f"{_decimal(micros, 3)}ms" if micros else "0s"
    parts: list[str] = []
    for unit, size in (("d", 86_400_000_000), ("h", 3_600_000_000), ("m", 60_000_000)):
        count, micros = divmod(micros, size)
        if count:
            parts.append(f"{count}{unit}")
    if micros:
        parts.append(f"{_decimal(micros, 6)}s")
    return "".join(parts)


def written_duration(seconds: float) -> str | float:
    """The short form where it is exact, else the number."""
    text = format_duration(seconds)
    return text if parse_duration(text) == seconds else seconds


def _seconds_of(text: str) -> float | None:
    stripped = text.strip()
    if not stripped or len(stripped) > _LONGEST_TEXT:
        return None
    matched = _SHORT.fullmatch(stripped) or _ISO.fullmatch(stripped)
    if matched is None or not any(matched.groups()):
        return None
    *amounts, millis = matched.groups() if matched.re is _SHORT else (*matched.groups(), None)
    total = sum(float(amount) * size for amount, size in zip(amounts, _SECONDS, strict=True) if amount)
    return total + float(millis) / 1000 if millis else total


def _decimal(amount: int, places: int) -> str:
    """`amount` divided by ten to the power of `places`, without trailing zeros."""
    whole, rest = divmod(amount, 10**places)
    return f"{whole}.{rest:0{places}d}".rstrip("0") if rest else str(whole)


def _shown(value: object) -> str:
    # Python refuses to print integers of more than a few thousand digits.
    if isinstance(value, int) and value.bit_length() > 200:
        return "the number"
    text = repr(value) if isinstance(value, str | int | float) else type(value).__name__
    return text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}…"


def _refused(message: str, path: str) -> DefinitionError:
    return DefinitionError([Finding(code="invalid_duration", message=message, path=path, hint=f"accepted: {ACCEPTED}")])

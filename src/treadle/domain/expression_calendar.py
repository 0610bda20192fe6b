"""Functions on the calendar and the clock of a time zone: parts of a time, the start of a day, a month later."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, datetime, timedelta
from typing import Any

from treadle.domain.expression_frame import FaultError, Frame, shown
from treadle.domain.expression_registry import function, integer_of, number_of, object_of, text_of
from treadle.domain.expression_times import COST, local_time, seconds_of, written

_OUTSIDE = "the time is outside of the years 1 to 9999"
_UNITS = ("minute", "hour", "day", "week", "month", "quarter", "year")
_SHIFTS = ("years", "months", "weeks", "days", "hours", "minutes", "seconds")


@function('time_parts("2026-03-29T01:30:00Z", "Europe/Berlin").hour', 3)
def time_parts(frame: Frame, time: Any, zone: Any = "UTC") -> dict[str, Any]:
    """An object with `year`, `month`, `day`, `hour`, `minute`, `second`, `weekday` (Monday is 1), `week`, `day_of_year`, and
    `offset`, the seconds by which the zone is ahead of UTC.
    """
    frame.charge(3 * COST)
    local = local_time(time, zone)
    offset = local.utcoffset() or timedelta()
    return {
        "year": local.year,
        "month": local.month,
        "day": local.day,
        "hour": local.hour,
        "minute": local.minute,
        "second": local.second,
        "weekday": local.isoweekday(),
        "week": local.isocalendar().week,
        "day_of_year": local.timetuple().tm_yday,
        "offset": int(offset.total_seconds()),
    }


@function('start_of("2026-08-14T10:00:00Z", "month", "Europe/Berlin")', "2026-07-31T22:00:00Z")
def start_of(frame: Frame, time: Any, unit: Any, zone: Any = "UTC") -> str:
    """When the `minute`, `hour`, `day`, `week` (from Monday), `month`, `quarter` or `year` of that time began in the zone."""
    frame.charge(3 * COST)
    local = local_time(time, zone)
    if text_of(unit) not in _UNITS:
        raise FaultError(f"no unit {shown(unit)}; there are {', '.join(_UNITS)}")
    if unit in ("minute", "hour"):
        # Counted back from the time itself, so that the hour that comes twice stays the one it is.
        passed = timedelta(seconds=local.second, microseconds=local.microsecond, minutes=local.minute if unit == "hour" else 0)
        return written(local.astimezone(UTC) - passed)
    return _utc(_first_day(local, unit).replace(hour=0, minute=0, second=0, microsecond=0, fold=0))


@function('shift_time("2026-01-31T12:00:00Z", {"months": 1})', "2026-02-28T12:00:00Z")
def shift_time(frame: Frame, time: Any, by: Any, zone: Any = "UTC") -> str:
    """The time that much later in the zone, or earlier with negative numbers: `by` has `years`, `months`, `weeks`, `days`, `hours`,
    `minutes`, `seconds`.

    Years to days keep the time on the clock, and the last day of a month where the day does not exist; the rest is exact.
    """
    frame.charge(4 * COST)
    unknown = [key for key in object_of(by) if key not in _SHIFTS]
    if unknown:
        raise FaultError(f"no unit {shown(unknown[0])}; there are {', '.join(_SHIFTS)}")
    local = local_time(time, zone)
    months = 12 * integer_of(by.get("years", 0)) + integer_of(by.get("months", 0))
    days = 7 * integer_of(by.get("weeks", 0)) + integer_of(by.get("days", 0))
    exact = {key: number_of(by.get(key, 0)) for key in ("hours", "minutes", "seconds")}
    try:
        moved = (_months_later(local, months) + timedelta(days=days)) if months or days else local
        return _utc(moved, timedelta(**exact))
    except (OverflowError, ValueError):
        raise FaultError(_OUTSIDE) from None


@function('seconds("1h30m") + seconds("PT10S")', 5410.0)
def seconds(frame: Frame, duration: Any) -> float:
    """How many seconds a duration has: a number of them, or a text such as `30m`, `2h`, `7d`, `-1d`, `PT10S`."""
    frame.charge(COST)
    return float(seconds_of(duration))


@function('days_between("2026-03-28T12:00:00Z", "2026-03-30T01:00:00Z", "Europe/Berlin")', 2)
def days_between(frame: Frame, start: Any, end: Any, zone: Any = "UTC") -> int:
    """How many midnights of the zone lie between two times; negative if `end` is before `start`."""
    frame.charge(4 * COST)
    return (local_time(end, zone).date() - local_time(start, zone).date()).days


def _first_day(local: datetime, unit: str) -> datetime:
    if unit == "week":
        try:
            return local - timedelta(days=local.weekday())
        except OverflowError:
            raise FaultError(_OUTSIDE) from None
    if unit == "month":
        return local.replace(day=1)
    if unit == "quarter":
        return local.replace(day=1, month=(local.month - 1) // 3 * 3 + 1)
    return local.replace(day=1, month=1) if unit == "year" else local


def _months_later(local: datetime, months: int) -> datetime:
    years, month = divmod(local.month - 1 + months, 12)
    year = local.year + years
    if not 1 <= year <= 9999:
        raise FaultError(_OUTSIDE)
    return local.replace(year=year, month=month + 1, day=min(local.day, monthrange(year, month + 1)[1]))


def _utc(local: datetime, more: timedelta = timedelta()) -> str:
    try:
        return written(local.astimezone(UTC) + more)
    except OverflowError:
        raise FaultError(_OUTSIDE) from None

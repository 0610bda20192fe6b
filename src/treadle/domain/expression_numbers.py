"""Functions on numbers: rounding to whole ones, ranges, averages, numbers for people."""

from __future__ import annotations

from typing import Any

from treadle.domain.expression_frame import FaultError, Frame, kind_of
from treadle.domain.expression_operators import NUMBERS, number
from treadle.domain.expression_registry import function, integer_of, list_of, number_of, text_of

_MOST_DIGITS = 30
_LONGEST_NUMBER = 500
"""The largest float has 309 digits before the point; with separators and the digits behind it, this is enough."""


@function("floor(-2.5)", -3)
def floor(_frame: Frame, value: Any) -> int:
    """The next whole number that is not above this one."""
    return int(number(int(number_of(value) // 1)))


@function("ceil(2.1)", 3)
def ceil(_frame: Frame, value: Any) -> int:
    """The next whole number that is not below this one."""
    return int(number(-int(-number_of(value) // 1)))


@function("clamp(120, 0, 100)", 100)
def clamp(_frame: Frame, value: Any, least: Any, most: Any) -> Any:
    """The number, or the end of the range that it is beyond."""
    if number_of(least) > number_of(most):
        raise FaultError("the least is larger than the most")
    return min(max(number_of(value), least), most)


@function("average([1, 2, 6])", 3.0)
def average(frame: Frame, items: Any) -> float:
    """The mean of a list of numbers."""
    numbers = _numbers(frame, items)
    return float(number(number(sum(numbers)) / len(numbers)))


@function("median([5, 1, 3, 100])", 4.0)
def median(frame: Frame, items: Any) -> float:
    """The number in the middle of a list; the mean of the two there if their count is even."""
    numbers = sorted(_numbers(frame, items))
    frame.charge(len(numbers))
    middle = len(numbers) // 2
    if len(numbers) % 2:
        return float(numbers[middle])
    return float(number((numbers[middle - 1] + numbers[middle]) / 2))


@function('format_number(1234567.5, 2) + " / " + format_number(1234.5, 2, ".", ",")', "1,234,567.50 / 1.234,50")
def format_number(frame: Frame, value: Any, digits: Any = 0, thousands: Any = ",", point: Any = ".") -> str:
    """The number as people read it: that many digits behind the point, `thousands` between groups of three."""
    if not 0 <= integer_of(digits) <= _MOST_DIGITS:
        raise FaultError(f"writes 0 to {_MOST_DIGITS} digits behind the point")
    frame.build_text(_LONGEST_NUMBER * (1 + len(text_of(thousands))) + len(text_of(point)))
    # A whole number would lose digits as a float.
    whole, _, fraction = (f"{value:,}." + "0" * digits if type(number_of(value)) is int else f"{value:,.{digits}f}").partition(".")
    if not (whole + fraction).strip("-0,"):
        whole = whole.removeprefix("-")
    return whole.replace(",", thousands) + (point + fraction if fraction else "")


def _numbers(frame: Frame, items: Any) -> list[Any]:
    found = list_of(items)
    if not found:
        raise FaultError("an empty list has none")
    frame.charge(len(found))
    for item in found:
        if type(item) not in NUMBERS:
            raise FaultError(f"needs numbers, and one element is {kind_of(item)}")
    return found

"""What the operators do: Python's meaning on JSON values, bounded, and without the conversions that hide mistakes.

A boolean is no number: it equals booleans only, and neither counts nor compares. Integers have 64 bits, floats are finite.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from treadle.domain.expression_frame import FaultError, Frame, Namespace, kind_of
from treadle.domain.values import INT_MAX, INT_MIN

NUMBERS = frozenset({int, float})
Operator = Callable[[Frame, Any, Any], Any]


def number(value: Any) -> Any:
    """The number, or FaultError if it is beyond 64 bits or not finite."""
    if type(value) is int:
        if INT_MIN <= value <= INT_MAX:
            return value
        raise FaultError("the result is an integer beyond 64 bits")
    if value - value == 0:
        return value
    raise FaultError("the result is not a finite number")


def add(frame: Frame, left: Any, right: Any) -> Any:
    kind = type(left)
    if kind in NUMBERS and type(right) in NUMBERS:
        return number(left + right)
    if kind is str and type(right) is str:
        frame.build_text(len(left) + len(right))
        return left + right
    if kind is list and type(right) is list:
        frame.build_items(len(left) + len(right))
        return left + right
    raise _refusal("+", left, right)


def subtract(_frame: Frame, left: Any, right: Any) -> Any:
    if type(left) in NUMBERS and type(right) in NUMBERS:
        return number(left - right)
    raise _refusal("-", left, right)


def multiply(frame: Frame, left: Any, right: Any) -> Any:
    if type(left) in NUMBERS and type(right) in NUMBERS:
        return number(left * right)
    if type(left) is int and type(right) in (str, list):
        left, right = right, left
    if type(right) is int and type(left) is str:
        frame.build_text(len(left) * max(right, 0))
        return left * right
    if type(right) is int and type(left) is list:
        frame.build_items(len(left) * max(right, 0))
        return left * right
    raise _refusal("*", left, right)


def divide(_frame: Frame, left: Any, right: Any) -> Any:
    _refuse_division("/", left, right)
    return number(left / right)


def floor_divide(_frame: Frame, left: Any, right: Any) -> Any:
    _refuse_division("//", left, right)
    return number(left // right)


def remainder(_frame: Frame, left: Any, right: Any) -> Any:
    _refuse_division("%", left, right)
    return number(left % right)


def negate(value: Any) -> Any:
    if type(value) in NUMBERS:
        return number(-value)
    raise FaultError(f'"-" needs a number, not {kind_of(value)}')


def equal(frame: Frame, left: Any, right: Any) -> bool:
    """Equality of JSON: 1 equals 1.0, true equals only true, lists and objects by content."""
    kind = type(left)
    if kind is str:
        if type(right) is not str or len(left) != len(right):
            return False
        frame.charge_text(len(left))
        return bool(left == right)
    if kind is list or kind is dict:
        return kind is type(right) and _equal_inside(frame, left, right)
    return bool(left == right) and (kind is bool) == (type(right) is bool)


def not_equal(frame: Frame, left: Any, right: Any) -> bool:
    return not equal(frame, left, right)


def less(frame: Frame, left: Any, right: Any) -> bool:
    return _ordered(frame, "<", operator.lt, left, right)


def less_or_equal(frame: Frame, left: Any, right: Any) -> bool:
    return _ordered(frame, "<=", operator.le, left, right)


def greater(frame: Frame, left: Any, right: Any) -> bool:
    return _ordered(frame, ">", operator.gt, left, right)


def greater_or_equal(frame: Frame, left: Any, right: Any) -> bool:
    return _ordered(frame, ">=", operator.ge, left, right)


def inside(frame: Frame, needle: Any, container: Any) -> bool:
    """`in`: an element of a list, a key of an object, a part of a text."""
    kind = type(container)
    if kind is list:
        frame.charge(len(container))
        return any(equal(frame, needle, item) for item in container)
    if type(needle) is str:
        if kind is dict:
            return needle in container
        if kind is str:
            frame.charge_text(len(container) + len(needle))
            return needle in container
        if isinstance(container, Namespace):
            return needle in container.known()
    if kind in (dict, str):
        raise FaultError(f'"in" looks for a text in {kind_of(container)}, not for {kind_of(needle)}')
    raise FaultError(f'"in" looks into a list, an object or a text, not into {kind_of(container)}')


def not_inside(frame: Frame, needle: Any, container: Any) -> bool:
    return not inside(frame, needle, container)


def _ordered(frame: Frame, sign: str, compare: Callable[[Any, Any], bool], left: Any, right: Any) -> bool:
    if type(left) in NUMBERS and type(right) in NUMBERS:
        return compare(left, right)
    if type(left) is str and type(right) is str:
        frame.charge_text(min(len(left), len(right)))
        return compare(left, right)
    raise FaultError(f'"{sign}" compares two numbers or two texts, not {kind_of(left)} and {kind_of(right)}')


def _equal_inside(frame: Frame, left: Any, right: Any) -> bool:
    pairs = [(left, right)]
    while pairs:
        one, other = pairs.pop()
        if type(one) is not type(other) or type(one) not in (list, dict):
            if not equal(frame, one, other):
                return False
            continue
        if one is other:
            continue
        if len(one) != len(other):
            return False
        frame.charge(2 * len(one) + 1)
        if type(one) is list:
            pairs.extend(zip(one, other, strict=True))
        elif one.keys() == other.keys():
            pairs.extend((item, other[key]) for key, item in one.items())
        else:
            return False
    return True


def _refuse_division(sign: str, left: Any, right: Any) -> None:
    if type(left) not in NUMBERS or type(right) not in NUMBERS:
        raise _refusal(sign, left, right)
    if right == 0:
        raise FaultError("division by zero")


def _refusal(sign: str, left: Any, right: Any) -> FaultError:
    return FaultError(f'"{sign}" does not work on {kind_of(left)} and {kind_of(right)}')

"""Functions that tell or change the type of a value, and those on single numbers."""

from __future__ import annotations

import re
from typing import Any

import orjson

from treadle.domain.errors import UnstorableValueError
from treadle.domain.expression_frame import MAX_TEXT, FaultError, Frame, kind_of, shown, size_of
from treadle.domain.expression_operators import number
from treadle.domain.expression_registry import function, integer_of, number_of, read_all, text_of
from treadle.domain.values import MAX_BODY_DEPTH, plain

_INTEGER = re.compile(r"[+-]?[0-9]{1,19}")
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,400}(?:\.[0-9]{0,400})?|\.[0-9]{1,400})(?:[eE][+-]?[0-9]{1,4})?")
_MOST_DIGITS = 30
_LOOKS_OF_JSON = 2
"""To count and to write."""
_STEPS_PER_PARSED_ITEM = 6
"""The exact look at what was parsed costs about six times an ordinary operation."""
_TYPES = {type(None): "null", bool: "boolean", int: "number", float: "number", str: "text", list: "list", dict: "object"}


@function('type([1, 2])', "list", name="type")
def type_(_frame: Frame, value: Any) -> str:
    """The type of a value: `null`, `boolean`, `number`, `text`, `list` or `object`."""
    return _TYPES[type(value)]


@function('"order " + str(17)', "order 17", name="str")
def str_(frame: Frame, value: Any) -> str:
    """The value as text: a text as it is, anything else as JSON (`null`, `true`, `1.5`, `[1,2]`)."""
    return value if type(value) is str else json(frame, value)


@function('int("42") + int(1.9)', 43, name="int")
def int_(_frame: Frame, value: Any) -> int:
    """A whole number from a text of digits, a number (cut towards zero) or a boolean (1 or 0)."""
    if type(value) is str:
        trimmed = value.strip() if len(value) < 100 else value
        if not _INTEGER.fullmatch(trimmed):
            raise FaultError(f"{shown(value)} is not a whole number")
        return int(number(int(trimmed)))
    if type(value) is bool:
        return int(value)
    return int(number(int(number_of(value))))


@function('float("2.50")', 2.5, name="float")
def float_(_frame: Frame, value: Any) -> float:
    """A number with a fraction from a text or a number."""
    if type(value) is str:
        trimmed = value.strip() if len(value) < 1000 else value
        if not _NUMBER.fullmatch(trimmed):
            raise FaultError(f"{shown(value)} is not a number")
        return float(number(float(trimmed)))
    return float(number_of(value))


@function("bool([])", False, name="bool")
def bool_(_frame: Frame, value: Any) -> bool:
    """Whether the value counts as true: not null, false, 0, nor an empty text, list or object."""
    return bool(value)


@function("round(2.675 * 100, 1)", 267.5, name="round")
def round_(_frame: Frame, value: Any, digits: Any = None) -> Any:
    """The number rounded to `digits` places (negative: tens, hundreds …), or to a whole one; halves go to the even side."""
    places = None if digits is None else integer_of(digits)
    if places is not None and abs(places) > _MOST_DIGITS:
        raise FaultError(f"rounds to at most {_MOST_DIGITS} places")
    try:
        return number(round(number_of(value), places))
    except OverflowError:
        raise FaultError("the result is not a finite number") from None


@function("abs(-3)", 3, name="abs")
def abs_(_frame: Frame, value: Any) -> Any:
    """The number without its sign."""
    return number(abs(number_of(value)))


@function('len("abc") + len([1, 2])', 5, name="len")
def len_(_frame: Frame, value: Any) -> int:
    """How many characters a text, elements a list, or keys an object has."""
    if type(value) in (str, list, dict):
        return len(value)
    raise FaultError(f"needs a text, a list or an object, not {kind_of(value)}")


@function("coalesce(null, 0, 1)", 0)
def coalesce(_frame: Frame, *values: Any) -> Any:
    """The first of the values that is not null, or null. A missing key is an error here too: see `get`."""
    return next((value for value in values if value is not None), None)


@function('json({"a": [1, true, null]})', '{"a":[1,true,null]}')
def json(frame: Frame, value: Any) -> str:
    """The value as compact JSON text."""
    if type(value) in (str, list, dict):
        read_all(frame, value, times=_LOOKS_OF_JSON)
    try:
        text = orjson.dumps(value).decode("utf-8")
    except TypeError as error:
        raise FaultError(f"the value is not JSON: {error}") from error
    frame.build_text(len(text))
    return text


@function("parse_json('{\"a\": [1, 2]}').a", [1, 2])
def parse_json(frame: Frame, text: Any) -> Any:
    """The value of a JSON text. Integers beyond 64 bits become floats; of a key that comes twice the last counts."""
    source = text_of(text)
    if len(source) > MAX_TEXT:
        raise FaultError(f"reads at most {MAX_TEXT:,} characters")
    frame.charge_text(len(source))
    try:
        value = orjson.loads(source)
    except ValueError as error:
        raise FaultError(f"the text is not JSON: {error}") from None
    items, _ = size_of(value)
    frame.charge(_STEPS_PER_PARSED_ITEM * items)
    try:
        return plain(value, max_depth=MAX_BODY_DEPTH)
    except UnstorableValueError as error:
        raise FaultError(str(error)) from None

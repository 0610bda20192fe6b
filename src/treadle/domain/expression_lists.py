"""Functions on lists and objects."""

from __future__ import annotations

from typing import Any

from treadle.domain.expression_access import item_of
from treadle.domain.expression_frame import FaultError, Frame, Namespace, kind_of
from treadle.domain.expression_operators import NUMBERS, inside, number
from treadle.domain.expression_registry import function, integer_of, list_of, object_of, read_all

_NOTHING = object()
_TEXTS = frozenset({str})
_LOOKS_OF_UNIQUE = 4
"""To read, freeze, hash and compare."""


@function("min([3, 1, 2])", 1, name="min")
def min_(frame: Frame, *values: Any) -> Any:
    """The smallest of a list, or of several values: all numbers or all texts."""
    return min(_comparable(frame, values))


@function('max("ant", "bee")', "bee", name="max")
def max_(frame: Frame, *values: Any) -> Any:
    """The largest of a list, or of several values: all numbers or all texts."""
    return max(_comparable(frame, values))


@function('sum([line.price * line.count for line in [{"price": 2.5, "count": 4}]])', 10.0, name="sum")
def sum_(frame: Frame, items: Any) -> Any:
    """The numbers of a list added up; 0 for an empty one."""
    numbers = list_of(items)
    frame.charge(len(numbers))
    for item in numbers:
        if type(item) not in NUMBERS:
            raise FaultError(f"needs numbers, and one element is {kind_of(item)}")
    return number(sum(numbers))


@function("any([n > 2 for n in [1, 2, 3]])", True, name="any")
def any_(frame: Frame, items: Any) -> bool:
    """Whether one element of a list counts as true."""
    frame.charge(len(list_of(items)))
    return any(items)


@function("all([n > 2 for n in [1, 2, 3]])", False, name="all")
def all_(frame: Frame, items: Any) -> bool:
    """Whether every element of a list counts as true; so it is for an empty one."""
    frame.charge(len(list_of(items)))
    return all(items)


@function('[p.name for p in sorted([{"name": "b", "age": 9}, {"name": "a", "age": 7}], "age")]', ["a", "b"], name="sorted")
def sorted_(frame: Frame, items: Any, key: Any = None) -> list[Any]:
    """The list in rising order of its numbers or texts, or of what its objects have under `key`; equal ones stay in order."""
    values = list_of(items)
    frame.build_items(2 * len(values))
    by = values if key is None else [item_of(item, key) for item in values]
    _check_comparable(frame, by, passes=len(by).bit_length())
    order = sorted(range(len(values)), key=by.__getitem__)
    return [values[place] for place in order]


@function("reversed([1, 2, 3])", [3, 2, 1], name="reversed")
def reversed_(frame: Frame, items: Any) -> list[Any]:
    """The list from its end to its start."""
    frame.build_items(len(list_of(items)))
    return items[::-1]  # type: ignore[no-any-return]


@function("range(2, 5)", [2, 3, 4], name="range")
def range_(frame: Frame, start: Any, stop: Any = None, step: Any = 1) -> list[int]:
    """Whole numbers from `start` (0 if there is one argument) up to, and without, `stop`."""
    first, last = (0, integer_of(start)) if stop is None else (integer_of(start), integer_of(stop))
    stride = integer_of(step)
    if stride == 0:
        raise FaultError("the step is not 0")
    frame.build_items(max(0, (last - first + stride - (1 if stride > 0 else -1)) // stride))
    return list(range(first, last, stride))


@function("first([7, 8])", 7)
def first(_frame: Frame, items: Any, default: Any = _NOTHING) -> Any:
    """The first element of a list; of an empty one the default, or an error without one."""
    return _end(list_of(items), 0, default)


@function("last([], 0)", 0)
def last(_frame: Frame, items: Any, default: Any = _NOTHING) -> Any:
    """The last element of a list; of an empty one the default, or an error without one."""
    return _end(list_of(items), -1, default)


@function("unique([2, 1, 2, 1.0, true])", [2, 1, True])
def unique(frame: Frame, items: Any, key: Any = None) -> list[Any]:
    """The list without elements that equal an earlier one, or that have the same under `key`."""
    read_all(frame, list_of(items), times=_LOOKS_OF_UNIQUE)
    seen: dict[Any, Any] = {}
    for item in items:
        seen.setdefault(identity_of(item if key is None else item_of(item, key)), item)
    return list(seen.values())


@function("flatten([[1, 2], [], [3]])", [1, 2, 3])
def flatten(frame: Frame, items: Any) -> list[Any]:
    """The elements of the lists in a list, one level deep; elements that are no lists stay."""
    frame.charge(len(list_of(items)))
    frame.build_items(sum(len(item) if type(item) is list else 1 for item in items))
    result: list[Any] = []
    for item in items:
        if type(item) is list:
            result.extend(item)
        else:
            result.append(item)
    return result


@function('contains("a fine day", "fine")', True)
def contains(frame: Frame, container: Any, item: Any) -> bool:
    """The same as `item in container`: an element of a list, a key of an object, a part of a text."""
    return inside(frame, item, container)


@function('keys({"a": 1, "b": 2})', ["a", "b"], namespaces=True)
def keys(frame: Frame, value: Any) -> list[str]:
    """The keys of an object, in order."""
    names = list(value.known()) if isinstance(value, Namespace) else list(object_of(value))
    frame.build_items(len(names))
    return names


@function('values({"a": 1, "b": 2})', [1, 2])
def values(frame: Frame, value: Any) -> list[Any]:
    """The values of an object, in the order of its keys."""
    frame.build_items(len(object_of(value)))
    return list(value.values())


@function('{k: v + 1 for k, v in items({"a": 1})}', {"a": 2})
def items(frame: Frame, value: Any) -> list[Any]:
    """The entries of an object as lists `[key, value]`."""
    frame.build_items(3 * len(object_of(value)))
    return [[key, item] for key, item in value.items()]


@function('get({"a": {"b": 1}}, ["a", "c"], 0)', 0, namespaces=True)
def get(frame: Frame, value: Any, key: Any, default: Any = None) -> Any:
    """What an object has under `key`, else the default (null). A list of keys and places is a way through inner values."""
    found = _found(frame, value, key)
    return default if found is _NOTHING else found


@function('has({"a": null}, "a")', True, namespaces=True)
def has(frame: Frame, value: Any, key: Any) -> bool:
    """Whether an object has that key, even with null under it. A list of keys and places is a way through inner values."""
    return _found(frame, value, key) is not _NOTHING


@function('merge({"a": 1, "b": 2}, {"b": 3})', {"a": 1, "b": 3})
def merge(frame: Frame, *objects: Any) -> dict[str, Any]:
    """One object with the keys of all; of a key that several have, the last one's value."""
    result: dict[str, Any] = {}
    for value in objects:
        frame.build_items(len(object_of(value)))
        result.update(value)
    return result


def _found(frame: Frame, value: Any, key: Any) -> Any:
    way = key if type(key) is list else [key]
    frame.charge(len(way))
    for step in way:
        if type(step) not in (str, int):
            raise FaultError(f"a key is a text or a whole number, not {kind_of(step)}")
        try:
            value = item_of(value, step)
        except FaultError:
            return _NOTHING
    return value


def _end(items: list[Any], place: int, default: Any) -> Any:
    if items:
        return items[place]
    if default is _NOTHING:
        raise FaultError("the list is empty, and no default is given")
    return default


def _comparable(frame: Frame, arguments: tuple[Any, ...]) -> list[Any]:
    found = list_of(arguments[0]) if len(arguments) == 1 else list(arguments)
    if not found:
        raise FaultError("an empty list has none")
    _check_comparable(frame, found, passes=1)
    return found


def _check_comparable(frame: Frame, found: list[Any], *, passes: int) -> None:
    """Pay for comparing, that many times each, values that must all be numbers or all be texts."""
    frame.charge(len(found))
    kinds = set(map(type, found))
    if kinds <= NUMBERS:
        return
    if kinds == _TEXTS:
        frame.charge_text(sum(map(len, found)) * passes)
        return
    allowed = NUMBERS if type(found[0]) in NUMBERS else _TEXTS
    odd = next(item for item in found if type(item) not in allowed)
    raise FaultError(f"compares only numbers or only texts, and here is {kind_of(odd)}")


def identity_of(value: Any) -> Any:
    """Something that can be hashed, the same for equal values."""
    if type(value) is bool:
        return ("boolean", value)
    if type(value) is list:
        return ("list", *map(identity_of, value))
    if type(value) is dict:
        return ("object", frozenset((key, identity_of(item)) for key, item in value.items()))
    return value

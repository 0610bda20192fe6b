"""Functions that make objects from objects, and lists of lists or of groups from lists."""

from __future__ import annotations

from typing import Any

from treadle.domain.expression_access import item_of
from treadle.domain.expression_conversions import json
from treadle.domain.expression_frame import FaultError, Frame, kind_of
from treadle.domain.expression_lists import identity_of
from treadle.domain.expression_registry import function, integer_of, list_of, object_of, read_all, text_of

_LONGEST_WAY = 8
_DEEPEST = 100


@function('pick({"a": 1, "b": 2, "c": 3}, ["c", "a"])', {"c": 3, "a": 1})
def pick(frame: Frame, value: Any, keys: Any) -> dict[str, Any]:
    """The object with these keys only, in their order; keys that it does not have are left out."""
    frame.build_items(len(list_of(keys)))
    return {key: object_of(value)[key] for key in map(text_of, keys) if key in object_of(value)}


@function('omit({"a": 1, "b": 2, "c": 3}, ["c", "a"])', {"b": 2})
def omit(frame: Frame, value: Any, keys: Any) -> dict[str, Any]:
    """The object without these keys."""
    frame.build_items(len(object_of(value)) + len(list_of(keys)))
    dropped = set(map(text_of, keys))
    return {key: item for key, item in value.items() if key not in dropped}


@function('rename({"mail": "x", "n": 1}, {"mail": "email"})', {"email": "x", "n": 1})
def rename(frame: Frame, value: Any, names: Any) -> dict[str, Any]:
    """The object with other names for its keys: `names` says `{old: new}`. Two keys that get one name are an error."""
    frame.build_items(len(object_of(value)) + len(object_of(names)))
    renamed = {text_of(names.get(key, key)): item for key, item in value.items()}
    if len(renamed) != len(value):
        raise FaultError("two keys would get the same name")
    return renamed


@function('put({"a": {"b": 1}}, ["a", "c"], 2)', {"a": {"b": 1, "c": 2}})
def put(frame: Frame, value: Any, key: Any, item: Any) -> Any:
    """The object or list with another item under `key`, or at the end of a way of keys and places; missing objects are made."""
    way = key if type(key) is list else [key]
    if not 0 < len(way) <= _LONGEST_WAY:
        raise FaultError(f"a way has 1 to {_LONGEST_WAY} keys")
    if _depth(frame, item) + len(way) > _DEEPEST:
        raise FaultError(f"the result would be nested deeper than {_DEEPEST} levels")
    return _put(frame, value, way, item)


@function('merge_deep({"a": {"x": 1, "y": 2}}, {"a": {"y": 3}})', {"a": {"x": 1, "y": 3}})
def merge_deep(frame: Frame, *objects: Any) -> dict[str, Any]:
    """One object with the keys of all; objects under one key are merged too, of anything else the last one counts."""
    result: dict[str, Any] = {}
    for value in objects:
        read_all(frame, object_of(value), times=2)
        result = _merged(frame, result, value)
    return result


@function('group_by([{"k": "x", "n": 1}, {"k": "y", "n": 2}, {"k": "x", "n": 3}], "k").x', [{"k": "x", "n": 1}, {"k": "x", "n": 3}])
def group_by(frame: Frame, items: Any, key: Any) -> dict[str, list[Any]]:
    """The elements in lists, by what they have under `key`; a number, boolean or null there becomes a text."""
    frame.build_items(3 * len(list_of(items)))
    groups: dict[str, list[Any]] = {}
    for item in items:
        groups.setdefault(_group(frame, item_of(item, key)), []).append(item)
    return groups


@function('index_by([{"id": 7, "n": "a"}, {"id": 8, "n": "b"}], "id")["8"].n', "b")
def index_by(frame: Frame, items: Any, key: Any) -> dict[str, Any]:
    """The elements by what they have under `key`, the last one where several have the same."""
    frame.build_items(2 * len(list_of(items)))
    return {_group(frame, item_of(item, key)): item for item in items}


@function('zip(["a", "b"], [1, 2, 3])', [["a", 1], ["b", 2]], name="zip")
def zip_(frame: Frame, *lists: Any) -> list[Any]:
    """Lists of the first elements, the second ones and so on, as far as the shortest goes."""
    length = min((len(list_of(items)) for items in lists), default=0)
    frame.build_items(length * (len(lists) + 1))
    return [list(row) for row in zip(*lists, strict=False)]


@function('enumerate(["a", "b"])', [[0, "a"], [1, "b"]], name="enumerate")
def enumerate_(frame: Frame, items: Any, start: Any = 0) -> list[Any]:
    """The elements with their numbers, as lists `[number, element]`."""
    frame.build_items(3 * len(list_of(items)))
    if abs(integer_of(start)) > 1 << 53:
        raise FaultError("the start is too large")
    return [[place, item] for place, item in enumerate(items, start)]


@function("chunk([1, 2, 3, 4, 5], 2)", [[1, 2], [3, 4], [5]])
def chunk(frame: Frame, items: Any, size: Any) -> list[Any]:
    """The list in lists of `size` elements; the last one may be shorter."""
    if integer_of(size) < 1:
        raise FaultError("the size is at least 1")
    frame.build_items(2 * len(list_of(items)))
    return [items[place : place + size] for place in range(0, len(items), size)]


@function("intersection([1, 2, 3], [3, 2, 5])", [2, 3])
def intersection(frame: Frame, items: Any, others: Any) -> list[Any]:
    """The elements of the first list that the second one has too."""
    known = _identities(frame, items, others)
    return [item for item in items if identity_of(item) in known]


@function("difference([1, 2, 3], [3, 2, 5])", [1])
def difference(frame: Frame, items: Any, others: Any) -> list[Any]:
    """The elements of the first list that the second one does not have."""
    known = _identities(frame, items, others)
    return [item for item in items if identity_of(item) not in known]


def _put(frame: Frame, value: Any, way: list[Any], item: Any) -> Any:
    key, rest = way[0], way[1:]
    if type(value) is dict and type(key) is str:
        frame.build_items(len(value) + 1)
        inner = _put(frame, value.get(key) if key in value else _made(rest), rest, item) if rest else item
        return {**value, key: inner}
    if type(value) is list and type(key) is int:
        frame.build_items(len(value))
        inner = _put(frame, item_of(value, key), rest, item) if rest else item
        item_of(value, key)
        copy = value[:]
        copy[key] = inner
        return copy
    wanted = "a text" if type(value) is dict else "a whole number" if type(value) is list else None
    raise FaultError(f"a key of {kind_of(value)} is {wanted}" if wanted else f"{kind_of(value)} has no keys to put something under")


def _made(rest: list[Any]) -> Any:
    if type(rest[0]) is str:
        return {}
    raise FaultError("only objects are made where they are missing, no lists")


def _merged(frame: Frame, one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    frame.build_items(len(one) + len(other))
    result = {**one, **other}
    for key in one.keys() & other.keys():
        if type(one[key]) is dict and type(other[key]) is dict:
            result[key] = _merged(frame, one[key], other[key])
    return result


def _depth(frame: Frame, value: Any) -> int:
    """How deeply a value is nested; paid for before, as its parts may be shared many times over."""
    read_all(frame, value)
    depth = 0
    level = [value]
    while level:
        depth += 1
        containers = [item for item in level if type(item) in (list, dict)]
        level = [inner for item in containers for inner in (item if type(item) is list else item.values())]
    return depth


def _group(frame: Frame, value: Any) -> str:
    if type(value) in (list, dict):
        raise FaultError(f"groups by texts, numbers and booleans, and here is {kind_of(value)}")
    return value if type(value) is str else json(frame, value)


def _identities(frame: Frame, items: Any, others: Any) -> set[Any]:
    read_all(frame, list_of(items), times=4)
    read_all(frame, list_of(others), times=4)
    return set(map(identity_of, others))

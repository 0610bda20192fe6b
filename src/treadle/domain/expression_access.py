"""Reaching into values: keys of objects and namespaces, elements and slices of lists and texts, the turns of a loop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from treadle.domain.expression_frame import FaultError, Frame, Namespace, kind_of, no_such, shown


def item_of(value: Any, key: Any) -> Any:
    """`value[key]`, which is also `value.key`; FaultError names the key and what there is instead."""
    if type(key) is str:
        return _at_key(value, key)
    if type(key) is int:
        return _at_index(value, key)
    raise FaultError(f"a key is a text or a whole number, not {kind_of(key)}")


def slice_of(frame: Frame, value: Any, start: Any, stop: Any, step: Any) -> Any:
    """`value[start:stop:step]` of a list or a text; null stands for a bound that is left out."""
    if type(value) not in (list, str):
        raise FaultError(f"only a list or a text has slices, not {kind_of(value)}")
    for bound in (start, stop, step):
        if bound is not None and type(bound) is not int:
            raise FaultError(f"the bounds of a slice are whole numbers, not {kind_of(bound)}")
    if step == 0:
        raise FaultError("the step of a slice is not 0")
    part = slice(start, stop, step)
    length = len(range(*part.indices(len(value))))
    if type(value) is list:
        frame.build_items(length)
    else:
        frame.build_text(length)
    return value[part]


def turns_of(value: Any) -> Sequence[Any]:
    """What a comprehension runs over: the elements of a list, the keys of an object."""
    if type(value) is list:
        return value
    if type(value) is dict:
        return list(value)
    raise FaultError(f"only a list or the keys of an object can be gone through, not {kind_of(value)}")


def parts_of(value: Any, count: int) -> Sequence[Any]:
    """The parts for `for a, b in …`."""
    if type(value) is list and len(value) == count:
        return value
    what = f"a list of {len(value)}" if type(value) is list else kind_of(value)
    raise FaultError(f"each element must be a list of {count}, and this one is {what}")


def _at_key(value: Any, key: str) -> Any:
    if type(value) is dict:
        if key in value:
            return value[key]
        raise FaultError(no_such("key", key, known=value, among="the object has"))
    if isinstance(value, Namespace):
        try:
            return value.get_item(key)
        except KeyError:
            raise FaultError(no_such("key", key, known=value.known(), among="there are")) from None
    raise FaultError(f"no key {shown(key)}: the value is {kind_of(value)}, not an object")


def _at_index(value: Any, index: int) -> Any:
    if type(value) is not list and type(value) is not str:
        wanted = "the keys of an object are texts" if type(value) is dict else f"the value is {kind_of(value)}, not a list"
        raise FaultError(f"no element {index}: {wanted}")
    if -len(value) <= index < len(value):
        return value[index]
    raise FaultError(f"no element {index}: there are {len(value)}")

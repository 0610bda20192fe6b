"""Comprehensions: the only loops of the language, each turn paid before it begins."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from treadle.domain.expression_access import parts_of, turns_of
from treadle.domain.expression_closures import Run, key_of
from treadle.domain.expression_frame import FaultError, Frame, Place

Turns = Callable[[Frame], Iterator[None]]


def turns(source: Run, slots: Sequence[int], conditions: Sequence[Run], *, cost: int, place: Place) -> Turns:
    """`for … in source if …`: yields once for each element that meets the conditions, with the variables set."""
    slots = tuple(slots)
    conditions = tuple(conditions)

    def run(frame: Frame) -> Iterator[None]:
        value = source(frame)
        variables = frame.slots
        try:
            for element in turns_of(value):
                frame.charge(cost)
                if len(slots) == 1:
                    variables[slots[0]] = element
                else:
                    for slot, part in zip(slots, parts_of(element, len(slots)), strict=True):
                        variables[slot] = part
                for condition in conditions:
                    if not condition(frame):
                        break
                else:
                    yield
        except FaultError as fault:
            raise place.error(fault) from None

    return run


def list_comprehension(body: Run, over: Turns) -> Run:
    return lambda frame: [body(frame) for _ in over(frame)]


def object_comprehension(key: Run, value: Run, over: Turns, place: Place) -> Run:
    def run(frame: Frame) -> dict[str, Any]:
        return {key_of(key(frame), place): value(frame) for _ in over(frame)}

    return run

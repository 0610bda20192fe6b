"""What compiled expressions are made of: functions that take closures and give back one closure.

Each closure turns the faults of its own operation into an ExpressionError at its own place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from treadle.domain.expression_access import item_of, slice_of
from treadle.domain.expression_frame import KINDS, FaultError, Frame, Place, kind_of, no_such
from treadle.domain.expression_operators import Operator, negate
from treadle.domain.expression_reads import Key
from treadle.domain.expression_registry import Function

Run = Callable[[Frame], Any]
Step = tuple[Operator, Run, Place]
"""An operator, its right operand, and where it stands."""


def constant(value: Any) -> Run:
    return lambda _frame: value


def variable(slot: int) -> Run:
    return lambda frame: frame.slots[slot]


def path(name: str, keys: Sequence[Key], places: Sequence[Place], *, bare: bool) -> Run:
    """A name and what is reached from it by constant keys; `places` are those of the name and of each key.

    `bare`: the value is only looked into, so it may be a namespace.
    """
    keys = tuple(keys)

    def run(frame: Frame) -> Any:
        try:
            value = frame.names[name]
            for key in keys:
                value = value[key] if type(value) is dict else item_of(value, key)
        except (KeyError, FaultError):
            value = explained(frame)
        if type(value) in KINDS or bare:
            return value
        raise places[-1].error(f"this is {kind_of(value)}")

    def explained(frame: Frame) -> Any:
        """The same way once more, slowly, to say where it ends."""
        try:
            value = frame.names[name]
        except KeyError:
            raise places[0].error(no_such("name", name, known=frame.names, among="the names are")) from None
        return _followed(value, keys, places[1:], described=name)

    return run


def way(base: Run, keys: Sequence[Key], places: Sequence[Place], *, bare: bool) -> Run:
    """What is reached from any value by constant keys; `places` are those of the keys."""
    keys = tuple(keys)

    def run(frame: Frame) -> Any:
        start = value = base(frame)
        try:
            for key in keys:
                value = value[key] if type(value) is dict else item_of(value, key)
        except (KeyError, FaultError):
            value = _followed(start, keys, places, described="")
        if type(value) in KINDS or bare:
            return value
        raise places[-1].error(f"this is {kind_of(value)}")

    return run


def key_of(value: Any, place: Place) -> str:
    """A key of an object that is being built."""
    if type(value) is str:
        return value
    raise place.error(f"the keys of an object are texts, and this is {kind_of(value)}")


def _followed(value: Any, keys: Sequence[Key], places: Sequence[Place], *, described: str) -> Any:
    for key, place in zip(keys, places, strict=True):
        try:
            value = item_of(value, key)
        except FaultError as fault:
            raise place.error(f"in {described}: {fault}" if described else fault) from None
        described += f".{key}" if isinstance(key, str) and key.isidentifier() else f"[{key!r}]"
        described = described.lstrip(".")
    return value


def subscript(base: Run, key: Run, place: Place, *, bare: bool) -> Run:
    def run(frame: Frame) -> Any:
        try:
            value = item_of(base(frame), key(frame))
        except FaultError as fault:
            raise place.error(fault) from None
        if type(value) in KINDS or bare:
            return value
        raise place.error(f"this is {kind_of(value)}")

    return run


def part(base: Run, start: Run, stop: Run, step: Run, place: Place) -> Run:
    def run(frame: Frame) -> Any:
        try:
            return slice_of(frame, base(frame), start(frame), stop(frame), step(frame))
        except FaultError as fault:
            raise place.error(fault) from None

    return run


def negative(value: Run, place: Place) -> Run:
    def run(frame: Frame) -> Any:
        try:
            return negate(value(frame))
        except FaultError as fault:
            raise place.error(fault) from None

    return run


def inverted(value: Run) -> Run:
    return lambda frame: not value(frame)


def operation(first: Run, step: Step) -> Run:
    operate, second, place = step

    def run(frame: Frame) -> Any:
        left = first(frame)
        right = second(frame)
        try:
            return operate(frame, left, right)
        except FaultError as fault:
            raise place.error(fault) from None

    return run


def operations(first: Run, steps: Sequence[Step]) -> Run:
    """`a + b - c …` from left to right, in one loop however long it is."""
    if len(steps) == 1:
        return operation(first, steps[0])

    def run(frame: Frame) -> Any:
        value = first(frame)
        for operate, right, place in steps:
            operand_value = right(frame)
            try:
                value = operate(frame, value, operand_value)
            except FaultError as fault:
                raise place.error(fault) from None
        return value

    return run


def comparisons(first: Run, steps: Sequence[Step]) -> Run:
    """`a < b < c …`: each operand evaluated at most once, none after the first that does not hold."""
    if len(steps) == 1:
        return operation(first, steps[0])

    def run(frame: Frame) -> bool:
        left = first(frame)
        for compare, operand_run, place in steps:
            right = operand_run(frame)
            try:
                if not compare(frame, left, right):
                    return False
            except FaultError as fault:
                raise place.error(fault) from None
            left = right
        return True

    return run


def every(runs: Sequence[Run]) -> Run:
    """`and`: the first value that does not count as true, else the last."""
    *heads, tail = runs

    def run(frame: Frame) -> Any:
        for head in heads:
            value = head(frame)
            if not value:
                return value
        return tail(frame)

    return run


def some(runs: Sequence[Run]) -> Run:
    """`or`: the first value that counts as true, else the last."""
    *heads, tail = runs

    def run(frame: Frame) -> Any:
        for head in heads:
            value = head(frame)
            if value:
                return value
        return tail(frame)

    return run


def choice(condition: Run, yes: Run, no: Run) -> Run:
    return lambda frame: yes(frame) if condition(frame) else no(frame)


def items(runs: Sequence[Run]) -> Run:
    runs = tuple(runs)
    return lambda frame: [run(frame) for run in runs]


def entries(pairs: Sequence[tuple[Run, Run, Place]]) -> Run:
    def run(frame: Frame) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key, value, place in pairs:
            result[key_of(key(frame), place)] = value(frame)
        return result

    return run


def call(function: Function, arguments: Sequence[Run], place: Place) -> Run:
    """A call whose number of arguments is right."""
    implementation = function.call
    arguments = tuple(arguments)

    def run(frame: Frame) -> Any:
        values = [argument(frame) for argument in arguments]
        try:
            return implementation(frame, *values)
        except FaultError as fault:
            raise place.error(f"{function.name}(): {fault}") from None

    return run

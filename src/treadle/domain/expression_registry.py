"""The table of named functions, and the checks of arguments they share.

A function gets the frame, which it pays before it builds or reads much, and its arguments; it refuses with FaultError.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from treadle.domain.expression_frame import FaultError, Frame, kind_of, size_of

_VARIADIC = 0x04


@dataclass(frozen=True, slots=True)
class Function:
    """A named function: how it is written, how many arguments it takes (`most` None: any number), and an example.

    `namespaces` True: the first argument may be a namespace such as `nodes`.
    """

    name: str
    call: Callable[..., Any]
    signature: str
    summary: str
    example: str
    result: Any
    least: int
    most: int | None
    namespaces: bool


FUNCTIONS: dict[str, Function] = {}


def function(
    example: str, result: Any, *, name: str | None = None, namespaces: bool = False
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function under its own name, or `name` where Python has taken it; the docstring is its description."""

    def register(call: Callable[..., Any]) -> Callable[..., Any]:
        code = call.__code__
        variadic = bool(code.co_flags & _VARIADIC)
        names = code.co_varnames[1 : code.co_argcount + variadic]
        required = code.co_argcount - 1 - len(call.__defaults__ or ())
        shown = [word if place < required else f"{word}?" for place, word in enumerate(names)]
        if variadic:
            shown[-1] = f"{names[-1]}…"
        own_name = name or call.__name__
        FUNCTIONS[own_name] = Function(
            name=own_name,
            call=call,
            signature=f"{own_name}({', '.join(shown)})",
            summary=" ".join((call.__doc__ or "").split()),
            example=example,
            result=result,
            least=required,
            most=None if variadic else code.co_argcount - 1,
            namespaces=namespaces,
        )
        return call

    return register


def text_of(value: Any) -> str:
    if type(value) is str:
        return value
    raise FaultError(f"needs a text, not {kind_of(value)}")


def list_of(value: Any) -> list[Any]:
    if type(value) is list:
        return value
    raise FaultError(f"needs a list, not {kind_of(value)}")


def object_of(value: Any) -> dict[str, Any]:
    if type(value) is dict:
        return value
    raise FaultError(f"needs an object, not {kind_of(value)}")


def integer_of(value: Any) -> int:
    if type(value) is int:
        return value
    raise FaultError(f"needs a whole number, not {kind_of(value)}")


def number_of(value: Any) -> int | float:
    if type(value) is int or type(value) is float:
        return value
    raise FaultError(f"needs a number, not {kind_of(value)}")


def read_all(frame: Frame, value: Any, *, times: int = 1) -> None:
    """Pay for so many looks at everything inside a value."""
    items, characters = size_of(value)
    frame.charge(times * items)
    frame.charge_text(times * characters)

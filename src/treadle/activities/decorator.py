"""`@activity`: a plain function becomes the handler of a node type, and stays a plain function."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from treadle.activities.declaration import Declaration

F = TypeVar("F", bound=Callable[..., Any])

DECLARED: list[Declaration] = []
"""Every decorated function of this process, in order of declaration; registries made later have them all."""

_MODES = ("async", "thread", "inline")


def activity(
    type: str,
    *,
    ports: Sequence[str] = ("out",),
    mode: str | None = None,
    category: str = "custom",
    icon: str = "",
    output: str = "any JSON",
) -> Callable[[F], F]:
    """Make a function the handler of node type `type`.

    Its signature, or its one parameter that is a pydantic model, is the config's schema; a parameter annotated `Context`
    gets the context. `async def` runs on the worker's loop, a plain function in a thread. `mode="inline"` runs a plain
    function on the loop, for those that return at once. What was declared stands in the function's attribute `activity`.
    """

    def decorate(function: F) -> F:
        declaration = Declaration(
            function=function,
            type=type,
            ports=tuple(ports),
            mode=_mode(function, mode),
            category=category,
            icon=icon,
            output=output,
        )
        function.activity = declaration  # type: ignore[attr-defined]  # functions take attributes
        _declare(declaration)
        return function

    if not isinstance(type, str) or not type.strip():
        raise TypeError('@activity needs the node type\'s name, such as @activity("text.upper")')
    return decorate


def _mode(function: Callable[..., Any], asked: str | None) -> str:
    is_async = inspect.iscoroutinefunction(function)
    mode = asked or ("async" if is_async else "thread")
    if mode == "process":
        raise ValueError("mode 'process' is not supported yet; a function that is busy for long can start its own process")
    if mode not in _MODES:
        raise ValueError(f"mode {mode!r} is not one of {', '.join(_MODES)}")
    if is_async != (mode == "async"):
        kind = "async" if is_async else "a plain function"
        raise ValueError(f"mode {mode!r} does not fit {function.__qualname__}, which is {kind}")
    return mode


def _declare(declaration: Declaration) -> None:
    """Remember it; a module that is imported anew replaces its own functions."""
    for place, known in enumerate(DECLARED):
        if (known.type, known.qualified_name) == (declaration.type, declaration.qualified_name):
            DECLARED[place] = declaration
            return
    DECLARED.append(declaration)

"""`@activity`: a plain function becomes the handler of a node type, and stays a plain function."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from treadle.activities.declaration import Declaration
from treadle.domain.durations import parse_duration

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
    heartbeat_timeout: str | float | None = None,
    isolation: str | None = None,
    max_calls: int | None = None,
) -> Callable[[F], F]:
    """Make a function the handler of node type `type`.

    Its signature, or its one parameter that is a pydantic model, is the config's schema; a parameter annotated `Context`
    gets the context. `async def` runs on the worker's loop, a plain function in a thread. `mode="inline"` runs a plain
    function on the loop, for those that return at once. What was declared stands in the function's attribute `activity`.

    With `heartbeat_timeout` an attempt fails that says nothing for so long (`ctx.heartbeat`, `ctx.progress`). With
    `isolation="process"` the function runs in a process of its own, which a time-out or a cancel can kill; after `max_calls`
    calls another takes its place. docs/handlers.md is the guide.
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
            heartbeat=None if heartbeat_timeout is None else _positive(heartbeat_timeout),
            isolated=_isolated(function, isolation, mode=mode, max_calls=max_calls),
            max_calls=max_calls,
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
        raise ValueError("mode 'process' is written isolation='process'; mode says how the function runs inside of its process")
    if mode not in _MODES:
        raise ValueError(f"mode {mode!r} is not one of {', '.join(_MODES)}")
    if is_async != (mode == "async"):
        kind = "async" if is_async else "a plain function"
        raise ValueError(f"mode {mode!r} does not fit {function.__qualname__}, which is {kind}")
    return mode


def _positive(duration: str | float) -> float:
    seconds = parse_duration(duration, path="heartbeat_timeout")
    if seconds == 0:
        raise ValueError("heartbeat_timeout must be more than 0; leave it out for none")
    return seconds


def _isolated(function: Callable[..., Any], isolation: str | None, *, mode: str | None, max_calls: int | None) -> bool:
    """ValueError when the function cannot run in a process of its own, or what was said of it makes no sense."""
    name = f"{function.__module__}.{function.__qualname__}"
    if isolation is None:
        if max_calls is not None:
            raise ValueError(f"{name}: max_calls needs isolation='process'")
        return False
    if isolation != "process":
        raise ValueError(f"{name}: isolation {isolation!r} is not 'process', the only one there is; leave it out for none")
    if mode == "inline":
        raise ValueError(f"{name}: a function with isolation='process' cannot run inline; leave mode out")
    if max_calls is not None and max_calls < 1:
        raise ValueError(f"{name}: max_calls must be at least 1, not {max_calls}")
    if function.__module__ == "__main__":
        raise ValueError(
            f"{name}: a fresh process cannot import what is defined in the program that was started; move the function into a "
            "module of its own and import that"
        )
    if "<locals>" in function.__qualname__ or "<lambda>" in function.__qualname__:
        raise ValueError(
            f"{name}: a fresh process cannot import a function that is defined inside of another; move it to the top level of its "
            "module, and give it by its config what it takes from around it"
        )
    return True


def _declare(declaration: Declaration) -> None:
    """Remember it; a module that is imported anew replaces its own functions."""
    for place, known in enumerate(DECLARED):
        if (known.type, known.qualified_name) == (declaration.type, declaration.qualified_name):
            DECLARED[place] = declaration
            return
    DECLARED.append(declaration)

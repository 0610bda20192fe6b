"""The registry of activity handlers: what this process can run, filled by code only."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import EntryPoint
from importlib.metadata import entry_points as installed
from types import MappingProxyType, ModuleType
from typing import Any

from treadle.activities import (
    approval,
    composites,
    control,
    data_dates,
    data_fields,
    data_formats,
    data_groups,
    data_joins,
    data_lists,
    data_slices,
    decorator,
    demo,
    gate,
    http,
    log,
    subworkflow,
    text,
    triggers,
    wait_any,
    waits,
)
from treadle.activities.declaration import Declaration
from treadle.activities.function_handler import FunctionHandler
from treadle.activities.isolated_handler import IsolatedHandler, Processes
from treadle.domain.errors import RegistrationError
from treadle.domain.node_types import NodeType
from treadle.ports import Handler

GROUP = "treadle.activities"
PROCESSES = 4
"""How many processes a worker has for isolated handlers, if nobody says otherwise."""
_BUILT_IN = (
    triggers, control, composites, gate, waits, wait_any, approval, data_fields, data_lists, data_slices, data_groups,
    data_joins, data_formats, data_dates, text, log, subworkflow, demo,
)  # fmt: skip


class ActivityRegistry:
    """Handlers by node type. Types are added and never replaced."""

    def __init__(self) -> None:
        self._handlers: dict[str, Handler] = {}
        self._node_types: dict[str, NodeType] = {}
        self._places: dict[str, str] = {}

    def get(self, node_type: str) -> Handler | None:
        return self._handlers.get(node_type)

    @property
    def node_types(self) -> Mapping[str, NodeType]:
        return MappingProxyType(self._node_types)

    def register(self, handler: Handler) -> None:
        """RegistrationError, which names both places, if its node type is taken."""
        place = _place(handler)
        node_type = handler.node_type
        if node_type.type in self._handlers:
            places = f"by {self._places[node_type.type]}, and by {place}"
            raise RegistrationError(f"node type {node_type.type!r} is declared twice: {places}; rename one of them")
        self._handlers[node_type.type] = handler
        self._node_types[node_type.type] = node_type
        self._places[node_type.type] = place

    async def aclose(self) -> None:
        """Close what handlers keep open for the running loop, such as HTTP connections."""
        for handler in self._handlers.values():
            close = getattr(handler, "aclose", None)
            if close is not None:
                await close()


def built_in_registry(*, allow_private_http: bool = False) -> ActivityRegistry:
    """The handlers Treadle comes with, and no others."""
    registry = ActivityRegistry()
    for family in _BUILT_IN:
        for handler in family.HANDLERS:
            registry.register(handler)
    registry.register(http.HttpRequest(allow_private=allow_private_http))
    return registry


def default_registry(
    modules: Sequence[str] = (), entry_points: bool = True, *, allow_private_http: bool = False, processes: int = PROCESSES
) -> ActivityRegistry:
    """The built-in handlers, those of the named modules, of installed packages (entry points `treadle.activities`), and
    every function decorated with `@activity` so far. RegistrationError names the module or package that is wrong.
    `processes` is how many there may be for handlers that ask for one."""
    registry = built_in_registry(allow_private_http=allow_private_http)
    if modules:
        _look_here_too()
    for name in modules:
        _import(name)
    if entry_points:
        for entry in installed(group=GROUP):
            _load(registry, entry)
    pool = Processes(processes)
    for declared in decorator.DECLARED:
        registry.register(_handler_of(declared, pool))
    return registry


def _look_here_too() -> None:
    """A module beside `treadle.toml` is found whichever way Python was started; last, so that it hides no installed one."""
    here = os.getcwd()
    if here not in sys.path:
        sys.path.append(here)


def _import(name: str) -> None:
    try:
        importlib.import_module(name)
    except Exception as error:  # the module is the user's: whatever it raises, the message must say which one it was
        mend = (
            "is it installed in this environment, in the folder where the process starts, or on PYTHONPATH?"
            if isinstance(error, ModuleNotFoundError) and name.startswith(error.name or "\0")
            else "the error is inside the module; `python -c 'import …'` shows where"
        )
        raise RegistrationError(
            f"cannot import the activities module {name!r}: {type(error).__name__}: {error}; {mend}".replace("…", name)
        ) from error


def _load(registry: ActivityRegistry, entry: EntryPoint) -> None:
    package = entry.dist.name if entry.dist else "an unknown package"
    try:
        found = entry.load()
    except Exception as error:  # as in _import
        raise RegistrationError(
            f"the activities {entry.value!r} of the package {package!r} cannot be loaded: {type(error).__name__}: {error}; "
            "repair the package or uninstall it"
        ) from error
    if isinstance(found, ModuleType) or isinstance(getattr(found, "activity", None), Declaration):
        return
    if not hasattr(found, "node_type"):
        raise RegistrationError(
            f"the entry point {entry.name!r} of the package {package!r} names a {type(found).__name__}; "
            "it must name a module, a function with @activity, or a handler"
        )
    registry.register(found)


def _handler_of(declaration: Declaration, processes: Processes) -> Handler:
    try:
        handler = FunctionHandler(declaration)
    except TypeError as error:
        raise RegistrationError(str(error)) from error
    return IsolatedHandler(handler, processes) if declaration.isolated else handler


def _place(handler: Any) -> str:
    return str(getattr(handler, "place", None) or f"{type(handler).__module__}.{type(handler).__qualname__}")

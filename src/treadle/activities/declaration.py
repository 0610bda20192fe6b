"""What `@activity` was told about a function, before anything is made of it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Declaration:
    function: Callable[..., Any]
    type: str
    ports: tuple[str, ...]
    mode: str
    category: str
    icon: str
    output: str
    heartbeat: float | None = None
    """Seconds of silence after which an attempt has failed."""
    isolated: bool = False
    max_calls: int | None = None
    """How many calls one process makes before another takes its place."""

    @property
    def qualified_name(self) -> str:
        return f"{self.function.__module__}.{self.function.__qualname__}"

    @property
    def place(self) -> str:
        """Where the function stands, for messages."""
        code = inspect.unwrap(self.function).__code__
        return f"{self.qualified_name} ({code.co_filename}:{code.co_firstlineno})"

    @property
    def summary(self) -> str:
        return (inspect.getdoc(self.function) or self.function.__name__).partition("\n")[0]

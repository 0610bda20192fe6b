"""Who holds each mutex of an execution, and who waits for it, in order of firing. Its scopes share them."""

from __future__ import annotations

from typing import Any

from treadle.domain.effects import Activity


class Mutexes:
    """`lines` maps a mutex to the activities that want it, each with its scope; the first in line holds it."""

    __slots__ = ("lines",)

    def __init__(self) -> None:
        self.lines: dict[str, dict[Activity, Any]] = {}

    def join(self, name: str, activity: Activity, scope: object) -> bool:
        """Whether the activity holds the mutex at once."""
        line = self.lines.setdefault(name, {})
        line[activity] = scope
        return len(line) == 1

    def waits(self, name: str, activity: Activity) -> bool:
        return next(iter(self.lines[name])) is not activity

    def holder(self, name: str) -> Any:
        """The scope of the activity that holds it."""
        return next(iter(self.lines[name].values()))

    def leave(self, name: str, activity: Activity) -> tuple[Activity, Any] | None:
        """Whose turn it is now, and in which scope, if this passed the mutex on."""
        line = self.lines[name]
        held = next(iter(line)) is activity
        del line[activity]
        if not line:
            del self.lines[name]
            return None
        return next(iter(line.items())) if held else None

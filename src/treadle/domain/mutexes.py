"""Who holds each mutex of an execution, and who waits for it, in order of firing. Its scopes share them."""

from __future__ import annotations

from treadle.domain.effects import Activity


class Mutexes:
    """`lines` maps a mutex to the activities that want it; the first in line holds it."""

    __slots__ = ("lines",)

    def __init__(self) -> None:
        self.lines: dict[str, dict[Activity, None]] = {}

    def join(self, name: str, activity: Activity) -> bool:
        """Whether the activity holds the mutex at once."""
        line = self.lines.setdefault(name, {})
        line[activity] = None
        return len(line) == 1

    def waits(self, name: str, activity: Activity) -> bool:
        return next(iter(self.lines[name])) is not activity

    def leave(self, name: str, activity: Activity) -> Activity | None:
        """Whose turn it is now, if this passed the mutex on."""
        line = self.lines[name]
        held = next(iter(line)) is activity
        del line[activity]
        if not line:
            del self.lines[name]
            return None
        return next(iter(line)) if held else None

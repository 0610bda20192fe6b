"""Who holds each mutex of a scope, and who waits for it, in order of firing."""

from __future__ import annotations

from treadle.domain.effects import Producer


class Mutexes:
    """`lines` maps a mutex to the activities that want it; the first in line holds it."""

    __slots__ = ("lines",)

    def __init__(self) -> None:
        self.lines: dict[str, dict[Producer, None]] = {}

    def join(self, name: str, activity: Producer) -> bool:
        """Whether the activity holds the mutex at once."""
        line = self.lines.setdefault(name, {})
        line[activity] = None
        return len(line) == 1

    def waits(self, name: str, activity: Producer) -> bool:
        return next(iter(self.lines[name])) != activity

    def leave(self, name: str, activity: Producer) -> Producer | None:
        """Whose turn it is now, if this passed the mutex on."""
        line = self.lines[name]
        held = next(iter(line)) == activity
        del line[activity]
        if not line:
            del self.lines[name]
            return None
        return next(iter(line)) if held else None

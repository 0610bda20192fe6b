"""When the next wait or retry of an execution is due, however many there are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from heapq import heappop, heappush

from treadle.domain.marking import Activity


class Alarms:
    """A heap that is tidied when it is read: `is_set` says whether an activity still has an alarm at that time."""

    __slots__ = ("_heap", "_is_set", "_number")

    def __init__(self, is_set: Callable[[Activity, datetime], bool]) -> None:
        self._heap: list[tuple[datetime, int, Activity]] = []
        self._is_set = is_set
        self._number = 0

    def add(self, activity: Activity, at: datetime) -> None:
        self._number += 1
        heappush(self._heap, (at, self._number, activity))

    def next(self) -> tuple[datetime, Activity] | None:
        """The earliest, in the order they were set where several are."""
        while self._heap:
            at, _, activity = self._heap[0]
            if self._is_set(activity, at):
                return at, activity
            heappop(self._heap)
        return None

"""When the next wait or retry of an execution is due, however many there are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from heapq import heapify, heappop, heappush

from treadle.domain.marking import Activity

LEAST = 64
"""Alarms; so few are not worth tidying."""


LEAST = 64


class Alarms:
    """A heap that is tidied when it is read, and when most of it may be of activities that are gone.

    `is_set` says whether an activity still has an alarm at that time.
    """

    __slots__ = ("_heap", "_is_set", "_number", "_roomy")

    def __init__(self, is_set: Callable[[Activity, datetime], bool]) -> None:
        self._heap: list[tuple[datetime, int, Activity]] = []
        self._is_set = is_set
        self._number = 0
        self._roomy = LEAST

    def add(self, activity: Activity, at: datetime) -> None:
        self._number += 1
        heappush(self._heap, (at, self._number, activity))
        if len(self._heap) > self._roomy:
            self._heap = [alarm for alarm in self._heap if self._is_set(alarm[2], alarm[0])]
            heapify(self._heap)
            self._roomy = max(LEAST, 2 * len(self._heap))

    def next(self) -> tuple[datetime, Activity] | None:
        """The earliest, in the order they were set where several are."""
        while self._heap:
            at, _, activity = self._heap[0]
            if self._is_set(activity, at):
                return at, activity
            heappop(self._heap)
        return None

"""Nodes to look at, pass after pass, each pass in graph order."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heapify, heappop, heappush


class Agenda:
    """What turns up at or behind the node that is being looked at waits for the next pass."""

    __slots__ = ("_ahead", "_behind", "_cursor")

    def __init__(self) -> None:
        self._ahead: list[int] = []
        self._behind: list[int] = []
        self._cursor = -1

    def __bool__(self) -> bool:
        return bool(self._ahead or self._behind)

    def add(self, node: int) -> None:
        if node > self._cursor:
            heappush(self._ahead, node)
        else:
            self._behind.append(node)

    def clear(self) -> None:
        self._ahead.clear()
        self._behind.clear()
        self._cursor = -1

    def one_pass(self) -> Iterator[int]:
        """Each node once, in graph order; those added ahead of the present one come in this pass."""
        while self._ahead:
            node = heappop(self._ahead)
            if node != self._cursor:
                self._cursor = node
                yield node
        self._cursor = -1
        heapify(self._behind)
        self._ahead, self._behind = self._behind, self._ahead

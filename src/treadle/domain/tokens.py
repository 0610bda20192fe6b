"""The tokens of one scope: a queue on each edge, and counts kept beside it so that nothing is ever listed to be counted."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from treadle.domain.effects import Stamps
from treadle.domain.rules import Rules

Token = tuple[int, Stamps | None]
"""The visit of the edge's source that put it, and what that visit descends from."""

NOTHING: frozenset[int] = frozenset()


class Tokens:
    """`on` maps edges to their tokens, oldest first; `held` maps nodes to how many tokens are before them.

    `marked` maps nodes to their edges that hold at least what their target takes. Absent means none, in all three.
    """

    __slots__ = ("_rules", "count", "held", "marked", "on")

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self.on: dict[int, list[Token]] = {}
        self.held: dict[int, int] = {}
        self.marked: dict[int, set[int]] = {}
        self.count = 0

    def put(self, edge: int, token: Token, count: int = 1) -> bool:
        """Whether this marked the edge."""
        queue = self.on.setdefault(edge, [])
        missing = self._rules.takes[edge] - len(queue)
        if count == 1:
            queue.append(token)
        else:
            queue.extend([token] * count)
        target = self._rules.targets[edge]
        self.held[target] = self.held.get(target, 0) + count
        self.count += count
        if not 0 < missing <= count:
            return False
        marked = self.marked.get(target)
        if marked is None:
            self.marked[target] = {edge}
        else:
            marked.add(edge)
        return True

    def marked_before(self, node: int) -> Collection[int]:
        return self.marked.get(node, NOTHING)

    def take(self, edge: int) -> Sequence[Token]:
        """Consume from a marked edge what its target takes, oldest first."""
        queue = self.on[edge]
        take = self._rules.takes[edge]
        taken = queue[:take]
        del queue[:take]
        self._removed(edge, take)
        return taken

    def remove(self, edge: int, place: int) -> None:
        """Drop the token at that place of the queue."""
        del self.on[edge][place]
        self._removed(edge, 1)

    def drop(self, edges: Sequence[int]) -> None:
        """Drop all tokens on the incoming edges of one node, given in full."""
        for edge in edges:
            queue = self.on.get(edge)
            if queue is not None:
                gone = len(queue)
                queue.clear()
                self._removed(edge, gone)

    def clear(self) -> None:
        self.on.clear()
        self.held.clear()
        self.marked.clear()
        self.count = 0

    def _removed(self, edge: int, count: int) -> None:
        left = len(self.on[edge])
        target = self._rules.targets[edge]
        if left < self._rules.takes[edge]:
            marked = self.marked.get(target)
            if marked is not None:
                marked.discard(edge)
                if not marked:
                    del self.marked[target]
        if not left:
            del self.on[edge]
        self.count -= count
        if self.held[target] == count:
            del self.held[target]
        else:
            self.held[target] -= count

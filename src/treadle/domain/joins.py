"""Whether an `auto` join still has to wait: it does while a live node can bring a token to one of its unmarked edges."""

from __future__ import annotations

from treadle.domain.graph import Graph
from treadle.domain.liveness import Liveness
from treadle.domain.tokens import Tokens


class Joins:
    """For each waiting join the one edge it waits for; the search for the next goes round from there."""

    __slots__ = ("_graph", "_liveness", "_places", "_tokens", "awaited")

    def __init__(self, graph: Graph, tokens: Tokens, liveness: Liveness) -> None:
        self._graph = graph
        self._tokens = tokens
        self._liveness = liveness
        self._places: dict[int, int] = {}
        self.awaited: dict[int, int] = {}

    def must_wait(self, join: int) -> bool:
        """Whether a join that holds a marked edge must wait; if so its awaited edge is watched."""
        marked = self._tokens.marked[join]
        awaited = self.awaited.get(join)
        if awaited is not None:
            if awaited not in marked and self._liveness.watch(awaited):
                return True
            self.release(join)
        incoming = self._graph.incoming[join]
        if len(marked) == len(incoming):
            return False
        first = self._places.get(join, 0)
        for place in range(first, first + len(incoming)):
            edge = incoming[place - len(incoming)]
            if edge not in marked and self._liveness.watch(edge):
                self.awaited[join] = edge
                self._places[join] = place % len(incoming)
                return True
        return False

    def release(self, join: int) -> None:
        """The join fired, or lost its tokens."""
        edge = self.awaited.pop(join, None)
        if edge is not None:
            self._liveness.release(edge)

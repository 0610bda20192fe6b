"""Which nodes of a graph can have run when another one runs: what `nodes.<id>` in its expressions can see."""

from __future__ import annotations

from enum import Enum

from treadle.domain.soundness_flow import Flow
from treadle.domain.topology import Region, nodes_of

MAX_CLIMB = 3_000_000
"""Vertices looked at to tell alternatives from branches at the same time; beyond that, nodes count as the latter."""


class Order(Enum):
    """How a node stands to the one that reads its result."""

    BEFORE = "may have run before"
    LATER_ROUNDS = "runs after it, and before its next round"
    AFTER = "runs after it only"
    OTHERWISE = "runs only when it does not"
    BESIDE = "may run at the same time"
    NEVER = "can never run"


class RunOrder:
    """The order of the nodes of one graph; sets of nodes are integers, bit n for node n."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        graph = flow.graph
        predecessors = [{graph.edges[edge].source for edge in edges} for edges in graph.incoming]
        for node in graph.nodes:
            watched = node.config.get("node") if node.type == "gate" else None
            if isinstance(watched, str) and watched in graph.index_of:
                predecessors[node.index].add(graph.index_of[watched])
        self._predecessors = [sorted(nodes) for nodes in predecessors]
        self._region = Region(self._predecessors, without=())
        self._climb = MAX_CLIMB

    def of(self, node: int, *, seen_by: int) -> Order:
        """How `node` stands to the reader."""
        tree = self.flow.tree
        if not self.flow.reachable(node):
            return Order.NEVER
        if not self.flow.reachable(seen_by):
            return Order.BEFORE
        after = tree.dominates(seen_by, node)
        if self._before(seen_by) >> node & 1:
            return Order.LATER_ROUNDS if after else Order.BEFORE
        if after:
            return Order.AFTER if self.flow.once[seen_by] else Order.LATER_ROUNDS
        return Order.OTHERWISE if self.alternatives(node, seen_by) is not None else Order.BESIDE

    def known_before(self, reader: int) -> list[str]:
        """The ids of the nodes that can have run before the reader, in graph order."""
        return [self.flow.graph.nodes[node].id for node in nodes_of(self._before(reader)) if node != reader]

    def alternatives(self, one: int, other: int) -> int | None:
        """The vertex that runs at most once and leads to one of the two or to the other, never to both; None if there is none."""
        tree, below = self.flow.tree, [-1, -1]
        vertices = [one, other]
        while vertices[0] != vertices[1] and self._climb >= 0:
            self._climb -= 1
            lower = 0 if tree.number[vertices[0]] > tree.number[vertices[1]] else 1
            below[lower] = vertices[lower]
            vertices[lower] = tree.dominator[vertices[lower]]
        if self._climb < 0 or -1 in below:
            return None
        above = vertices[0]
        choices = [self.flow.choice(above, vertex) for vertex in below]
        if None in choices or choices[0] == choices[1]:
            return None
        return above if above == self.flow.root or self.flow.once[above] else None

    def _before(self, reader: int) -> int:
        """The nodes from which a way of at least one edge leads to the reader."""
        before = 0
        for node in self._predecessors[reader]:
            before |= self._region.ancestors(node)
        return before

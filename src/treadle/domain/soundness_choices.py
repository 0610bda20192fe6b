"""The ways an activity can leave its node, as the data of some execution may decide: ports, and edges with conditions."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeVar

from treadle.domain.graph import ERROR, OUT, Edge, Node
from treadle.domain.soundness_flow import Flow

T = TypeVar("T")

MOST_CONDITIONS = 5
"""Conditions, or ports of a `switch` with `all`, of which every combination is tried."""


@dataclass(frozen=True, slots=True)
class Leave:
    """One way: the port, the edges taken with their tokens, and how a message says it."""

    port: str
    taken: tuple[tuple[int, int], ...]
    words: str


class Choices:
    """All ways out of each node. `exact` turns False when some were left out: too many, or tokens that data counts."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._known: dict[int, tuple[Leave, ...]] = {}
        self.exact = True

    def of(self, index: int) -> tuple[Leave, ...]:
        """The usual way first, failures last; none where every visit fails the scope."""
        known = self._known.get(index)
        if known is None:
            node = self._flow.graph.nodes[index]
            unique: dict[Hashable, Leave] = {}
            for leave in self._ways(node):
                unique.setdefault((leave.taken, leave.port == ERROR), leave)
            known = self._known[index] = tuple(unique.values())
        return known

    def _ways(self, node: Node) -> Iterator[Leave]:
        name = repr(node.id)
        ports = self._flow.open_ports(node)
        if node.type == "terminate" and not node.disabled:
            yield Leave(OUT, (), f"{name} ends it")
        elif node.type == "switch" and node.config.get("all") and not node.disabled:
            for some in self._some([port for port in ports if port != "default"], least=1):
                edges = [edge for port in some for edge in self._flow.edges_of.get((node.index, port), [])]
                words = f"{name} leaves through {' and '.join(map(repr, some))}"
                self.exact &= not any(edge.default for edge in edges)
                yield from self._takings(some[0], edges, words)
            ports = ("default",)
        for port in ports:
            words = f"{name} leaves through {port!r}" if len(ports) > 1 else f"{name} is done"
            yield from self._takings(port, self._flow.edges_of.get((node.index, port), []), words)
        failures = self._flow.edges_of.get((node.index, ERROR), [])
        if failures:
            yield from self._takings(ERROR, failures, f"{name} fails")
        handled = any(edge.when is None for edge in failures)
        if node.on_error == "continue" and not handled and OUT not in ports and self._flow.may_fail(node):
            yield Leave(OUT, (), f"{name} fails")

    def _takings(self, port: str, edges: Sequence[Edge], words: str) -> Iterator[Leave]:
        plain = [edge for edge in edges if edge.when is None and not edge.default]
        conditional = [edge for edge in edges if edge.when is not None]
        default = [edge for edge in edges if edge.default]
        for some in self._some(conditional, least=0):
            taken = [*plain, *some] or default
            how = words
            if conditional or default:
                how += f", taking {' and '.join(repr(edge.id) for edge in taken)}" if taken else ", taking no edge"
            yield Leave(port, tuple(sorted((edge.index, self._count(edge)) for edge in taken)), how)

    def _some(self, things: Sequence[T], *, least: int) -> Iterator[Sequence[T]]:
        """Every selection, the largest first."""
        if len(things) > MOST_CONDITIONS:
            self.exact = False
            yield things
            yield from ([thing] for thing in things)
            if not least:
                yield []
            return
        for size in range(len(things), least - 1, -1):
            yield from combinations(things, size)

    def _count(self, edge: Edge) -> int:
        if isinstance(edge.tokens, int):
            return edge.tokens
        self.exact = False
        return 1

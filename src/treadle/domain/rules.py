"""What the token game has to know of each node, compiled once a version and kept with the graph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from treadle.domain.errors import MarkingError
from treadle.domain.graph import ERROR, Graph, Node

Taken = tuple[tuple[int, int], ...]
"""Edges and how many tokens each gets."""


class Kind(Enum):
    """How a node decides to fire. SINGLE is any join of one incoming edge: there is nothing to wait for."""

    SINGLE = auto()
    EACH = auto()
    ALL = auto()
    AUTO = auto()
    COUNT = auto()


@dataclass(frozen=True, slots=True)
class Gate:
    """The node a gate looks at, and the state it waits for: `active` or `finished`."""

    node: int
    state: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One node. `need` is how many marked edges a COUNT join wants.

    `plain` are the edges of each port that are always taken; `by_data` names ports where the number of tokens is an
    expression. `hops` and `edge_hops` lead, by port and by edge, to a target that fires at once with that one token, from a
    node whose leaving does nothing else. `one_way`: there is one outgoing edge.
    """

    node: int
    kind: Kind
    need: int
    rest: str
    mutex: str | None
    cancels: tuple[int, ...]
    gate: Gate | None
    terminates: bool
    is_watched: bool
    plain: Mapping[str, Taken]
    by_data: frozenset[str]
    hops: Mapping[str, int]
    edge_hops: Mapping[int, int]
    one_way: bool


class Rules:
    """All nodes' rules, and the edges' ends as arrays."""

    def __init__(self, graph: Graph) -> None:
        self.sources = tuple(edge.source for edge in graph.edges)
        self.targets = tuple(edge.target for edge in graph.edges)
        self.takes = tuple(edge.take for edge in graph.edges)
        self.kinds = tuple(_kind(graph, node) for node in graph.nodes)
        gates = tuple(_gate(graph, node) for node in graph.nodes)
        watched = frozenset(gate.node for gate in gates if gate is not None and gate.state == "finished")
        instant = tuple(
            kind is Kind.SINGLE and node.mutex is None and gate is None
            for kind, node, gate in zip(self.kinds, graph.nodes, gates, strict=True)
        )
        self.nodes = tuple(
            _rule(graph, node, kind=kind, gate=gate, watched=watched, instant=instant)
            for node, kind, gate in zip(graph.nodes, self.kinds, gates, strict=True)
        )
        self.searches = Kind.AUTO in self.kinds or Kind.COUNT in self.kinds
        """Whether any join ever asks who is live."""

    @classmethod
    def of(cls, graph: Graph) -> Rules:
        rules = graph.cache.get("rules")
        if not isinstance(rules, cls):
            rules = graph.cache["rules"] = cls(graph)
        return rules


def _kind(graph: Graph, node: Node) -> Kind:
    incoming = graph.incoming[node.index]
    counts = node.join == "first" or isinstance(node.join, int)
    if counts and (_need(node) > 1 or len(incoming) > 1 or node.rest == "cancel"):
        return Kind.COUNT
    if len(incoming) < 2:
        return Kind.SINGLE
    if node.join == "auto":
        return Kind.EACH if all(graph.edges[edge].port == ERROR for edge in incoming) else Kind.AUTO
    if node.join in ("each", "all"):
        return Kind.EACH if node.join == "each" else Kind.ALL
    raise MarkingError(f"node {node.id!r}: unknown join {node.join!r}")


def _need(node: Node) -> int:
    return node.join if isinstance(node.join, int) else 1


def _gate(graph: Graph, node: Node) -> Gate | None:
    if node.type != "gate" or node.disabled:
        return None
    watched, state = str(node.config.get("node")), str(node.config.get("state"))
    if watched not in graph.index_of or state not in ("active", "finished"):
        raise MarkingError(f"gate {node.id!r}: no node {watched!r}, or no state {state!r}")
    return Gate(graph.index_of[watched], state)


def _rule(
    graph: Graph, node: Node, *, kind: Kind, gate: Gate | None, watched: frozenset[int], instant: tuple[bool, ...]
) -> Rule:
    outgoing = [graph.edges[index] for index in graph.outgoing[node.index]]
    always = [edge for edge in outgoing if edge.when is None and not edge.default]
    constant: dict[str, list[tuple[int, int]]] = {}
    for edge in always:
        if isinstance(edge.tokens, int):
            constant.setdefault(edge.port, []).append((edge.index, edge.tokens))
    plain = {port: tuple(taken) for port, taken in constant.items()}
    by_data = frozenset(edge.port for edge in always if not isinstance(edge.tokens, int))
    # A disabled node is left at once and does nothing of what its type does.
    terminates = node.type == "terminate" and not node.disabled
    just_leaves = not (node.cancels or node.mutex or terminates or gate or node.index in watched)
    edge_hops = {e.index: e.target for e in outgoing if e.take == 1 and instant[e.target]} if just_leaves else {}
    return Rule(
        node=node.index,
        kind=kind,
        need=_need(node),
        rest=node.rest,
        mutex=node.mutex,
        cancels=tuple(sorted(graph.index_of[name] for name in node.cancels)),
        gate=gate,
        terminates=terminates,
        is_watched=node.index in watched,
        plain=plain,
        by_data=by_data,
        hops=_hops(plain, by_data, edge_hops),
        edge_hops=edge_hops,
        one_way=len(outgoing) == 1,
    )


def _hops(plain: Mapping[str, Taken], by_data: frozenset[str], edge_hops: Mapping[int, int]) -> dict[str, int]:
    return {
        port: edge_hops[taken[0][0]]
        for port, taken in plain.items()
        if len(taken) == 1 and taken[0][1] == 1 and port not in by_data and taken[0][0] in edge_hops
    }

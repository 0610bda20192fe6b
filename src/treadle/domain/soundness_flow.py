"""A graph as the soundness check walks it: nodes, the ports between them and their targets, and one root before all starts.

A vertex is a node (its index), a port that has edges (`port_of`), or `root`. A token on an edge has passed through the
port's vertex, so what dominates that vertex has happened before the token was put.
"""

from __future__ import annotations

from collections.abc import Hashable
from functools import cached_property

from treadle.domain.graph import ERROR, OUT, Edge, Graph, Node
from treadle.domain.node_types import NodeType, NodeTypes
from treadle.domain.soundness_dominators import DominatorTree
from treadle.domain.topology import components

EXCLUSIVE_TYPES = frozenset({"if", "switch", "approval", "signal.wait", "wait_any", "gate"})
"""Node types of which one visit leaves through exactly one of its ports (a `switch` with `all` excepted)."""

UNFAILING_TYPES = frozenset({"noop", "gate"})
"""Node types whose handler has nothing that can fail; triggers besides."""


class Flow:
    """Everything derived of one graph; `inner` is True for an inner graph, in which triggers start nothing."""

    def __init__(self, graph: Graph, node_types: NodeTypes, *, inner: bool = False) -> None:
        self.graph = graph
        self.node_types = node_types
        self.inner = inner
        self.triggers = () if inner else tuple(node.index for node in graph.nodes if self.is_trigger(node))
        self.starts = self.triggers or tuple(node.index for node in graph.nodes if not graph.incoming[node.index])
        self.edges_of: dict[tuple[int, str], list[Edge]] = {}
        for edge in graph.edges:
            self.edges_of.setdefault((edge.source, edge.port), []).append(edge)
        self.ports = list(self.edges_of)
        count = len(graph.nodes)
        self.port_of = {port: count + place for place, port in enumerate(self.ports)}
        self.root = count + len(self.ports)

    def type_of(self, node: Node) -> NodeType | None:
        return self.node_types.get(node.type)

    def is_trigger(self, node: Node) -> bool:
        node_type = self.type_of(node)
        return node_type is not None and node_type.trigger

    def declared_ports(self, node: Node) -> tuple[str, ...] | None:
        """The exits besides `error`; None when the config does not tell."""
        node_type = self.type_of(node)
        try:
            return None if node_type is None else node_type.ports_for(node.config)
        except (LookupError, TypeError, ValueError, AttributeError):
            return None

    def open_ports(self, node: Node) -> tuple[str, ...]:
        """The exits besides `error` that a visit may use: a disabled node is left through the first its type declares."""
        declared = self.declared_ports(node)
        if declared is None:
            ports = [port for source, port in self.edges_of if source == node.index and port != ERROR]
            return tuple(ports) or (OUT,)
        if node.disabled:
            return declared[:1] or (OUT,)
        node_type = self.node_types.get(node.type)
        closed = node_type.closed_ports(node.config) if node_type is not None and node_type.closed_ports is not None else ()
        return tuple(port for port in declared if port not in closed)

    def may_fail(self, node: Node) -> bool:
        """Whether anything in it can go wrong: its handler, or an expression on an edge that leaves it."""
        edges = (self.graph.edges[edge] for edge in self.graph.outgoing[node.index])
        if any(edge.when is not None or not isinstance(edge.tokens, int) for edge in edges):
            return True
        return not (node.disabled or node.type in UNFAILING_TYPES or self.is_trigger(node))

    def port(self, vertex: int) -> tuple[int, str] | None:
        """(node, port) of a port's vertex."""
        place = vertex - len(self.graph.nodes)
        return self.ports[place] if 0 <= place < len(self.ports) else None

    def vertex(self, edge: Edge) -> int:
        """The port that puts tokens on the edge."""
        return self.port_of[edge.source, edge.port]

    @cached_property
    def tree(self) -> DominatorTree:
        successors: list[list[int]] = [[] for _ in range(self.root + 1)]
        for port, edges in self.edges_of.items():
            node = self.graph.nodes[port[0]]
            if not node.disabled or port[1] == ERROR or port[1] in self.open_ports(node):
                successors[port[0]].append(self.port_of[port])
            successors[self.port_of[port]] = [edge.target for edge in edges]
        successors[self.root] = list(self.starts)
        return DominatorTree(self.root, successors)

    def reachable(self, vertex: int) -> bool:
        return self.tree.number[vertex] >= 0

    @cached_property
    def components(self) -> list[list[int]]:
        """The strongly connected components, each before those it leads to."""
        targets = [[self.graph.edges[edge].target for edge in edges] for edges in self.graph.outgoing]
        finished: set[int] = set()
        found: list[list[int]] = []
        for node in range(len(targets)):
            for component in components(node, targets, finished):
                finished.update(component)
                found.append(component)
        found.reverse()
        return found

    @cached_property
    def component_of(self) -> list[int]:
        """The place of each node's component in `components`."""
        places = [0] * len(self.graph.nodes)
        for place, component in enumerate(self.components):
            for node in component:
                places[node] = place
        return places

    def is_cycle(self, component: list[int]) -> bool:
        node = component[0]
        return len(component) > 1 or any(self.graph.edges[edge].target == node for edge in self.graph.outgoing[node])

    @cached_property
    def once(self) -> list[bool]:
        """Whether a node provably fires at most once in an execution. On a cycle none does: each waits for another one."""
        once = [False] * len(self.graph.nodes)
        for component in self.components:
            for node in component:
                once[node] = self._fires_once(self.graph.nodes[node], once)
        return once

    def _fires_once(self, node: Node, once: list[bool]) -> bool:
        edges = [self.graph.edges[edge] for edge in self.graph.incoming[node.index]]
        if any(edge.tokens != 1 or not (once[edge.source] or not self.reachable(edge.source)) for edge in edges):
            return False
        return len(edges) < 2 or node.join in ("auto", "all")

    def choice(self, above: int, below: int) -> Hashable:
        """Which alternative of `above` the vertex `below`, its child in the dominator tree, belongs to; None if to none.

        Of several alternatives one visit takes one. At the root these are the triggers, since one of them starts an execution.
        """
        if above == self.root:
            return below if below in self._pure_triggers else None
        port = self.port(below)
        if port is None or port[0] != above:
            return None
        node = self.graph.nodes[above]
        if node.type in EXCLUSIVE_TYPES and not node.config.get("all"):
            return port[1]
        return "error" if port[1] == ERROR else "done"

    @cached_property
    def _pure_triggers(self) -> frozenset[int]:
        return frozenset(node for node in self.triggers if not self.graph.incoming[node])

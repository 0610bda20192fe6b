"""Who is live, and for each edge that somebody waits for, one live node that can still bring a token to it.

Such a witness is looked for again only when it stops being live; that keeps a join's cost linear in its edges.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from treadle.domain.rules import Rules
from treadle.domain.topology import Topology, nodes_of


class Watch:
    """The edges that have `node` as their witness."""

    __slots__ = ("edges", "node")

    def __init__(self, node: int, edges: set[int]) -> None:
        self.node = node
        self.edges = edges


class Liveness:
    """A node is live when it is `busy` (how many active activities it has) or `held` (tokens before it)."""

    __slots__ = ("_nodes", "_rules", "_topology", "_watch_of", "busy", "held", "touched", "watches")

    def __init__(self, rules: Rules, topology: Topology, held: Mapping[int, int]) -> None:
        self._rules = rules
        self._topology = topology
        self.held = held
        self.busy: dict[int, int] = {}
        self.watches: dict[int, Watch] = {}
        self._watch_of: dict[int, Watch] = {}
        self.touched: set[int] | None = set() if rules.searches else None
        """Nodes that may have begun or ceased to be live since the last search; None where nothing ever searches."""
        self._nodes = 0

    def is_live(self, node: int) -> bool:
        return node in self.busy or node in self.held

    def enter(self, node: int) -> None:
        """An activity of `node` began."""
        self.busy[node] = self.busy.get(node, 0) + 1
        if self.touched is not None:
            self.touched.add(node)

    def leave(self, node: int) -> None:
        """An activity of `node` ended; `lost` says what that means."""
        count = self.busy[node]
        if count == 1:
            del self.busy[node]
        else:
            self.busy[node] = count - 1

    def gained(self, node: int) -> None:
        """A token came before `node`."""
        if self.touched is not None:
            self.touched.add(node)

    def lost(self, node: int) -> Collection[int]:
        """The edges that must look for another witness, as an activity of `node` ended or tokens before it vanished."""
        if self.touched is None:
            return ()
        self.touched.add(node)
        if node not in self.watches or self.is_live(node):
            return ()
        edges = self.watches.pop(node).edges
        for edge in edges:
            del self._watch_of[edge]
        return edges

    def supplier(self, edge: int) -> int | None:
        """A live node that can still bring a token to `edge`; the nearest is likely to be the last that can."""
        source, target = self._rules.sources[edge], self._rules.targets[edge]
        if source == target or source == self._topology.barrier(target):
            return None
        if self.is_live(source):
            return source
        nodes = self._live_nodes() & self._topology.before(edge)
        return nodes.bit_length() - 1 if nodes else None

    def live_among(self, nodes: int) -> Iterator[int]:
        """The live ones among a set of nodes, in graph order."""
        return nodes_of(self._live_nodes() & nodes)

    def watch(self, edge: int) -> bool:
        """Keep a witness for `edge`. False: no live node can bring a token to it."""
        known = self._watch_of.get(edge)
        if known is not None:
            if self.is_live(known.node):
                return True
            self.release(edge)
        node = self.supplier(edge)
        if node is None:
            return False
        watch = self.watches.get(node)
        if watch is None:
            watch = self.watches[node] = Watch(node, set())
        watch.edges.add(edge)
        self._watch_of[edge] = watch
        return True

    def release(self, edge: int) -> None:
        """Nobody waits for `edge` any more."""
        watch = self._watch_of.pop(edge, None)
        if watch is not None:
            watch.edges.discard(edge)
            if not watch.edges:
                del self.watches[watch.node]

    def follow(self, node: int, target: int) -> None:
        """The only way from `node` led a token to `target`, which has no other way in: it inherits the watched edges."""
        watch = self.watches.pop(node)
        there = self.watches.get(target)
        if there is None:
            watch.node = target
            self.watches[target] = watch
            return
        if len(there.edges) < len(watch.edges):
            there, watch = watch, there
        there.edges |= watch.edges
        for edge in watch.edges:
            self._watch_of[edge] = there
        there.node = target
        self.watches[target] = there

    def _live_nodes(self) -> int:
        # Changes are collected and applied here: most steps never search.
        for node in self.touched or ():
            bit = 1 << node
            if self.is_live(node):
                self._nodes |= bit
            elif self._nodes & bit:
                self._nodes ^= bit
        if self.touched is not None:
            self.touched.clear()
        return self._nodes

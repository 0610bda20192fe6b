"""Who can reach whom: dominators, levels, and for each edge into a join the nodes that can still bring a token to it.

Sets of nodes are integers, bit n for node n. Everything is computed on first use and kept with the version.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import cached_property

from treadle.domain.graph import Graph
from treadle.domain.rules import Kind, Rules

ROOT = -1
"""The virtual node before all starts."""

Neighbours = Sequence[Sequence[int]]


class Topology:
    """One graph, entered at its starts: its triggers, else its nodes without incoming edges, and whatever else was started."""

    def __init__(self, graph: Graph, starts: Collection[int]) -> None:
        self.starts = tuple(sorted(starts))
        self._rules = Rules.of(graph)
        self._incoming = graph.incoming
        self._successors: Neighbours = [[self._rules.targets[edge] for edge in edges] for edges in graph.outgoing]
        self._predecessors: Neighbours = [[self._rules.sources[edge] for edge in edges] for edges in graph.incoming]
        self._regions: dict[int, Region] = {}
        self._before: dict[int, int] = {}
        self._barriers: dict[int, int] = {}
        self._catchments: dict[int, int] = {}

    @classmethod
    def of(cls, graph: Graph, also: Collection[int] = ()) -> Topology:
        """The graph's topology when `also` can start besides its own starts; kept in the graph's cache."""
        kept: dict[tuple[int, ...], Topology] = graph.cache.setdefault("topology", {})
        own = graph.cache.get("starts")
        if own is None:
            own = graph.cache["starts"] = own_starts(graph)
        extra = tuple(sorted(set(also).difference(own)))
        topology = kept.get(extra)
        if topology is None:
            topology = kept[extra] = cls(graph, (*own, *extra))
        return topology

    @cached_property
    def on_cycle(self) -> frozenset[int]:
        """Nodes that lie on a cycle."""
        found: set[int] = set()
        finished: set[int] = set()
        for node in range(len(self._successors)):
            for component in components(node, self._successors, finished):
                finished.update(component)
                if len(component) > 1 or component[0] in self._successors[component[0]]:
                    found.update(component)
        return frozenset(found)

    @cached_property
    def stamped(self) -> frozenset[int]:
        """Counting joins whose firings must be told apart: those on a cycle, with debts."""
        kinds, rules = self._rules.kinds, self._rules.nodes
        counting = [n for n, kind in enumerate(kinds) if kind is Kind.COUNT and rules[n].rest != "cancel"]
        return frozenset(node for node in counting if node in self.on_cycle) if counting else frozenset()

    @cached_property
    def dominators(self) -> Sequence[int]:
        """Each node's immediate dominator; ROOT also for nodes that no start reaches."""
        return immediate_dominators(self.starts, self._successors, self._predecessors)

    @cached_property
    def levels(self) -> Sequence[int]:
        """The fewest edges from a start; the number of nodes where no start reaches."""
        far = len(self._successors)
        levels = [far] * far
        front = list(self.starts)
        for node in front:
            levels[node] = 0
        for node in front:  # grows while it is walked
            for target in self._successors[node]:
                if levels[target] == far:
                    levels[target] = levels[node] + 1
                    front.append(target)
        return levels

    def barrier(self, join: int) -> int:
        """The node that a token on its way to `join` must not pass through, or ROOT if there is none.

        For a counting join its dominator: only what lies between the two can owe or be withdrawn. For others the same,
        but only on a cycle, where what comes through the dominator belongs to the next round.
        """
        known = self._barriers.get(join)
        if known is None:
            bounded = self._rules.kinds[join] is Kind.COUNT or join in self.on_cycle
            known = self._barriers[join] = self.dominators[join] if bounded else ROOT
        return known

    def before(self, edge: int) -> int:
        """The nodes from which a token can come to `edge` without passing through its target or the target's barrier."""
        known = self._before.get(edge)
        if known is None:
            self._search(edge)
            known = self._before[edge]
        return known

    def catchment(self, join: int) -> int:
        """The nodes from which a token can come to any edge of `join`."""
        known = self._catchments.get(join)
        if known is None:
            known = 0
            for edge in self._incoming[join]:
                known |= self.before(edge)
            self._catchments[join] = known
        return known

    def _search(self, edge: int) -> None:
        source, join = self._rules.sources[edge], self._rules.targets[edge]
        barrier = self.barrier(join)
        if source in (join, barrier):
            self._before[edge] = 0
            return
        # Most joins cannot be come to again without passing their barrier; they share one region for each barrier.
        region = self._regions.get(barrier)
        if region is None:
            region = self._regions[barrier] = Region(self._predecessors, without=(barrier,))
        nodes = region.ancestors(source)
        if nodes >> join & 1:
            self._search_without(join, barrier)
        else:
            self._before[edge] = nodes

    def _search_without(self, join: int, barrier: int) -> None:
        region = Region(self._predecessors, without=(barrier, join))
        for edge in self._incoming[join]:
            self._before[edge] = region.ancestors(self._rules.sources[edge])


class Region:
    """A graph without one or two of its nodes; finds ancestors, each node's once."""

    def __init__(self, predecessors: Neighbours, *, without: Collection[int]) -> None:
        self._predecessors = predecessors
        self._without = frozenset(without)
        self._ancestors: dict[int, int] = dict.fromkeys(without, 0)

    def ancestors(self, node: int) -> int:
        """The nodes from which a path leads to `node`, itself included."""
        known = self._ancestors
        if node not in known:
            for component in components(node, self._predecessors, known):
                nodes = 0
                for member in component:
                    nodes |= 1 << member
                for member in component:
                    for predecessor in self._predecessors[member]:
                        nodes |= known.get(predecessor, 0)
                for member in component:
                    known[member] = nodes
        return known[node]


def nodes_of(bits: int) -> Iterator[int]:
    """The members of a set, in graph order."""
    digits = bin(bits)[:1:-1]
    place = digits.find("1")
    while place >= 0:
        yield place
        place = digits.find("1", place + 1)


def own_starts(graph: Graph) -> tuple[int, ...]:
    """Where executions of this graph can start: its triggers, or else its nodes without incoming edges."""
    triggers = tuple(node.index for node in graph.nodes if node.type.startswith("trigger."))
    return triggers or tuple(node.index for node in graph.nodes if not graph.incoming[node.index])


def components(root: int, neighbours: Neighbours, finished: Collection[int]) -> Iterator[list[int]]:
    """The strongly connected components reachable from `root`, each after those it leads to (Tarjan 1972).

    Nodes in `finished` are passed over; the caller adds each component to it before taking the next.
    """
    if root in finished:
        return
    order = {root: 0}
    low = {root: 0}
    stack = [root]
    path = [(root, iter(neighbours[root]))]
    while path:
        node, ahead = path[-1]
        for near in ahead:
            if near in finished:
                continue
            if near not in order:
                order[near] = low[near] = len(order)
                stack.append(near)
                path.append((near, iter(neighbours[near])))
                break
            # Finished components have left the stack: what is known and not finished is still on it.
            low[node] = min(low[node], order[near])
        else:
            path.pop()
            if path:
                parent = path[-1][0]
                low[parent] = min(low[parent], low[node])
            if low[node] == order[node]:
                at = len(stack) - 1
                while stack[at] != node:
                    at -= 1
                component = stack[at:]
                del stack[at:]
                yield component


def immediate_dominators(starts: Sequence[int], successors: Neighbours, predecessors: Neighbours) -> list[int]:
    """Cooper, Harvey and Kennedy, "A simple, fast dominance algorithm" (2001), with ROOT before all starts."""
    order = _reverse_postorder(starts, successors)
    place = {node: i for i, node in enumerate(order, start=1)}
    place[ROOT] = 0
    dominator = {ROOT: ROOT}
    dominator.update(dict.fromkeys(starts, ROOT))

    def meet(a: int, b: int) -> int:
        while a != b:
            if place[a] > place[b]:
                a = dominator[a]
            else:
                b = dominator[b]
        return a

    changed = True
    while changed:
        changed = False
        for node in order:
            if dominator.get(node) == ROOT:
                continue
            found = None
            for predecessor in predecessors[node]:
                if predecessor in dominator:
                    found = predecessor if found is None else meet(found, predecessor)
            if found is not None and dominator.get(node) != found:
                dominator[node] = found
                changed = True
    return [dominator.get(node, ROOT) for node in range(len(successors))]


def _reverse_postorder(starts: Sequence[int], successors: Neighbours) -> list[int]:
    seen = set(starts)
    finished: list[int] = []
    for start in starts:
        path = [(start, iter(successors[start]))]
        while path:
            node, ahead = path[-1]
            for near in ahead:
                if near not in seen:
                    seen.add(near)
                    path.append((near, iter(successors[near])))
                    break
            else:
                path.pop()
                finished.append(node)
    finished.reverse()
    return finished

"""Joins that can never fire: how many of a join's edges can hold a token at the same time, at most.

The edges of a join are the leaves of a part of the dominator tree. Where that tree branches at a node that leaves through
one of several ports, only the best branch counts; elsewhere the branches add up. The result is an upper bound, so a join
that needs more than it can never fire.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field

from treadle.domain.errors import Finding
from treadle.domain.graph import Edge, Node
from treadle.domain.soundness_flow import Flow

MAX_JOIN_STEPS = 3_000_000
"""Vertices visited for all joins of one graph; the rest is reported as not checked."""


def check_joins(flow: Flow, *, path: str) -> Iterator[Finding]:
    steps = 0
    for node in flow.graph.nodes:
        place = f"{path}nodes[{node.index}].join"
        edges = [flow.graph.edges[edge] for edge in flow.graph.incoming[node.index]]
        needed = _needed(node, len(edges))
        if needed > len(edges) > 0:
            message = f"join: {needed} waits for {needed} edges, but node {node.id!r} has {len(edges)} incoming"
            yield Finding("join_never_fires", message, place, f"use at most {len(edges)}, or all")
            continue
        if needed < 1 or node.index in flow.starts or not flow.reachable(node.index):
            continue
        if steps > MAX_JOIN_STEPS:
            message = "the graph is too large to look at every join: those from here on were not checked"
            yield Finding("partial_check", message, place, "move parts into inner graphs or workflows", severity="info")
            return
        bound = EdgeBound(flow, node, edges)
        steps += bound.steps
        finding = _finding(flow, node, bound, needed=needed, place=place)
        if finding is not None:
            yield finding


def _needed(node: Node, edges: int) -> int:
    """How many edges must hold a token; 0 for joins that are content with any."""
    if isinstance(node.join, int):
        return node.join
    return edges if node.join == "all" else 0


@dataclass(slots=True)
class EdgeBound:
    """The most edges of `node` that can hold a token at once before it has ever fired."""

    flow: Flow
    node: Node
    edges: list[Edge]
    never: list[Edge] = field(default_factory=list)
    later: list[Edge] = field(default_factory=list)
    leaves: Counter[int] = field(default_factory=Counter)
    order: list[int] = field(default_factory=list)
    steps: int = 0

    def __post_init__(self) -> None:
        tree = self.flow.tree
        for edge in self.edges:
            vertex = self.flow.vertex(edge)
            if not self.flow.reachable(vertex):
                self.never.append(edge)
            elif tree.dominates(self.node.index, vertex):
                self.later.append(edge)
            else:
                self.leaves[vertex] += 1
        self.order = region(self.flow, self.node.index, self.leaves)
        self.steps = len(self.order)

    def most(self, *, proven: bool) -> tuple[int, int | None]:
        """The bound, and the node where alternatives limit it.

        With `proven`, alternatives count only where the node that chooses fires at most once; another may choose each in turn.
        """
        sums: Counter[int] = Counter(self.leaves)
        choices: defaultdict[int, Counter[Hashable]] = defaultdict(Counter)
        limit: int | None = None
        best = 0
        for vertex in self.order:
            options = choices.pop(vertex, Counter())
            if len(options) > 1:
                limit = vertex
            best = sums[vertex] + max(options.values(), default=0)
            above = self.flow.tree.dominator[vertex]
            choice = self.flow.choice(above, vertex)
            if choice is None or (proven and above != self.flow.root and not self.flow.once[above]):
                sums[above] += best
            else:
                choices[above][choice] += best
        return best, limit


def region(flow: Flow, join: int, leaves: Counter[int]) -> list[int]:
    """The vertices of the dominator tree from the leaves up to the join's own dominator, lowest first."""
    tree = flow.tree
    top = tree.dominator[join]
    seen: set[int] = {top} if leaves else set()
    for vertex in leaves:
        while vertex not in seen:
            seen.add(vertex)
            vertex = tree.dominator[vertex]
    return sorted(seen, key=tree.number.__getitem__, reverse=True)


def _finding(flow: Flow, node: Node, bound: EdgeBound, *, needed: int, place: str) -> Finding | None:
    available = sum(bound.leaves.values())
    if available < needed:
        return _finding_of_dead_edges(node, bound, needed=needed, place=place)
    most, limit = bound.most(proven=False)
    if most >= needed:
        return None
    proven, sure = bound.most(proven=True)
    certain = proven < needed
    limit = sure if certain else limit
    waits = f"node {node.id!r} waits for {needed} edges, but at most {proven if certain else most} of them can be taken"
    hint = "use auto, which waits for every branch that still comes, or each"
    if limit == flow.root:
        reason = f"{waits}: they come from different triggers, and one trigger starts an execution"
        return Finding("join_never_fires", reason, place, hint)
    chooser = flow.graph.nodes[limit].id if limit is not None else ""
    reason = f"{waits}: {chooser!r} leaves through one of its ports"
    if certain:
        return Finding("join_never_fires", reason, place, hint)
    return Finding("join_may_never_fire", f"{reason} each time round", place, hint, severity="warning")


def _finding_of_dead_edges(node: Node, bound: EdgeBound, *, needed: int, place: str) -> Finding:
    edges, reasons = [*bound.never, *bound.later], []
    names = ", ".join(repr(edge.id) for edge in edges[:3]) + (", …" if len(edges) > 3 else "")
    if bound.later:
        reasons.append("comes only after this node")
    if bound.never:
        reasons.append("can never be taken")
    message = f"node {node.id!r} waits for {needed} edges, but {names} {' or '.join(reasons)}"
    return Finding("join_never_fires", message, place, "use auto, or draw the edge from a node that runs before")

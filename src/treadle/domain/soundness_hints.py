"""Auto joins that will wait for a slow branch, which may not be what was meant."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator
from dataclasses import dataclass

from treadle.domain.errors import Finding
from treadle.domain.graph import Edge, Graph, Node
from treadle.domain.graph_parser import INNER_GRAPH, inner_graphs
from treadle.domain.node_types import NodeTypes
from treadle.domain.soundness_flow import Flow
from treadle.domain.soundness_joins import MAX_JOIN_STEPS, region

_NOWHERE = -1


def check_slow_branches(flow: Flow, *, path: str) -> Iterator[Finding]:
    """Hints for joins outside cycles with a slow branch (a wait, an approval, a cycle) and a quick one beside it."""
    slow = _slow_components(flow)
    if not slow:
        return
    latest = _latest_slow(flow, slow)
    steps = 0
    for node in flow.graph.nodes:
        edges = [flow.graph.edges[edge] for edge in flow.graph.incoming[node.index]]
        if node.join != "auto" or len(edges) < 2 or not flow.reachable(node.index):
            continue
        if flow.is_cycle(flow.components[flow.component_of[node.index]]):
            continue
        branches = _branches(flow, node, edges, latest)
        if not (branches.slow and branches.quick):
            continue
        leaves = Counter([*branches.slow, *branches.quick])
        order = region(flow, node.index, leaves)
        steps += len(order)
        if steps > MAX_JOIN_STEPS:
            return
        if _side_by_side(flow, node.index, branches, order):
            name = flow.graph.nodes[slow[branches.component]].id
            message = f"node {node.id!r} waits for the branch of {name!r}, also when its other branches are done"
            hint = f'if it shall not wait, add "cancels": ["{name}"] to a node of the other branch, or "join": "first"'
            yield Finding("waits_for_slow_branch", message, f"{path}nodes[{node.index}].join", hint, severity="warning")


@dataclass(slots=True)
class _Branches:
    """The ports that lead to a join, with the number of their edges; `component` is a slow one on the way."""

    slow: Counter[int]
    quick: Counter[int]
    component: int = _NOWHERE


def _slow_components(flow: Flow) -> dict[int, int]:
    """Components that may take long, each with the node that says why; those that someone cancels are left out."""
    cancelled = {flow.graph.index_of[name] for node in flow.graph.nodes for name in node.cancels if name in flow.graph.index_of}
    slow: dict[int, int] = {}
    for place, component in enumerate(flow.components):
        if not cancelled.isdisjoint(component):
            continue
        waiting = [index for index in sorted(component) if _waits(flow.graph, index, flow.node_types)]
        if waiting or flow.is_cycle(component):
            slow[place] = waiting[0] if waiting else min(component)
    return slow


def _waits(graph: Graph, index: int, node_types: NodeTypes) -> bool:
    # Children and inner graphs work like any other activity: that a join waits for them is no surprise, but for theirs waits.
    node = graph.nodes[index]
    node_type = node_types.get(node.type)
    if node_type is None or not node_type.parks or node.disabled:
        return False
    if INNER_GRAPH in node_type.config_schema.get("properties", {}):
        inner = inner_graphs(graph).get(index)
        return inner is not None and any(_waits(inner, below.index, node_types) for below in inner.nodes)
    return node.type != "workflow"


def _latest_slow(flow: Flow, slow: dict[int, int]) -> list[int]:
    """For each component the latest slow one among itself and its ancestors, in topological order; -1 without one."""
    latest = [place if place in slow else _NOWHERE for place in range(len(flow.components))]
    for place, component in enumerate(flow.components):
        for node in component:
            for edge in flow.graph.incoming[node]:
                if flow.reachable(flow.graph.edges[edge].source):
                    latest[place] = max(latest[place], latest[flow.component_of[flow.graph.edges[edge].source]])
    return latest


def _branches(flow: Flow, node: Node, edges: list[Edge], latest: list[int]) -> _Branches:
    """Sort the join's edges into slow and quick.

    Whatever comes before a branch either comes before the join's dominator or is dominated by it. So the latest slow
    component lies on the branch exactly if it comes after the dominator's.
    """
    top = flow.tree.dominator[node.index]
    port = flow.port(top)
    split = port[0] if port else top
    before = _NOWHERE if split == flow.root else flow.component_of[split]
    branches = _Branches(Counter(), Counter())
    for edge in edges:
        vertex = flow.vertex(edge)
        if not flow.reachable(vertex):
            continue
        found = latest[flow.component_of[edge.source]]
        if found > before:
            branches.slow[vertex] += 1
            branches.component = max(branches.component, found)
        else:
            branches.quick[vertex] += 1
    return branches


def _side_by_side(flow: Flow, join: int, branches: _Branches, order: list[int]) -> bool:
    """Whether a slow and a quick branch can be under way at the same time, rather than one instead of the other."""
    above: defaultdict[int, _Meeting] = defaultdict(_Meeting)
    for vertex in order:
        meeting = above.pop(vertex, _Meeting())
        direct = _choice(flow, vertex, join)
        for slow, leaves in ((True, branches.slow), (False, branches.quick)):
            if leaves[vertex] and meeting.add(slow=slow, quick=not slow, choice=direct):
                return True
        dominator = flow.tree.dominator[vertex]
        if vertex != order[-1] and above[dominator].add(
            slow=meeting.slow, quick=meeting.quick, choice=_choice(flow, dominator, vertex)
        ):
            return True
    return False


def _choice(flow: Flow, above: int, below: int) -> Hashable:
    """As `Flow.choice`; besides, edges with conditions are taken for a choice between their targets."""
    port = flow.port(above)
    if port is not None and all(edge.when is not None or edge.default for edge in flow.edges_of[port]):
        return below
    return flow.choice(above, below)


class _Meeting:
    """What has come together at one vertex of the dominator tree."""

    def __init__(self) -> None:
        self.slow = self.quick = False
        self._by_choice: dict[Hashable, tuple[bool, bool]] = {}

    def add(self, *, slow: bool, quick: bool, choice: Hashable) -> bool:
        """Whether what is added can be under way beside something of the other kind that is here already."""
        if choice is None:
            others = (self.slow, self.quick)
        else:
            mine, free = self._by_choice.get(choice, (False, False)), self._by_choice.get(None, (False, False))
            others = (mine[0] or free[0], mine[1] or free[1])
        known = self._by_choice.get(choice, (False, False))
        self._by_choice[choice] = (known[0] or slow, known[1] or quick)
        self.slow, self.quick = self.slow or slow, self.quick or quick
        return (slow and others[1]) or (quick and others[0])

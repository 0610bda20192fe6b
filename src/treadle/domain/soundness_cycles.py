"""Cycles that nothing ends, and cycles that can be entered at several nodes."""

from __future__ import annotations

from collections.abc import Iterator

from treadle.domain.errors import Finding
from treadle.domain.graph import ERROR, Edge
from treadle.domain.soundness_flow import Flow

_NAMES_SHOWN = 5


def check_cycles(flow: Flow, *, path: str) -> Iterator[Finding]:
    cycles = [c for c in flow.components if flow.is_cycle(c) and flow.reachable(c[0])]
    if not cycles:
        return
    ended_elsewhere = _ended_elsewhere(flow)
    unruly = _unruly(flow)
    for component in cycles:
        members = frozenset(component)
        first = min(members)
        if not ended_elsewhere and not _has_exit(flow, members):
            message = f"the cycle {_names(flow, members)} has no exit: once entered it runs until max_activities"
            hint = "let one of its nodes choose between going round and leaving (if, switch, when), or cancel it from outside"
            yield Finding("endless_cycle", message, f"{path}nodes[{first}]", hint, severity="warning")
        head = min(unruly & members, default=None)
        if head is not None:
            entries = _entries(flow, members)
            names = _names(flow, entries if len(entries) > 1 else frozenset({head}))
            cycle = _names(flow, members)
            message = f"the cycle {cycle} can be entered at several nodes ({names}); its joins may wait for each other"
            hint = "join the ways in before the cycle, so that it has one entry"
            yield Finding("multi_entry_cycle", message, f"{path}nodes[{min(entries, default=head)}]", hint, severity="warning")


def _names(flow: Flow, nodes: frozenset[int]) -> str:
    names = [flow.graph.nodes[node].id for node in sorted(nodes)]
    return ", ".join(names[:_NAMES_SHOWN]) + (", …" if len(names) > _NAMES_SHOWN else "")


def _entries(flow: Flow, members: frozenset[int]) -> frozenset[int]:
    edges = flow.graph.edges
    outside = (node for node in members for edge in flow.graph.incoming[node] if edges[edge].source not in members)
    return frozenset(outside) | members.intersection(flow.starts)


def _unruly(flow: Flow) -> frozenset[int]:
    """The nodes to which an edge leads back without their lying on every way to its source: heads of irreducible loops."""
    tree = flow.tree
    last = _last_descendants(flow)
    found: set[int] = set()
    for edge in flow.graph.edges:
        source = flow.vertex(edge)
        leads_back = tree.number[edge.target] <= tree.number[source] <= last[edge.target]
        if flow.reachable(source) and leads_back and not tree.dominates(edge.target, source):
            found.add(edge.target)
    return frozenset(found)


def _last_descendants(flow: Flow) -> list[int]:
    """For each vertex the highest preorder number among its descendants in the depth-first tree."""
    tree = flow.tree
    last = list(tree.number)
    for place in range(len(tree.order) - 1, 0, -1):
        parent = tree.order[tree.parents[place]]
        last[parent] = max(last[parent], last[tree.order[place]])
    return last


def _ended_elsewhere(flow: Flow) -> bool:
    """Whether something can stop cycles in a way not looked into: `terminate`, or a join that cancels the rest."""
    return any(node.type == "terminate" or node.rest == "cancel" for node in flow.graph.nodes)


def _has_exit(flow: Flow, members: frozenset[int]) -> bool:
    ids = {flow.graph.nodes[node].id for node in members}
    if any(not ids.isdisjoint(node.cancels) for node in flow.graph.nodes if node.cancels and node.index not in members):
        return True
    return any(_may_leave(flow, node, members) for node in members)


def _may_leave(flow: Flow, index: int, members: frozenset[int]) -> bool:
    """Whether the node has a way out that puts no token back into the cycle."""
    ports = flow.declared_ports(flow.graph.nodes[index])
    if ports is None:
        return True
    if (index, ERROR) in flow.edges_of:
        ports = (*ports, ERROR)
    return any(_leaves(flow.edges_of.get((index, port), []), members) for port in ports)


def _leaves(edges: list[Edge], members: frozenset[int]) -> bool:
    inside = [edge for edge in edges if edge.target in members]
    if any(edge.when is None and not edge.default for edge in inside):
        return False
    if any(edge.default for edge in inside):
        return any(edge.when is not None and edge.target not in members for edge in edges)
    return True

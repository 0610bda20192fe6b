"""Ways out of nodes that are never used, or that may be missing."""

from __future__ import annotations

from collections.abc import Iterator

from treadle.domain.errors import Finding
from treadle.domain.graph import ERROR, Edge, Node
from treadle.domain.soundness_flow import Flow

ALWAYS = frozenset({"true", "True", "1 == 1"})
"""Conditions that are written to hold always."""

MAX_FORK_BITS = 50_000_000
"""Nodes times nodes of the largest graph whose forks are followed to their ends."""


def check_leaving(flow: Flow, path: str) -> Iterator[Finding]:
    for (index, port), edges in flow.edges_of.items():
        node = flow.graph.nodes[index]
        default = next((edge for edge in edges if edge.default), None)
        plain = next((edge for edge in edges if edge.when is None and not edge.default), None)
        holds = plain or next((edge for edge in edges if edge.when is not None and edge.when.strip() in ALWAYS), None)
        if default and holds:
            yield _default_never_taken(default, holds, path)
        if not default and not plain and port != ERROR:
            yield _may_end(node, port, edges, path)
    for node in flow.graph.nodes:
        yield from _check_switch(flow, node, path)
        yield from _check_failing(flow, node, path)


def check_forks(flow: Flow, path: str) -> Iterator[Finding]:
    """Where a fork's branches never come together again: the scope then has several ends, and its output is by node."""
    if len(flow.graph.nodes) ** 2 > MAX_FORK_BITS:
        return
    ahead = _nodes_ahead(flow)
    for (index, port), edges in flow.edges_of.items():
        targets = list(dict.fromkeys(edge.target for edge in edges if edge.when is None and not edge.default))
        if port == ERROR or len(targets) < 2 or not flow.reachable(index):
            continue
        alone = [one for one in targets if all(not ahead[one] & ahead[other] for other in targets if other != one)]
        if alone:
            node = flow.graph.nodes[index]
            names = ", ".join(repr(flow.graph.nodes[target].id) for target in alone[:3]) + (", …" if len(alone) > 3 else "")
            message = f"no join collects the branch of {names} after the fork at {node.id!r}: it ends by itself"
            hint = "draw an edge to where the others end, if their result belongs together; settings.output says which counts"
            yield Finding("branch_not_collected", message, f"{path}nodes[{index}]", hint, severity="info")


def _nodes_ahead(flow: Flow) -> list[int]:
    """For each node, as bits, the nodes that can follow it, itself included."""
    ahead = [0] * len(flow.graph.nodes)
    for component in reversed(flow.components):
        bits = 0
        for node in component:
            bits |= 1 << node
            for edge in flow.graph.outgoing[node]:
                bits |= ahead[flow.graph.edges[edge].target]
        for node in component:
            ahead[node] = bits
    return ahead


def _default_never_taken(default: Edge, holds: Edge, path: str) -> Finding:
    reason = "no condition" if holds.when is None else "a condition that always holds"
    message = f"the default edge {default.id!r} can never be taken: {holds.id!r} has the same port and {reason}"
    hint = "give the other edge a when, or leave default out"
    return Finding("default_never_taken", message, f"{path}edges[{default.index}].default", hint)


def _may_end(node: Node, port: str, edges: list[Edge], path: str) -> Finding:
    message = f"this branch ends at {node.id!r} when no condition on the edges of port {port!r} holds"
    hint = f'add an edge with "default": true, or make it one of {", ".join(repr(edge.id) for edge in edges[:3])}'
    return Finding("may_end_here", message, f"{path}nodes[{node.index}]", hint, severity="warning")


def _check_switch(flow: Flow, node: Node, path: str) -> Iterator[Finding]:
    if node.type != "switch" or node.disabled or not flow.graph.outgoing[node.index]:
        return
    if (node.index, "default") not in flow.edges_of:
        message = f"if no case of {node.id!r} holds, this branch ends here: there is no edge from its port 'default'"
        hint = 'add an edge with "port": "default"'
        yield Finding("switch_without_default", message, f"{path}nodes[{node.index}]", hint, severity="warning")


def _check_failing(flow: Flow, node: Node, path: str) -> Iterator[Finding]:
    failures = flow.edges_of.get((node.index, ERROR), [])
    if failures and not flow.may_fail(node):
        why = "it is disabled" if node.disabled else f"a {node.type} has nothing that can fail"
        message = f"the edge {failures[0].id!r} is never taken: {node.id!r} never fails, as {why}"
        place = f"{path}edges[{failures[0].index}].port"
        yield Finding("error_never_taken", message, place, "draw it from the node that may fail, or remove it", severity="warning")
    taken = next((edge for edge in failures if edge.when is None), None)
    if node.on_error == "continue" and taken is not None:
        message = f"on_error: continue of {node.id!r} never counts: a failure leaves through the edge {taken.id!r}"
        hint = "leave one of the two out, or give the edge a when"
        yield Finding("continue_never_used", message, f"{path}nodes[{node.index}].on_error", hint, severity="warning")

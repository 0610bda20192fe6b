"""What can go wrong with a graph that parses: no start, joins that never fire, loops that never end, branches that surprise.

An error is certain: what it says cannot happen in any execution. A warning is likely a mistake, and the graph may be saved.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from treadle.domain.errors import Finding
from treadle.domain.graph import ERROR, Edge, Graph, Node
from treadle.domain.graph_parser import INNER_GRAPH, inner_graphs
from treadle.domain.node_types import NodeTypes
from treadle.domain.retry import RetryPolicy
from treadle.domain.soundness_cycles import check_cycles
from treadle.domain.soundness_flow import Flow
from treadle.domain.soundness_hints import check_slow_branches
from treadle.domain.soundness_joins import check_joins

MAX_OF_ONE_CODE = 100
"""Findings reported of one kind; a last one counts the others."""


def check_graph(graph: Graph, node_types: NodeTypes) -> list[Finding]:
    """The findings on a parsed graph and its inner graphs: errors first, each in graph order."""
    found = _limited(_check(graph, node_types, path="", held=frozenset(), inner=False))
    return sorted(found, key=lambda finding: finding.severity != "error")


def _check(graph: Graph, node_types: NodeTypes, *, path: str, held: frozenset[str], inner: bool) -> Iterator[Finding]:
    """`held` are the mutexes that the composite nodes around this graph hold while it runs."""
    flow = Flow(graph, node_types, inner=inner)
    if not flow.starts:
        message = "nothing can start: every node has an incoming edge" if graph.nodes else "the graph has no nodes"
        hint = "add a node without incoming edges" if inner else "add a trigger, or a node without incoming edges"
        yield Finding("no_start", message, f"{path}nodes", hint)
    else:
        yield from _check_reach(flow, path)
        yield from check_joins(flow, path=path)
        yield from check_cycles(flow, path=path)
        yield from check_slow_branches(flow, path=path)
    yield from _check_leaving(flow, path)
    for node in graph.nodes:
        yield from _check_node(flow, node, f"{path}nodes[{node.index}]", held)
    for index, below in inner_graphs(graph).items():
        mutex = graph.nodes[index].mutex
        place = f"{path}nodes[{index}].config.{INNER_GRAPH}."
        yield from _check(below, node_types, path=place, held=held | {mutex} if mutex else held, inner=True)


def _check_reach(flow: Flow, path: str) -> Iterator[Finding]:
    for node in flow.graph.nodes:
        if flow.reachable(node.index):
            continue
        place = f"{path}nodes[{node.index}]"
        if flow.graph.incoming[node.index]:
            message = f"node {node.id!r} can never run: no way leads to it from a start"
            yield Finding("unreachable", message, place, "connect it, or remove it", severity="warning")
        else:
            message = f"node {node.id!r} never runs: a graph with triggers starts only at them"
            yield Finding("unconnected", message, place, "draw an edge to it, or remove it", severity="warning")


def _check_leaving(flow: Flow, path: str) -> Iterator[Finding]:
    for (index, port), edges in flow.edges_of.items():
        node = flow.graph.nodes[index]
        default = next((edge for edge in edges if edge.default), None)
        plain = next((edge for edge in edges if edge.when is None and not edge.default), None)
        if default and plain:
            message = f"the default edge {default.id!r} can never be taken: {plain.id!r} has the same port and no condition"
            hint = "give the other edge a when, or leave default out"
            yield Finding("default_never_taken", message, f"{path}edges[{default.index}].default", hint)
        if not default and not plain and port != ERROR:
            yield _may_end(node, port, edges, path)
    for node in flow.graph.nodes:
        if node.type == "switch" and flow.graph.outgoing[node.index] and (node.index, "default") not in flow.edges_of:
            message = f"if no case of {node.id!r} holds, this branch ends here: there is no edge from its port 'default'"
            hint = 'add an edge with "port": "default"'
            yield Finding("switch_without_default", message, f"{path}nodes[{node.index}]", hint, severity="warning")


def _may_end(node: Node, port: str, edges: list[Edge], path: str) -> Finding:
    message = f"this branch ends at {node.id!r} when no condition on the edges of port {port!r} holds"
    hint = f'add an edge with "default": true, or make it one of {", ".join(repr(edge.id) for edge in edges[:3])}'
    return Finding("may_end_here", message, f"{path}nodes[{node.index}]", hint, severity="warning")


def _check_node(flow: Flow, node: Node, place: str, held: frozenset[str]) -> Iterator[Finding]:
    if node.mutex is not None and node.mutex in held:
        message = f"node {node.id!r} waits for the mutex {node.mutex!r} that a node around it holds: it would wait for ever"
        yield Finding("mutex_inside_itself", message, f"{place}.mutex", "use another name, or leave one of the two out")
    if flow.inner and flow.is_trigger(node):
        message = f"node {node.id!r} is a trigger, and an inner graph is started by the node around it"
        yield Finding("trigger_inside", message, f"{place}.type", "use noop, or remove it")
    if node.retry is not None and node.retry.max_attempts == 1 and node.retry != RetryPolicy():
        message = f"the retry policy of {node.id!r} allows one attempt, so nothing is retried"
        yield Finding("retry_without_attempts", message, f"{place}.retry", 'add "max_attempts"', severity="warning")
    watched = node.config.get("node") if node.type == "gate" else None
    if isinstance(watched, str) and "{{" not in watched and watched not in flow.graph.index_of:
        message = f"gate {node.id!r} waits for node {watched!r}, which this graph does not have"
        yield Finding("unknown_node", message, f"{place}.config.node", "name a node of the same graph")


def _limited(findings: Iterable[Finding]) -> list[Finding]:
    counts: Counter[str] = Counter()
    kept: dict[str, Finding] = {}
    found: list[Finding] = []
    for finding in findings:
        counts[finding.code] += 1
        if counts[finding.code] <= MAX_OF_ONE_CODE:
            found.append(finding)
        else:
            kept[finding.code] = finding
    for code, last in kept.items():
        rest = counts[code] - MAX_OF_ONE_CODE
        found.append(replace(last, message=f"and {rest:,} more findings of this kind, the last: {last.message}"))
    return found

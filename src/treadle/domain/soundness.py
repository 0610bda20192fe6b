"""What can go wrong with a graph that parses: no start, joins that never fire, loops that never end, branches that surprise.

An error is certain: what it says cannot happen in any execution. A warning is likely a mistake, and the graph may be saved.
`docs/soundness.md` shows each with an example.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain

from treadle.domain.errors import Finding
from treadle.domain.graph import Graph, Node
from treadle.domain.graph_parser import INNER_GRAPH, inner_graphs
from treadle.domain.graph_reads import check_reads
from treadle.domain.node_types import NodeTypes
from treadle.domain.retry import RetryPolicy
from treadle.domain.soundness_cycles import check_cycles
from treadle.domain.soundness_exploration import Budget, explore
from treadle.domain.soundness_flow import Flow
from treadle.domain.soundness_hints import check_slow_branches
from treadle.domain.soundness_joins import check_joins
from treadle.domain.soundness_leaving import check_forks, check_leaving
from treadle.domain.soundness_mutexes import check_mutexes
from treadle.domain.soundness_runs import check_runs

MAX_OF_ONE_CODE = 100
"""Findings reported of one kind; a last one counts the others."""

SEVERITIES = ("error", "warning", "info")

_OTHER_QUEUE = "put it into `settings`, or into those of a workflow that this node calls"

SAYS_IT_ALL = frozenset({"join_never_fires", "join_may_never_fire"})
"""Findings on a join that make it needless to say that runs get stuck there."""


def check_graph(graph: Graph, node_types: NodeTypes) -> list[Finding]:
    """What a save says of a parsed graph and its inner graphs: errors first, then warnings, each in graph order."""
    return [finding for finding in examine_graph(graph, node_types) if finding.severity != "info"]


def examine_graph(graph: Graph, node_types: NodeTypes) -> list[Finding]:
    """As `check_graph`, and with severity `info` what nobody needs to be told at each save.

    Those are branches that end by themselves, and parts that are too large to be played in every way (`partial_check`).
    """
    shape = _check(graph, node_types, path="", inner=False, budget=Budget())
    found = _limited(chain(shape, check_mutexes(graph), check_reads(graph, node_types)))
    return sorted(found, key=lambda finding: SEVERITIES.index(finding.severity))


def _check(graph: Graph, node_types: NodeTypes, *, path: str, inner: bool, budget: Budget) -> Iterator[Finding]:
    flow = Flow(graph, node_types, inner=inner)
    if not flow.starts:
        message = "nothing can start: every node has an incoming edge" if graph.nodes else "the graph has no nodes"
        hint = "add a node without incoming edges" if inner else "add a trigger, or a node without incoming edges"
        yield Finding("no_start", message, f"{path}nodes", hint)
    else:
        yield from _check_from_starts(flow, path, budget)
    yield from check_leaving(flow, path)
    for node in graph.nodes:
        yield from _check_node(flow, node, f"{path}nodes[{node.index}]")
    for index, below in inner_graphs(graph).items():
        place = f"{path}nodes[{index}].config.{INNER_GRAPH}."
        yield from _check(below, node_types, path=place, inner=True, budget=budget)


def _check_from_starts(flow: Flow, path: str, budget: Budget) -> Iterator[Finding]:
    by_shape = [*_check_reach(flow, path), *check_joins(flow, path=path), *check_cycles(flow, path=path)]
    yield from by_shape
    yield from check_slow_branches(flow, path=path)
    yield from check_forks(flow, path)
    found = explore(flow, budget)
    yield from check_runs(flow, found, path=path, reported=[f.path for f in by_shape if f.code in SAYS_IT_ALL])
    if not found.complete:
        message = "too many ways to run it: not all were tried, so runs that get stuck may have been missed"
        yield Finding("partial_check", message, f"{path}nodes", "move parts into inner graphs or workflows", severity="info")


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


def _check_node(flow: Flow, node: Node, place: str) -> Iterator[Finding]:
    if flow.inner and flow.is_trigger(node):
        message = f"node {node.id!r} is a trigger, and an inner graph is started by the node around it"
        yield Finding("trigger_inside", message, f"{place}.type", "use noop, or remove it")
    if node.retry is not None and node.retry.max_attempts == 1 and node.retry != RetryPolicy():
        message = f"the retry policy of {node.id!r} allows one attempt, so nothing is retried"
        yield Finding("retry_without_attempts", message, f"{place}.retry", 'add "max_attempts"', severity="warning")
    if node.queue is not None:
        message = f"the queue of {node.id!r} is not used: a node runs in the queue of its execution"
        yield Finding("queue_not_used", message, f"{place}.queue", _OTHER_QUEUE, severity="warning")


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

"""Plays a graph in every order in which its activities can finish, with every choice they can make."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from itertools import combinations

from treadle.domain.graph import OUT, Graph
from treadle.domain.marking import Activity, Marking

Leave = str
"""How an activity leaves: `port`, or `port>target target` where edges are chosen."""

Choices = Mapping[str, Callable[[int], Iterable[Leave]]]
"""For a node id, by visit, the ways it can leave. Others leave through `out`, by all plain edges."""


def always(*leaves: Leave) -> Callable[[int], Iterable[Leave]]:
    return lambda visit: leaves


def turns(count: int, again: Leave, done: Leave = OUT) -> Callable[[int], Iterable[Leave]]:
    """A loop's decision: `again` until the node has been visited `count` times."""
    return lambda visit: (again if visit < count else done,)


def subsets(*targets: str) -> Callable[[int], Iterable[Leave]]:
    """An OR-split: every choice of at least one."""
    chosen = [some for size in range(1, len(targets) + 1) for some in combinations(targets, size)]
    return lambda visit: tuple(f"out>{' '.join(some)}" for some in chosen)


def every_order(
    graph: Graph, *starts: str, choices: Choices | None = None, check: Callable[[Marking], None] = lambda marking: None
) -> set[str]:
    """How it can end: each outcome as `a1 b2 completed`, nodes with their visits in graph order.

    `check` sees every marking on the way.
    """
    sources = [node.index for node in graph.nodes if not graph.incoming[node.index]]
    first, _ = Marking.start(graph, [graph.index_of[name] for name in starts] or sources)
    outcomes: set[str] = set()
    seen: set[str] = set()
    front = [first.snapshot()]
    while front:
        snapshot = front.pop()
        marking = Marking.restore(graph, snapshot)
        check(marking)
        if not marking.active or marking.state != "running":
            visits = " ".join(f"{graph.nodes[node].id}{count}" for node, count in sorted(marking.visits.items()))
            outcomes.add(f"{visits} {marking.state}")
        for leave, activity in _leaves(graph, marking, choices or {}):
            after = Marking.restore(graph, snapshot)
            finish(after, activity, leave)
            successor = after.snapshot()
            key = json.dumps({**successor, "a": sorted(successor.get("a", ()))})
            if key not in seen:
                seen.add(key)
                front.append(successor)
    return outcomes


def finish(marking: Marking, activity: Activity, leave: Leave) -> None:
    port, _, targets = leave.partition(">")
    graph = marking.graph
    taken = None
    if targets:
        wanted = {graph.index_of[target] for target in targets.split()}
        outgoing = [graph.edges[edge] for edge in graph.outgoing[activity.node]]
        taken = [(edge.index, int(edge.tokens)) for edge in outgoing if edge.target in wanted and edge.port == port]
    marking.done(activity.node, activity.visit, port=port, taken=taken)


def _leaves(graph: Graph, marking: Marking, choices: Choices) -> Iterable[tuple[Leave, Activity]]:
    if marking.state != "running":
        return
    for key, activity in list(marking.active.items()):
        if key not in marking.gates and not marking.in_line(activity):
            choice = choices.get(graph.nodes[activity.node].id, always(OUT))
            yield from ((leave, activity) for leave in choice(activity.visit))

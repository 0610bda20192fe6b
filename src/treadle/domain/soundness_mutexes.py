"""Mutexes that would be waited for for ever: one inside itself, or two that are taken in either order."""

from __future__ import annotations

from collections.abc import Iterator

from treadle.domain.errors import Finding
from treadle.domain.graph import Graph
from treadle.domain.graph_parser import INNER_GRAPH, inner_graphs
from treadle.domain.topology import components

Taken = dict[tuple[str, str], str]
"""(a mutex that is held, one that is waited for meanwhile): the first place where that is so."""


def check_mutexes(graph: Graph) -> Iterator[Finding]:
    """Findings on the graph and its inner graphs: the names are those of the whole execution."""
    taken: Taken = {}
    yield from _inside_itself(graph, "", (), taken)
    names = sorted({name for pair in taken for name in pair})
    number = {name: place for place, name in enumerate(names)}
    after: list[list[int]] = [[] for _ in names]
    for held, wanted in taken:
        after[number[held]].append(number[wanted])
    finished: set[int] = set()
    for root in range(len(names)):
        for component in components(root, after, finished):
            finished.update(component)
            if len(component) > 1:
                yield _either_order([names[place] for place in sorted(component)], taken)


def _inside_itself(graph: Graph, path: str, held: tuple[str, ...], taken: Taken) -> Iterator[Finding]:
    """`held` are the mutexes that the composite nodes around this graph hold while it runs."""
    inner = inner_graphs(graph)
    for node in graph.nodes:
        place = f"{path}nodes[{node.index}]"
        if node.mutex is not None and node.mutex in held:
            message = f"node {node.id!r} waits for the mutex {node.mutex!r} that a node around it holds: it would wait for ever"
            yield Finding("mutex_inside_itself", message, f"{place}.mutex", "use another name, or leave one of the two out")
        elif node.mutex is not None:
            for name in held:
                taken.setdefault((name, node.mutex), f"{place}.mutex")
        if node.index in inner:
            below = held if node.mutex is None else (*held, node.mutex)
            yield from _inside_itself(inner[node.index], f"{place}.config.{INNER_GRAPH}.", below, taken)


def _either_order(names: list[str], taken: Taken) -> Finding:
    (held, wanted), place = next((pair, at) for pair, at in taken.items() if pair[0] in names and pair[1] in names)
    message = f"{wanted!r} is waited for while {held!r} is held, and elsewhere the other way round: both may wait for ever"
    if len(names) > 2:
        message = f"the mutexes {', '.join(map(repr, names))} are waited for in a circle, each while another is held"
    hint = "take them in the same order everywhere, or use one name for both"
    return Finding("mutex_order", message, place, hint, severity="warning")

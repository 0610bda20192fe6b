"""Random graphs, checked and then played: what the check calls impossible must never happen in the token game."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from treadle.domain.errors import Finding
from treadle.domain.graph import ERROR, Graph
from treadle.domain.marking import Marking
from treadle.domain.soundness import check_graph
from unit.graph_samples import NODE_TYPES, parsed

GRAPHS = 400
GAMES = 6
MOST_STEPS = 60
IMPOSSIBLE = frozenset({"join_never_fires", "unreachable", "unconnected"})

TYPES: list[dict[str, Any]] = [
    {"type": "noop"},
    {"type": "noop"},
    {"type": "if", "config": {"condition": "true"}},
    {"type": "approval"},
    {"type": "switch", "config": {"cases": [{"port": "p", "when": "true"}, {"port": "q", "when": "true"}]}},
    {"type": "trigger.manual"},
]
JOINS = ["auto", "auto", "all", "all", "each", "first", 2, 3]


def any_graph(random: Random) -> Graph:
    """Mostly forward edges, few triggers, and every join; now and then cancels, conditions, defaults and several tokens."""
    size = random.randint(3, 9)
    types = TYPES if random.random() < 0.4 else TYPES[:-1]
    nodes = [{"id": f"n{i}", "join": random.choice(JOINS), **random.choice(types)} for i in range(size)]
    for node in nodes:
        if random.random() < 0.1:
            node["cancels"] = [f"n{random.randrange(size)}"]
    edges = []
    for _ in range(random.randint(size - 1, 2 * size)):
        source, target = random.randrange(size), random.randrange(size)
        if source > target and random.random() < 0.8:
            source, target = target, source
        if source == target and random.random() < 0.8:
            continue
        node_type = NODE_TYPES[nodes[source]["type"]]
        port = random.choice([*node_type.ports_for(nodes[source].get("config", {})), *([ERROR] * (random.random() < 0.2))])
        extras: list[dict[str, Any]] = [*([{}] * 8), {"when": "output"}, {"tokens": 2}]
        edges.append({"source": f"n{source}", "port": port, "target": f"n{target}", **random.choice(extras)})
    return parsed({"nodes": nodes, "edges": edges})


def impossible_nodes(graph: Graph, findings: list[Finding]) -> set[int]:
    """The nodes that the check says never run, except where they start."""
    paths = {finding.path for finding in findings if finding.code in IMPOSSIBLE}
    return {node.index for node in graph.nodes if {f"nodes[{node.index}]", f"nodes[{node.index}].join"} & paths}


def starts_of(graph: Graph, random: Random) -> list[int]:
    triggers = [node.index for node in graph.nodes if NODE_TYPES[node.type].trigger]
    return [random.choice(triggers)] if triggers else [node.index for node in graph.nodes if not graph.incoming[node.index]]


def play(graph: Graph, random: Random) -> tuple[Marking, set[str]]:
    """How a game went, and the places of the cancels that found something."""
    found: set[str] = set()
    marking, _ = Marking.start(graph, starts_of(graph, random))
    for _ in range(MOST_STEPS):
        if marking.state != "running" or not marking.active:
            break
        node, visit = random.choice(list(marking.active))
        port = random.choice(_ports(graph, node))
        edges = [graph.edges[edge] for edge in graph.outgoing[node] if graph.edges[edge].port == port]
        taken = [(e.index, e.tokens) for e in edges if e.when is None or random.random() < 0.5]
        for number, name in enumerate(graph.nodes[node].cancels if port != ERROR else ()):
            victim = graph.index_of[name]
            active = any(key[0] == victim and key != (node, visit) for key in marking.active)
            if active or any(marking.tokens.on.get(edge) for edge in graph.incoming[victim]):
                found.add(f"nodes[{node}].cancels[{number}]")
        marking.done(node, visit, port=port, taken=[(edge, tokens) for edge, tokens in taken if isinstance(tokens, int)])
    return marking, found


def _ports(graph: Graph, index: int) -> list[str]:
    node = graph.nodes[index]
    ports = list(NODE_TYPES[node.type].ports_for(node.config))
    return [*ports, ERROR] if any(graph.edges[edge].port == ERROR for edge in graph.outgoing[index]) else ports


@pytest.mark.parametrize("seed", range(GRAPHS))
def test_what_is_called_impossible_never_happens(seed: int) -> None:
    random = Random(seed)
    graph = any_graph(random)
    findings = check_graph(graph, NODE_TYPES)
    impossible = impossible_nodes(graph, findings)
    never_ends_well = any(finding.code == "always_starves" for finding in findings)
    find_nothing = {finding.path for finding in findings if finding.code == "cancels_nothing"}

    for _ in range(GAMES if starts_of(graph, random) else 0):
        marking, found = play(graph, random)

        assert not (never_ends_well and marking.state == "completed")
        assert found.isdisjoint(find_nothing)
        for node in impossible:
            assert marking.visits.get(node, 0) == 0 or NODE_TYPES[graph.nodes[node].type].trigger


def test_the_random_graphs_have_findings_of_each_kind_that_is_certain() -> None:
    seen = {finding.code for seed in range(GRAPHS) for finding in check_graph(any_graph(Random(seed)), NODE_TYPES)}

    assert {*IMPOSSIBLE, "always_starves", "cancels_nothing", "may_starve"} <= seen

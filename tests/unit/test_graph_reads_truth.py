"""Random graphs, played: what a node is said not to see must never be there when it fires."""

from __future__ import annotations

from random import Random

import pytest

from treadle.domain.graph import Graph
from treadle.domain.graph_order import Order, RunOrder
from treadle.domain.marking import Effects, Marking
from treadle.domain.soundness_flow import Flow
from unit.graph_samples import NODE_TYPES
from unit.test_soundness_truth import GAMES, MOST_STEPS, _ports, any_graph, starts_of

GRAPHS = 500
IMPOSSIBLE = frozenset({Order.AFTER, Order.OTHERWISE, Order.NEVER})


def play(graph: Graph, random: Random, order: RunOrder) -> int:
    """One game; how many results were there to be seen."""
    finished: set[int] = set()
    seen = 0
    marking, effects = Marking.start(graph, starts_of(graph, random))
    for _ in range(MOST_STEPS):
        seen += looked_at(effects, finished, order)
        if marking.state != "running" or not marking.active:
            break
        node, visit = random.choice(list(marking.active))
        port = random.choice(_ports(graph, node))
        edges = [graph.edges[edge] for edge in graph.outgoing[node] if graph.edges[edge].port == port]
        taken = [(e.index, e.tokens) for e in edges if e.when is None or random.random() < 0.5]
        finished.add(node)
        effects = marking.done(node, visit, port=port, taken=[(edge, tokens) for edge, tokens in taken if isinstance(tokens, int)])
    return seen


def looked_at(effects: Effects, finished: set[int], order: RunOrder) -> int:
    for activity in effects.run:
        for node in finished:
            claimed = order.of(node, seen_by=activity.node)
            assert claimed not in IMPOSSIBLE, (node, activity.node)
            assert claimed is not Order.LATER_ROUNDS or activity.visit > 1, (node, activity.node)
    return len(effects.run) * len(finished)


@pytest.mark.parametrize("seed", range(GRAPHS))
def test_no_node_sees_what_it_is_said_not_to_see(seed: int) -> None:
    random = Random(seed)
    graph = any_graph(random)
    order = RunOrder(Flow(graph, NODE_TYPES))

    for _ in range(GAMES if starts_of(graph, random) else 0):
        play(graph, random, order)


def test_the_games_show_results_and_the_order_rules_some_out() -> None:
    random = Random(1)
    claims: set[Order] = set()
    seen = 0

    for _ in range(60):
        graph = any_graph(random)
        order = RunOrder(Flow(graph, NODE_TYPES))
        claims |= {order.of(a.index, seen_by=b.index) for a in graph.nodes for b in graph.nodes}
        seen += play(graph, random, order) if starts_of(graph, random) else 0

    assert seen > 200
    assert claims == set(Order)

"""Witnesses: who is live, and who can still bring a token to an edge."""

from __future__ import annotations

from treadle.domain.graph import Graph
from treadle.domain.liveness import Liveness
from treadle.domain.rules import Rules
from treadle.domain.topology import Topology
from unit.token_graphs import graph_of


def liveness_of(graph: Graph, *busy: str) -> Liveness:
    liveness = Liveness(Rules.of(graph), Topology.of(graph), {})
    for name in busy:
        liveness.enter(graph.index_of[name])
    return liveness


def edge_between(graph: Graph, source: str, target: str) -> int:
    return next(e.index for e in graph.edges if (graph.nodes[e.source].id, graph.nodes[e.target].id) == (source, target))


def test_the_source_itself_is_preferred_then_the_nearest() -> None:
    graph = graph_of("s>a a>b b>j s>j")
    edge = edge_between(graph, "b", "j")

    suppliers = [liveness_of(graph, *busy).supplier(edge) for busy in (("s", "a", "b"), ("s", "a"), ("s",), ("j",), ())]

    assert suppliers == [graph.index_of["b"], graph.index_of["a"], graph.index_of["s"], None, None]


def test_a_node_is_live_as_long_as_one_of_its_activities() -> None:
    graph = graph_of("s>a a>j s>j")
    edge = edge_between(graph, "a", "j")
    a = graph.index_of["a"]
    liveness = liveness_of(graph, "a", "a")
    liveness.watch(edge)

    liveness.leave(a)
    after_one = liveness.lost(a)
    liveness.leave(a)

    assert (after_one, liveness.lost(a), liveness.supplier(edge)) == ((), {edge}, None)


def test_watched_edges_that_meet_on_one_node_are_kept_together() -> None:
    graph = graph_of("s>x x>y y>z z>i z>j z>k s>i s>j s>k")
    edges = [edge_between(graph, "z", name) for name in "ijk"]
    x, y = graph.index_of["x"], graph.index_of["y"]
    for coming, there in ((edges[:1], edges[1:]), (edges[:2], edges[2:])):
        liveness = liveness_of(graph, "x")
        for edge in coming:
            liveness.watch(edge)
        liveness.enter(y)
        for edge in there:
            liveness.watch(edge)
        liveness.leave(x)

        liveness.follow(x, y)

        assert {node: watch.edges for node, watch in liveness.watches.items()} == {y: set(edges)}
        for edge in edges:
            liveness.release(edge)
        assert liveness.watches == {}

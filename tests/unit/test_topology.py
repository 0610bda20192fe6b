"""Dominators, levels and reachability, against a search by hand."""

from __future__ import annotations

from random import Random

import pytest

from treadle.domain.graph import Graph
from treadle.domain.topology import ROOT, Topology, components, nodes_of
from unit.obvious_interpreter import ObviousMarking
from unit.token_graphs import graph_of
from unit.token_worlds import starts_of, unstructured


def names(graph: Graph, bits: int) -> set[str]:
    return {graph.nodes[node].id for node in nodes_of(bits)}


def before(graph: Graph, arrow: str, *also: str) -> set[str]:
    topology = Topology.of(graph, [graph.index_of[name] for name in also])
    source, target = arrow.split(">")
    edge = next(e for e in graph.edges if (graph.nodes[e.source].id, graph.nodes[e.target].id) == (source, target))
    return names(graph, topology.before(edge.index))


def dominator(graph: Graph, name: str, *also: str) -> str | None:
    found = Topology.of(graph, [graph.index_of[other] for other in also]).dominators[graph.index_of[name]]
    return None if found == ROOT else graph.nodes[found].id


def test_the_dominator_of_a_join_is_where_its_branches_split() -> None:
    graph = graph_of("s>a s>b a>c c>j b>j j>e")

    assert [dominator(graph, name) for name in "sacje"] == [None, "s", "a", "s", "j"]


def test_branches_from_different_starts_split_before_all_starts() -> None:
    graph = graph_of("x>j y>j j>k j>l k>m l>m")

    assert (dominator(graph, "j"), dominator(graph, "m")) == (None, "j")


def test_triggers_are_the_starts_where_there_are_any() -> None:
    graph = graph_of("t>a orphan>a a>b", nodes={"t": {"type": "trigger.manual"}})

    assert dominator(graph, "a") == "t"


def test_a_node_started_by_name_is_a_start_for_that_scope_alone() -> None:
    graph = graph_of("s>a a>b b:back>a")

    assert dominator(graph, "b", "b") is None
    assert dominator(graph, "b") == "a"


def test_levels_are_the_fewest_edges_from_a_start() -> None:
    graph = graph_of("s>a a>b b>c s>c c>d d:back>a lost>lost")

    levels = Topology.of(graph).levels

    assert [levels[graph.index_of[name]] for name in ("s", "a", "b", "c", "d")] == [0, 1, 2, 1, 2]
    assert levels[graph.index_of["lost"]] == len(graph.nodes)


def test_before_an_acyclic_join_are_all_ancestors() -> None:
    graph = graph_of("s>a s>b a>j b>j")

    assert before(graph, "a>j") == {"s", "a"}


def test_before_a_join_in_a_loop_is_its_own_round_only() -> None:
    graph = graph_of("h>s s>a s>b a>j b>j j>x x:back>h x>end")

    assert before(graph, "a>j", "h") == {"a"}


def test_before_a_loop_head_is_the_body_without_the_head() -> None:
    graph = graph_of("in>h h>a h>b a>x b>x x:back>h x>end")

    assert before(graph, "x>h") == {"a", "b", "x"}
    assert before(graph, "in>h") == set()


def test_a_counting_join_never_looks_behind_its_dominator() -> None:
    graph = graph_of("s>d d>a d>b a>j b>j", nodes={"j": {"join": "first"}})

    assert before(graph, "a>j") == {"a"}


def test_nothing_is_before_a_self_loop() -> None:
    graph = graph_of("s>a a:again>a a>e")

    assert before(graph, "a>a") == set()


def test_components_come_after_those_they_lead_to() -> None:
    successors = [[1], [2], [1, 3], [3], [0]]
    finished: set[int] = set()

    found = []
    for node in range(5):
        for component in components(node, successors, finished):
            found.append(sorted(component))
            finished.update(component)

    assert found == [[3], [1, 2], [0], [4]]


def test_sets_list_their_nodes_in_graph_order() -> None:
    assert list(nodes_of(1 << 70 | 1 << 3 | 1)) == [0, 3, 70]
    assert list(nodes_of(0)) == []


def test_the_topology_is_kept_with_the_graph() -> None:
    graph = graph_of("s>a a>b")

    assert Topology.of(graph) is Topology.of(graph, [0])
    assert Topology.of(graph) is not Topology.of(graph, [1])


def test_a_chain_of_three_thousand_needs_no_recursion() -> None:
    graph = graph_of(" ".join(f"n{i}>n{i + 1}" for i in range(3_000)) + " n3000:back>n1 n0>n3000")

    topology = Topology.of(graph)

    assert len(topology.on_cycle) == 3_000
    assert topology.dominators[3_000] == 0
    assert topology.before(3_001) == 0
    assert topology.before(2_999) == sum(1 << node for node in range(1, 3_000))


@pytest.mark.parametrize("part", range(2))
def test_random_graphs_agree_with_a_search_by_hand(part: int) -> None:
    for seed in range(part * 40, (part + 1) * 40):
        random = Random(seed)
        graph = unstructured(random)
        obvious = ObviousMarking(graph)
        also = starts_of(graph, random)
        obvious.starts |= set(also)
        topology = Topology.of(graph, also)

        for node in range(len(graph.nodes)):
            dominator = obvious.dominator(node)
            assert topology.dominators[node] == (ROOT if dominator is None else dominator), seed
            assert (node in topology.on_cycle) == obvious.on_cycle(node), seed
            assert topology.levels[node] == min(obvious.level(node), len(graph.nodes)), seed
        for edge in graph.edges:
            if len(graph.incoming[edge.target]) > 1:
                leads = obvious.between if edge.target in obvious.counting() else obvious.reach
                expected = {node for node in range(len(graph.nodes)) if leads(node, edge)}
                assert set(nodes_of(topology.before(edge.index))) == expected, (seed, edge)

"""How two graphs differ, by parts and as text."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from treadle.domain.graph_diff import GraphDiff, graph_diff, text_diff


def graph(*nodes: dict[str, Any], edges: list[dict[str, Any]] | None = None, **keys: Any) -> dict[str, Any]:
    return {"nodes": list(nodes), "edges": edges or [], **keys}


def node(id: str, **keys: Any) -> dict[str, Any]:
    return {"id": id, "type": "set", **keys}


def places(diff: GraphDiff) -> list[tuple[str, Any, Any]]:
    return [(change.place, change.before, change.after) for change in diff.changed]


def test_the_same_graph_drawn_elsewhere_does_not_differ() -> None:
    before = graph(node("a", position={"x": 0, "y": 0}))
    after = graph(node("a", position={"x": 5, "y": 0}))

    diff = graph_diff(before, after)

    assert diff == GraphDiff()
    assert text_diff(before, after, names=("1", "2")) == []


def test_nodes_and_edges_are_told_as_added_and_removed() -> None:
    before = graph(node("a"), node("b"), edges=[{"source": "a", "target": "b"}])
    after = graph(node("a"), node("c"), edges=[{"source": "a", "port": "error", "target": "c"}])

    diff = graph_diff(before, after)

    assert [(each.id, each.value) for each in diff.added_nodes] == [("c", node("c"))]
    assert [each.id for each in diff.removed_nodes] == ["b"]
    assert [each.id for each in diff.added_edges] == ["a.error->c"]
    assert [each.id for each in diff.removed_edges] == ["a->b"]
    assert diff.changed == []


def test_a_change_is_told_at_its_key_with_the_node_or_edge_it_belongs_to() -> None:
    before = graph(node("a", config={"value": {"k": 1, "old key": 2}}), node("b"), edges=[{"source": "a", "target": "b"}])
    after = deepcopy(before)
    after["nodes"][0]["config"]["value"] = {"k": 5, "new": [1]}
    after["edges"][0]["when"] = "output > 1"
    after["settings"] = {"timeout": "7d"}

    diff = graph_diff(before, after)

    assert places(diff) == [
        ("nodes.a.config.value.k", 1, 5),
        ("nodes.a.config.value['old key']", 2, None),
        ("nodes.a.config.value.new", None, [1]),
        ("edges['a->b'].when", None, "output > 1"),
        ("settings", None, {"timeout": "7d"}),
    ]
    assert [(change.node, change.edge) for change in diff.changed] == [
        ("a", None), ("a", None), ("a", None), (None, "a->b"), (None, None),
    ]  # fmt: skip


def test_changes_inside_of_a_map_are_told_inside_of_it() -> None:
    before = graph(node("each", type="for_each", config={"items": [1], "graph": graph(node("x"), node("y"))}))
    after = deepcopy(before)
    after["nodes"][0]["config"]["items"] = [1, 2]
    after["nodes"][0]["config"]["graph"]["nodes"] = [node("x", name="X"), node("z")]

    diff = graph_diff(before, after)

    assert [each.id for each in diff.added_nodes] == ["each/z"]
    assert [each.id for each in diff.removed_nodes] == ["each/y"]
    assert places(diff) == [
        ("nodes.each.config.items", [1], [1, 2]),
        ("nodes.each.config.graph.nodes.x.name", None, "X"),
    ]
    assert [change.node for change in diff.changed] == ["each", "each/x"]


@pytest.mark.parametrize(("old", "new"), [(1, True), (0, False), (1, 1.0), ([1], [True]), ("1", 1)])
def test_values_that_only_python_holds_equal_differ(old: Any, new: Any) -> None:
    diff = graph_diff(graph(node("a", config={"value": old})), graph(node("a", config={"value": new})))

    assert [change.place for change in diff.changed] == ["nodes.a.config.value"]


def test_another_order_of_nodes_is_a_change() -> None:
    diff = graph_diff(graph(node("a"), node("b"), node("c")), graph(node("c"), node("a"), node("d")))

    assert places(diff) == [("nodes", ["a", "c"], ["c", "a"])]


def test_the_text_is_a_unified_diff_of_yaml() -> None:
    lines = text_diff(graph(node("a", name="A")), graph(node("a", name="B")), names=("w version 1", "w version 2"))

    assert lines[:2] == ["--- w version 1", "+++ w version 2"]
    assert "-  name: A" in lines
    assert "+  name: B" in lines

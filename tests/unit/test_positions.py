"""Where nodes are drawn is taken out of a graph and put back, inner graphs included."""

from __future__ import annotations

from typing import Any

from treadle.domain.positions import positions_of, with_positions, without_positions

INNER = {"nodes": [{"id": "fetch", "type": "noop", "position": {"x": 3.0, "y": 4.0}}], "edges": []}
DRAWN = {
    "nodes": [
        {"id": "a", "type": "noop", "position": {"x": 1.0, "y": 2.0}},
        {"id": "each", "type": "for_each", "config": {"items": [1], "graph": INNER}},
        {"id": "b", "type": "set", "config": {"value": {"position": 7, "graph": {"nodes": [{"id": "z", "position": 8}]}}}},
    ],
    "edges": [{"source": "a", "target": "each"}],
    "settings": {"timeout": "1h"},
}


def test_positions_are_told_by_place() -> None:
    found = positions_of(DRAWN)

    assert found == {"a": {"x": 1.0, "y": 2.0}, "each/fetch": {"x": 3.0, "y": 4.0}}


def test_without_positions_only_positions_are_missing() -> None:
    bare = without_positions(DRAWN)

    assert positions_of(bare) == {}
    assert with_positions(bare, positions_of(DRAWN)) == DRAWN
    assert bare["nodes"][2] == DRAWN["nodes"][2]  # type: ignore[index]


def test_a_node_that_is_drawn_nowhere_any_more_has_no_position() -> None:
    moved = with_positions(DRAWN, {"each/fetch": {"x": 9.0, "y": 9.0}})

    assert positions_of(moved) == {"each/fetch": {"x": 9.0, "y": 9.0}}


def test_the_graph_itself_is_left_as_it_is() -> None:
    before: Any = repr(DRAWN)

    without_positions(DRAWN)
    with_positions(DRAWN, {})

    assert repr(DRAWN) == before

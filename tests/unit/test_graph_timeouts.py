from __future__ import annotations

from typing import Any

import pytest

from treadle.domain.graph import Timeouts
from treadle.domain.graph_parser import graph_to_config
from unit.graph_samples import parsed, refused


def a_node(**keys: Any) -> dict[str, Any]:
    return {"nodes": [{"id": "a", "type": "noop", **keys}], "edges": []}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("30s", Timeouts(30.0)),
        ({"attempt": "30s"}, Timeouts(30.0)),
        ({"attempt": "30s", "total": "10m", "heartbeat": 20}, Timeouts(30.0, 600.0, 20.0)),
        ({"total": "PT10M"}, Timeouts(total=600.0)),
        ({}, Timeouts()),
        (None, Timeouts()),
    ],
)
def test_a_time_out_is_a_duration_or_says_which_limits_there_are(written: Any, read: Timeouts) -> None:
    assert parsed(a_node(timeout=written)).node("a").timeout == read


def test_a_limit_of_attempts_alone_is_written_as_a_duration() -> None:
    short = graph_to_config(parsed(a_node(timeout={"attempt": 90})))["nodes"][0]
    long = graph_to_config(parsed(a_node(timeout={"heartbeat": 20, "total": 600})))["nodes"][0]
    none = graph_to_config(parsed(a_node(timeout={})))["nodes"][0]

    assert (short["timeout"], long["timeout"], "timeout" in none) == ("1m30s", {"total": "10m", "heartbeat": "20s"}, False)


def test_what_undoes_a_node_has_the_same_limits() -> None:
    undo = {"type": "noop", "timeout": {"attempt": "5s", "total": "1m"}}

    graph = parsed(a_node(compensate=undo))

    compensation = graph.node("a").compensate
    assert compensation is not None
    assert compensation.timeout == Timeouts(5.0, 60.0)
    assert graph_to_config(graph)["nodes"][0]["compensate"] == undo


@pytest.mark.parametrize(
    ("written", "path", "words"),
    [
        ({"atempt": "1s"}, "nodes[0].timeout.atempt", "attempt"),
        ({"total": 0}, "nodes[0].timeout.total", "more than 0"),
        ({"heartbeat": "often"}, "nodes[0].timeout.heartbeat", "not a duration"),
        ([30], "nodes[0].timeout", "not a duration"),
    ],
)
def test_a_limit_that_cannot_be_read_is_named_with_its_place(written: Any, path: str, words: str) -> None:
    [finding] = refused(a_node(timeout=written))

    assert finding.path == path
    assert words in f"{finding.message} {finding.hint}"

"""Which results an activity's expressions see: those of its own past first, and never those that came after it fired."""

from __future__ import annotations

import pytest

from treadle.activities.registry import built_in_registry
from treadle.domain.effects import START, Activity, Producer
from treadle.domain.errors import ExpressionError
from treadle.domain.expressions import compile_expression
from treadle.domain.graph_parser import parse_graph
from treadle.domain.states import ActivityStatus
from treadle.engine.data import Names, Result, Results, incoming

GRAPH = parse_graph(
    {"nodes": [{"id": id, "type": "noop"} for id in "abc"], "edges": [{"source": "a", "target": "b"}, {"source": "b", "target": "c"}]},
    built_in_registry().node_types,
)
A, B, C = range(3)


def active(node: int, *inputs: Producer, visit: int = 1) -> Activity:
    return Activity(node, visit, ActivityStatus.RUNNING, inputs)


def results(*entries: tuple[int, int, int, tuple[Producer, ...]]) -> Results:
    """Of (node, visit, seq, inputs); the output of each is `"node#visit"`."""
    made = Results(GRAPH)
    for node, visit, seq, inputs in entries:
        made.add(node, Result(visit, seq, inputs, "out", f'"{"abc"[node]}#{visit}"', None))
    return made


def seen(made: Results, activity: Activity, fired_at: int, node: int) -> int | None:
    result = made.seen_by(activity, fired_at, node)
    return result.visit if result else None


def test_a_node_that_has_not_finished_is_not_seen() -> None:
    assert seen(results(), active(B, (A, 1)), 1, A) is None


def test_what_finished_after_an_activity_fired_is_not_seen() -> None:
    made = results((A, 1, 3, (START,)))

    assert seen(made, active(C, (B, 1)), 2, A) is None
    assert seen(made, active(C, (B, 1)), 3, A) == 1


def test_each_sees_the_visit_in_its_own_past() -> None:
    made = results((A, 1, 1, (START,)), (A, 2, 2, (START,)), (B, 1, 3, ((A, 2),)), (B, 2, 4, ((A, 1),)))

    assert seen(made, active(C, (B, 1)), 4, A) == 2
    assert seen(made, active(C, (B, 2)), 4, A) == 1


def test_outside_its_past_the_latest_before_it_fired_is_seen() -> None:
    made = results((A, 1, 1, (START,)), (A, 2, 2, (START,)), (A, 3, 5, (START,)), (B, 1, 3, (START,)))

    assert seen(made, active(C, (B, 1)), 4, A) == 2


def test_of_several_visits_as_near_the_newest_is_seen() -> None:
    made = results((A, 1, 1, (START,)), (A, 2, 2, (START,)))

    assert seen(made, active(B, (A, 1), (A, 2)), 2, A) == 2


def test_a_loop_of_ancestors_is_walked_once() -> None:
    made = results(
        *((B, visit, 2 * visit, ((C, visit - 1),) if visit > 1 else (START,)) for visit in range(1, 200)),
        *((C, visit, 2 * visit + 1, ((B, visit),)) for visit in range(1, 200)),
    )

    assert seen(made, active(B, (C, 199), visit=200), 500, B) == 199
    assert seen(made, active(B, (C, 100), visit=200), 500, B) == 100
    assert seen(made, active(B, (C, 100), visit=200), 500, A) is None


def test_the_tokens_an_activity_consumed_are_listed() -> None:
    made = results((A, 1, 1, (START,)), (B, 1, 2, (START,)))

    assert incoming(made, active(C, (A, 1), START, (B, 1))) == [
        {"node": "a", "visit": 1, "port": "out", "output": "a#1"},
        {"node": "b", "visit": 1, "port": "out", "output": "b#1"},
    ]


def test_an_error_stands_beside_the_output() -> None:
    made = Results(GRAPH)
    made.add(A, Result(1, 1, (START,), "error", None, '{"type":"odd"}'))
    names = Names({"input": None}, made, active(B, (A, 1)), 1)

    assert compile_expression("[nodes.a.output, nodes.a.error.type]").evaluate(names) == [None, "odd"]


def test_a_node_that_is_not_seen_is_an_error_that_names_those_that_are() -> None:
    made = results((A, 1, 1, (START,)), (B, 1, 9, ((A, 1),)))
    names = Names({"input": None}, made, active(C, (A, 1)), 1)

    with pytest.raises(ExpressionError, match="a"):
        compile_expression("nodes.b.output").evaluate(names)
    assert compile_expression("nodes.a.output").evaluate(names) == "a#1"


def test_names_are_computed_when_they_are_used() -> None:
    asked: list[str] = []
    names = Names({"input": lambda: asked.append("input") or 5}, results(), active(A, START), 0)  # type: ignore[func-returns-value]
    assert asked == []

    assert compile_expression("input + 1").evaluate(names) == 6
    assert asked == ["input"]
    assert set(names) == {"input", "nodes", "incoming"}
    assert names.plus(output=3)["output"] == 3

"""Snapshots: compact JSON that a marking comes back from as it was."""

from __future__ import annotations

import json

import pytest

from treadle.domain.errors import MarkingError
from treadle.domain.marking import Marking
from treadle.domain.states import ActivityStatus
from unit.token_graphs import Game, graph_of


def test_a_snapshot_is_json_that_says_only_what_there_is() -> None:
    game = Game(graph_of("s>a s>b a>j b>j"))
    game.done("s")
    game.done("a")

    snapshot = json.loads(json.dumps(game.marking.snapshot()))

    assert snapshot == {
        "rules": 1,
        "s": "running",
        "f": 3,
        "t": {"2": [1]},
        "a": [[2, 1, "running", [0, 1]]],
        "n": {"0": 1, "1": 1, "2": 1},
    }


def test_status_attempt_inputs_and_line_come_back() -> None:
    graph = graph_of("s>a s>b", nodes={"a": {"mutex": "m"}, "b": {"mutex": "m"}})
    game = Game(graph)
    game.done("s")
    game.marking.status(1, 1, ActivityStatus.RETRYING)
    game.marking.active[1, 1].attempt = 3

    restored = Game(graph, marking=Marking.restore(graph, json.loads(json.dumps(game.marking.snapshot()))))

    one = restored.marking.active[1, 1]
    assert (one.status, one.attempt, one.inputs) == (ActivityStatus.RETRYING, 3, ((0, 1),))
    assert restored.done("a") == ["b#1"]


def test_visits_of_all_nodes_come_back_so_that_none_is_used_twice() -> None:
    graph = graph_of("s>m t>m m>e", nodes={"m": {"join": "each"}})
    game = Game(graph)
    for name in ("s", "m", "e"):
        game.done(name)

    restored = Game(graph, marking=Marking.restore(graph, game.marking.snapshot()))

    assert restored.done("t") == ["m#2"]


def test_debts_and_what_tokens_descend_from_come_back() -> None:
    graph = graph_of("h>a h>b a>j b>j j>k k:back>h k>e", nodes={"j": {"join": "first", "rest": "block"}})
    game = Game(graph, "h")
    for name, port in (("h", "out"), ("a", "out"), ("j", "out"), ("k", "back"), ("h#2", "out"), ("a#2", "out")):
        game.done(name, port)

    snapshot = game.marking.snapshot()
    restored = Game(graph, marking=Marking.restore(graph, json.loads(json.dumps(snapshot))))

    assert (snapshot["o"], restored.marking.snapshot()) == ({"3": [1]}, snapshot)
    assert (restored.done("b#2"), restored.tokens) == ([], {"a>j": 1, "b>j": 1})
    assert (restored.done("b#1"), restored.tokens) == (["j#2"], {})


def test_a_failed_scope_comes_back_failed_and_can_be_retried() -> None:
    graph = graph_of("s>a s>b a>j b>j")
    game = Game(graph)
    game.done("s")
    game.marking.failed(*game.named("b"))

    restored = Game(graph, marking=Marking.restore(graph, game.marking.snapshot()))
    restored.effects = restored.marking.retry()

    assert restored.ran == ["a#1", "b#1"]


def test_a_scope_stopped_in_the_middle_of_a_step_goes_on_there() -> None:
    game = Game(graph_of("s>a s>b s>c", max_activities=3))
    game.done("s")
    roomy = graph_of("s>a s>b s>c", max_activities=4)

    restored = Game(roomy, marking=Marking.restore(roomy, game.marking.snapshot()))
    restored.effects = restored.marking.retry()

    assert restored.ran == ["a#1", "b#1", "c#1"]


def test_a_join_is_looked_at_once_after_loading() -> None:
    graph = graph_of("s>a s>b b>c a>j c>j")
    game = Game(graph)
    game.done("s")
    game.done("a")

    restored = Game(graph, marking=Marking.restore(graph, game.marking.snapshot()))

    assert [restored.done("b"), restored.done("c")] == [["c#1"], ["j#1"]]


def test_other_starts_than_the_graphs_own_come_back() -> None:
    graph = graph_of("s>a a>b b:back>a b>e")
    game = Game(graph, "b")

    snapshot = game.marking.snapshot()

    assert snapshot["x"] == [2]
    assert Marking.restore(graph, snapshot).topology is game.marking.topology


def test_a_snapshot_of_other_rules_is_refused() -> None:
    graph = graph_of("a>b")
    snapshot = {**Game(graph).marking.snapshot(), "rules": 2}

    with pytest.raises(MarkingError, match="rules 2"):
        Marking.restore(graph, snapshot)


def test_a_snapshot_of_another_graph_is_refused_where_that_shows() -> None:
    graph = graph_of("a>b")
    snapshot = Game(graph).marking.snapshot()

    with pytest.raises(MarkingError, match="edge 7"):
        Marking.restore(graph, {**snapshot, "t": {"7": [1]}})
    with pytest.raises(MarkingError, match="not of a settled marking"):
        Marking.restore(graph_of("s>a s>b a>j b>j"), {**snapshot, "a": [], "t": {"2": [1]}})


def test_ten_thousand_tokens_before_a_join_fit_in_little() -> None:
    width = 9_999
    graph = graph_of(" ".join(f"b{i}>j" for i in range(width)) + " last>j", nodes={"j": {"join": "all"}})
    marking, _ = Marking.start(graph, [n.index for n in graph.nodes if n.id != "j"])
    for activity in list(marking.active.values())[:-1]:
        marking.done(activity.node, activity.visit)

    text = json.dumps(marking.snapshot(), separators=(",", ":"))

    assert marking.tokens.count == width
    assert len(text) < 250_000

"""Gates: nodes that wait until another node of their scope is active, or has finished."""

from __future__ import annotations

from typing import Any

import pytest

from treadle.domain.errors import MarkingError
from treadle.domain.marking import Marking, Note
from treadle.domain.states import ActivityStatus
from unit.token_graphs import Game, graph_of


def gate(node: str, state: str, **fields: Any) -> dict[str, Any]:
    return {"type": "gate", "config": {"node": node, "state": state}, **fields}


def test_a_gate_waits_for_nobody_to_run_it_and_opens_in_the_step_that_lets_it() -> None:
    game = Game(graph_of("s>a s>g g>b", nodes={"g": gate("a", "finished")}))
    game.done("s")
    g = game.graph.index_of["g"]
    before = (game.ran, game.marking.active[g, 1].status)

    opened = game.done("a")

    assert before == (["a#1"], ActivityStatus.WAITING)
    assert (opened, game.effects.notes) == (["b#1"], [Note("gate", g, 1, "out")])


def test_a_gate_opens_at_once_where_its_condition_holds() -> None:
    game = Game(graph_of("s>w s>a a>g g>b", nodes={"g": gate("w", "active")}))
    game.done("s")

    assert game.done("a") == ["b#1"]


def test_a_gate_opens_when_a_chain_beside_it_comes_to_the_node() -> None:
    game = Game(graph_of("s>a a>w s>g g>b", nodes={"g": gate("w", "active")}))
    game.done("s")

    assert game.done("a") == ["w#1", "b#1"]


def test_a_node_that_was_withdrawn_has_not_finished() -> None:
    graph = graph_of("s>w s>x s>g g>b g:missed>m", nodes={"x": {"cancels": ["w"]}, "g": gate("w", "finished")})
    game = Game(graph)
    game.done("s")

    assert game.done("x") == ["m#1"]
    assert [note.port for note in game.effects.notes] == ["missed"]


def test_a_missed_gate_waits_until_nothing_else_can_go_on() -> None:
    game = Game(graph_of("s>a s>g g>b g:missed>m", nodes={"g": gate("b", "active")}))
    while_a_runs = game.done("s")

    assert (while_a_runs, game.done("a")) == (["a#1"], ["m#1"])


def test_a_gate_that_can_never_open_fails_the_scope_by_name() -> None:
    game = Game(graph_of("s>a s>g g>b a>j b>j", nodes={"g": gate("b", "active")}))
    game.done("s")

    game.done("a")

    assert game.effects.error is not None
    assert (game.effects.error[0], game.effects.error[2]) == ("starved", ("g",))


def test_a_join_waits_for_a_gate() -> None:
    graph = graph_of("s>a s>c s>g a>j g>j", nodes={"g": gate("c", "finished")})
    game = Game(graph)
    game.done("s")

    assert (game.done("a"), game.done("c")) == ([], ["j#1"])


def test_gates_open_one_after_the_other_in_graph_order() -> None:
    nodes = {"g": gate("a", "finished", cancels=("h",)), "h": gate("a", "finished")}
    game = Game(graph_of("s>a s>g s>h g>x h>y", nodes=nodes))
    game.done("s")

    game.done("a")

    assert (game.ran, game.withdrawn) == (["x#1"], ["h#1"])


def test_gates_open_in_graph_order_not_in_the_order_they_began_to_wait() -> None:
    nodes = {"g": gate("a", "finished", cancels=("h",)), "h": gate("a", "finished", cancels=("g",))}
    game = Game(graph_of("s>a s>h s>t t>g g>x h>y", nodes=nodes, order="s g h"))
    game.done("s")
    game.done("t")

    game.done("a")

    assert (game.ran, game.withdrawn) == (["x#1"], ["h#1"])


def test_a_gate_that_fires_in_the_last_pass_is_still_looked_at() -> None:
    game = Game(graph_of("s>g g>b", nodes={"g": gate("s", "finished")}))

    assert game.done("s") == ["b#1"]


def test_a_gate_in_line_for_a_mutex_opens_when_it_holds_it() -> None:
    nodes = {"a": {"mutex": "m"}, "g": gate("s", "finished", mutex="m")}
    game = Game(graph_of("s>a s>g g>b", nodes=nodes))
    waiting = game.done("s")

    assert (waiting, game.done("a")) == (["a#1"], ["b#1"])


def test_those_in_line_behind_a_gate_that_waits_for_them_are_a_deadlock() -> None:
    nodes = {"g": gate("a", "finished", mutex="m"), "a": {"mutex": "m"}}
    game = Game(graph_of("s>g s>a", nodes=nodes))

    game.done("s")

    assert game.effects.error is not None
    assert (game.effects.error[0], game.effects.error[2]) == ("mutex_deadlock", ("g", "a"))


def test_a_disabled_gate_is_an_activity_like_any_other() -> None:
    game = Game(graph_of("s>g g>b", nodes={"g": gate("b", "active", disabled=True)}))

    assert (game.done("s"), game.done("g")) == (["g#1"], ["b#1"])


def test_retry_does_not_run_a_gate() -> None:
    game = Game(graph_of("s>a s>g g>b", nodes={"g": gate("a", "finished")}))
    game.done("s")
    game.marking.failed(*game.named("a"))

    game.effects = game.marking.retry()

    assert game.ran == ["a#1"]


def test_what_gates_have_seen_finish_is_kept_in_a_snapshot() -> None:
    graph = graph_of("s>a s>b b>g g>c", nodes={"g": gate("a", "finished")})
    game = Game(graph)
    game.done("s")
    game.done("a")

    restored = Game(graph, marking=Marking.restore(graph, game.marking.snapshot()))

    assert restored.done("b") == ["c#1"]


@pytest.mark.parametrize("config", [{}, {"node": "x", "state": "active"}, {"node": "s", "state": "open"}])
def test_a_gate_without_a_node_or_a_state_is_refused(config: dict[str, str]) -> None:
    with pytest.raises(MarkingError, match="gate 'g'"):
        Marking.start(graph_of("s>g", nodes={"g": {"type": "gate", "config": config}}), [0])

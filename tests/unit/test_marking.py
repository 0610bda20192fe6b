"""The steps of the token game: starting, leaving, failing, retrying, withdrawing, and its limits."""

from __future__ import annotations

import pytest

from treadle.domain.effects import START
from treadle.domain.errors import MarkingError
from treadle.domain.graph import Edge, Node
from treadle.domain.marking import TOKEN_LIMIT, Marking
from treadle.domain.states import ActivityStatus
from unit.token_graphs import Game, assembled, graph_of


def test_every_named_node_starts_whatever_its_join() -> None:
    graph = graph_of("a>j b>j c>j", nodes={"j": {"join": "all"}})

    game = Game(graph, "j", "b")

    assert game.ran == ["j#1", "b#1"]
    assert [activity.inputs for activity in game.effects.run] == [(START,), (START,)]


def test_a_scope_without_a_start_is_refused() -> None:
    with pytest.raises(MarkingError, match="no_start"):
        Marking.start(graph_of("a>b"), [])


def test_nodes_fire_in_graph_order_whatever_the_order_of_the_edges() -> None:
    game = Game(graph_of("s>c s>a s>b", order="s a b c"))

    assert game.done("s") == ["a#1", "b#1", "c#1"]


def test_an_activity_knows_the_producers_of_what_it_consumed_in_the_order_of_the_edges() -> None:
    game = Game(graph_of("s>a s>b s>c c>j a>j b>j"))
    for name in "sabc":
        game.done(name)

    (join,) = game.effects.run

    index_of = game.graph.index_of
    assert join.inputs == tuple((index_of[name], 1) for name in "cab")


def test_a_result_of_an_activity_that_is_not_active_is_refused() -> None:
    game = Game(graph_of("a>b"))
    game.done("a")

    for node, visit in ((0, 1), (1, 2), (7, 1)):
        assert not game.marking.is_active(node, visit)
        with pytest.raises(MarkingError, match="not active"):
            game.marking.done(node, visit, port="out", taken=None)
    assert game.marking.is_active(1, 1)


def test_without_a_choice_only_plain_edges_of_the_port_are_taken() -> None:
    edges = {"s>b": {"when": "output > 1"}, "s>c": {"default": True}}
    game = Game(graph_of("s>a s>b s>c s:error>d", edges=edges))

    assert game.done("s") == ["a#1"]


def test_a_choice_names_the_edges_and_their_tokens() -> None:
    game = Game(graph_of("s>a s>b s:error>d", edges={"s>b": {"tokens": "len(output)"}}))
    s, b = game.graph.index_of["s"], 1

    game.effects = game.marking.done(s, 1, port="out", taken=[(b, 3)])

    assert game.ran == ["b#1", "b#2", "b#3"]


def test_a_choice_of_no_edge_ends_the_branch() -> None:
    game = Game(graph_of("s>a s>b a>c"))
    game.done("s")

    ended = [game.done("a", to=""), game.done("b")]

    assert (ended, game.effects.ended) == ([[], []], "completed")


@pytest.mark.parametrize("taken", [[(2, 1)], [(99, 1)], [(-1, 1)], [(0, -1)]])
def test_tokens_on_an_edge_of_another_node_are_refused_and_change_nothing(taken: list[tuple[int, int]]) -> None:
    game = Game(graph_of("s>a s>b a>c"))

    with pytest.raises(MarkingError, match="cannot put"):
        game.marking.done(0, 1, port="out", taken=taken)

    assert (game.active, game.tokens) == (["s#1"], {})


def test_a_number_of_tokens_that_depends_on_data_must_be_said() -> None:
    game = Game(graph_of("s>a", edges={"s>a": {"tokens": "output"}}))

    with pytest.raises(MarkingError, match="by an expression"):
        game.marking.done(0, 1, port="out", taken=None)


def test_a_failed_activity_with_an_error_edge_leaves_by_it() -> None:
    game = Game(graph_of("a>b a:error>c"))

    assert game.done("a", "error") == ["c#1"]


def test_a_common_error_handler_runs_for_each_error_and_waits_for_none() -> None:
    game = Game(graph_of("s>a s>b a:error>h b:error>h"))
    game.done("s")

    assert (game.done("a", "error"), game.done("b", "error")) == (["h#1"], ["h#2"])


def test_a_failed_scope_keeps_its_marking_and_accepts_nothing() -> None:
    game = Game(graph_of("s>a s>b a>j b>j"))
    game.done("s")
    game.done("a")

    effects = game.marking.failed(*game.named("b"))

    assert (effects.ended, effects.error, game.marking.state) == ("failed", None, "failed")
    assert (game.tokens, [activity.status for activity in game.marking.active.values()]) == ({"a>j": 1}, ["failed"])
    with pytest.raises(MarkingError):
        game.done("b")


def test_retry_runs_the_failed_and_the_interrupted_activities_again_same_visits() -> None:
    game = Game(graph_of("s>a s>b s>c a>j b>j c>j"))
    game.done("s")
    game.marking.status(*game.named("a"), ActivityStatus.RETRYING)
    game.marking.failed(*game.named("b"))

    game.effects = game.marking.retry()

    assert game.ran == ["a#1", "b#1", "c#1"]
    assert {activity.status for activity in game.effects.run} == {ActivityStatus.RUNNING}
    assert [game.done(name) for name in "abc"] == [[], [], ["j#1"]]


def test_only_a_failed_scope_can_be_retried() -> None:
    game = Game(graph_of("a>b"))

    with pytest.raises(MarkingError, match="running"):
        game.marking.retry()


def test_a_status_is_shown_and_changes_nothing_else() -> None:
    game = Game(graph_of("s>a s>b a>j b>j"))
    game.done("s")

    game.marking.status(*game.named("b"), ActivityStatus.WAITING)

    assert game.done("a") == []
    assert game.marking.active[game.named("b")].status is ActivityStatus.WAITING
    with pytest.raises(MarkingError):
        game.marking.status(*game.named("j"), ActivityStatus.WAITING)


def test_cancel_withdraws_everything_and_is_the_end() -> None:
    game = Game(graph_of("s>a s>b a>j b>j"))
    game.done("s")
    game.done("a")

    game.effects = game.marking.cancel()

    assert (game.effects.ended, game.withdrawn, game.tokens, game.active) == ("cancelled", ["b#1"], {}, [])
    assert {activity.status for activity in game.effects.withdrawn} == {ActivityStatus.CANCELLED}
    with pytest.raises(MarkingError):
        game.marking.cancel()


def test_cancels_withdraw_tokens_and_activities_before_the_own_tokens_are_put() -> None:
    nodes = {"c": {"cancels": ["b", "j"]}, "j": {"join": "all"}, "b": {"join": "each"}}
    graph = graph_of("s>a s>b s>c a>j b>j j>e c>b", nodes=nodes)
    game = Game(graph)
    game.done("s")
    game.done("a")

    restarted = game.done("c")

    assert (restarted, game.withdrawn, game.tokens) == (["b#2"], ["b#1"], {})


def test_a_node_may_withdraw_its_own_other_visits_and_never_itself() -> None:
    graph = graph_of("s>a a>e", nodes={"a": {"cancels": ["a"]}}, edges={"s>a": {"tokens": 3}})
    game = Game(graph)
    game.done("s")

    game.done("a#2")

    assert (game.withdrawn, game.ran) == (["a#1", "a#3"], ["e#1"])


def test_nothing_is_withdrawn_by_a_node_that_leaves_through_its_error_port() -> None:
    game = Game(graph_of("s>a s>b a:error>c", nodes={"a": {"cancels": ["b"]}}))
    game.done("s")

    game.done("a", "error")

    assert (game.withdrawn, game.active) == ([], ["b#1", "c#1"])


def test_a_withdrawn_branch_no_longer_holds_up_a_join() -> None:
    game = Game(graph_of("s>a s>b s>c b>d a>j d>j j>e", nodes={"c": {"cancels": ["b"]}}))
    game.done("s")
    game.done("a")

    assert game.done("c") == ["j#1"]


def test_what_fires_and_is_withdrawn_in_one_step_is_not_to_run() -> None:
    graph = graph_of("s>a s>b s>x a>j b>j x>y x>j y>j", nodes={"j": {"join": 2, "rest": "cancel"}}, order="s a b x y j")
    game = Game(graph)
    game.done("s")
    game.done("a")

    game.done("x")

    assert (game.ran, game.withdrawn) == (["j#1"], ["b#1", "y#1"])


def test_terminate_drops_everything_and_completes() -> None:
    game = Game(graph_of("s>t s>a s>b a>j b>j t>z", nodes={"t": {"type": "terminate"}}))
    game.done("s")
    game.done("a")

    game.done("t")

    assert (game.effects.ended, game.withdrawn, game.tokens, game.ran) == ("completed", ["b#1"], {}, [])


def test_a_terminate_that_failed_or_is_disabled_ends_nothing() -> None:
    failed = Game(graph_of("s>t s>a t:error>h", nodes={"t": {"type": "terminate"}}))
    failed.done("s")
    disabled = Game(graph_of("s>t s>a t>h", nodes={"t": {"type": "terminate", "disabled": True}}))
    disabled.done("s")

    assert (failed.done("t", "error"), disabled.done("t")) == (["h#1"], ["h#1"])


def test_a_mutex_is_held_from_firing_to_leaving_and_passed_on_in_order_of_firing() -> None:
    mutex = {name: {"mutex": "m"} for name in "abc"}
    game = Game(graph_of("s>a s>b s>c", nodes=mutex))
    game.done("s")
    waiting = [(game.name(a), str(a.status)) for a in game.marking.active.values()]

    turns = [game.ran, game.done("a"), game.done("b")]

    assert waiting == [("a#1", "running"), ("b#1", "waiting"), ("c#1", "waiting")]
    assert turns == [["a#1"], ["b#1"], ["c#1"]]


def test_a_withdrawn_activity_passes_its_mutex_on_or_leaves_the_line() -> None:
    nodes = {"a": {"mutex": "m"}, "b": {"mutex": "m"}, "c": {"mutex": "m"}, "x": {"cancels": ["a", "b"]}}
    game = Game(graph_of("s>a s>b s>c s>x", nodes=nodes))
    game.done("s")

    game.done("x")

    assert (game.ran, game.withdrawn) == (["c#1"], ["a#1", "b#1"])


def test_an_activity_that_is_withdrawn_from_the_line_passes_nothing_on() -> None:
    nodes = {"a": {"mutex": "m"}, "b": {"mutex": "m"}, "c": {"mutex": "m"}, "x": {"cancels": ["b"]}}
    game = Game(graph_of("s>a s>b s>c s>x", nodes=nodes))
    game.done("s")

    game.done("x")

    assert (game.ran, game.withdrawn, game.done("a")) == ([], ["b#1"], ["c#1"])


def test_retry_leaves_those_in_line_in_line() -> None:
    game = Game(graph_of("s>a s>b s>x", nodes={"a": {"mutex": "m"}, "b": {"mutex": "m"}}))
    game.done("s")
    game.marking.failed(*game.named("x"))

    game.effects = game.marking.retry()

    assert game.ran == ["a#1", "x#1"]


def test_a_runaway_loop_fails_with_the_limit_it_reached() -> None:
    game = Game(graph_of("a>b b>a", max_activities=5), "a")
    while game.marking.state == "running":
        game.done(game.active[0])

    assert game.effects.error is not None
    assert (game.effects.ended, game.effects.error[0], game.marking.fired) == ("failed", "max_activities", 5)
    assert (game.tokens, game.effects.run) == ({"a>b": 1}, [])


def test_a_split_that_goes_over_the_limit_starts_nothing_and_is_kept_for_retry() -> None:
    game = Game(graph_of("s>a s>b s>c", max_activities=3))

    game.done("s")

    assert (game.ran, game.active, game.tokens) == ([], ["a#1", "b#1"], {"s>c": 1})
    again = game.marking.retry()
    assert (again.ended, again.run) == ("failed", [])


def test_too_many_tokens_fail_the_scope_before_they_are_put() -> None:
    game = Game(graph_of("s>a a>b", nodes={"b": {"join": 1}}))

    game.effects = game.marking.done(0, 1, port="out", taken=[(0, TOKEN_LIMIT + 1)])

    assert game.effects.error is not None
    assert (game.effects.error[0], game.tokens, game.active) == ("token_limit", {}, ["s#1"])
    game.effects = game.marking.retry()
    assert game.ran == ["s#1"]


def test_a_chain_and_the_same_chain_with_a_useless_mutex_do_the_same() -> None:
    chain = "a>b b>c c>d d:back>b d>e"
    quick = Game(graph_of(chain), "a")
    slow = Game(graph_of(chain, nodes={name: {"mutex": name} for name in "abcde"}), "a")

    for game in (quick, slow):
        for name in ("a", "b", "c", "d", "b#2", "c#2", "d#2", "e"):
            game.done(name, "back" if name == "d" else "out")

    assert quick.history == slow.history
    assert (quick.effects.ended, slow.effects.ended) == ("completed", "completed")


def test_nothing_of_one_scope_is_seen_in_another_of_the_same_graph() -> None:
    graph = graph_of("s>a s>b a>j b>j", nodes={"a": {"mutex": "m"}})
    one, other = Game(graph), Game(graph)
    one.done("s")
    one.done("a")
    other.done("s")

    assert (other.active, other.tokens, one.tokens) == (["a#1", "b#1"], {}, {"a>j": 1})


def test_an_unknown_join_is_refused() -> None:
    nodes = [Node(0, "a", "noop"), Node(1, "b", "noop", join="any")]
    graph = assembled(nodes, [Edge(0, "x", 0, 1), Edge(1, "y", 0, 1)])

    with pytest.raises(MarkingError, match="unknown join"):
        Marking.start(graph, [0])

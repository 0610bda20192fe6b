"""When joins fire, what they consume, what late branches owe, and how a scope ends that can go on no more."""

from __future__ import annotations

import pytest

from unit.token_graphs import Game, graph_of
from unit.token_orders import always, every_order, turns

SMALLEST = "h>s h>m s>a s>b a>j b>j j>k m>k k>x x>h x>end"


def test_an_auto_join_waits_for_a_branch_that_is_still_far_away() -> None:
    game = Game(graph_of("s>a s>b b>c c>d a>j d>j"))
    game.done("s")

    waiting = [game.done("a"), game.done("b"), game.done("c")]

    assert (waiting, game.done("d")) == ([[], ["c#1"], ["d#1"]], ["j#1"])


def test_an_auto_join_goes_on_when_the_last_branch_dies() -> None:
    game = Game(graph_of("s>a s>b b>c c>j a>j"))
    game.done("s")
    game.done("a")
    game.done("b")

    assert (game.done("c", to=""), game.effects.notes) == (["j#1"], [])


def test_an_auto_join_waits_for_tokens_as_for_activities() -> None:
    graph = graph_of("s>a s>b s>c b>d c>d a>j d>j", nodes={"d": {"join": "all"}})
    game = Game(graph)
    game.done("s")
    game.done("b")

    assert (game.done("a"), game.done("c"), game.done("d")) == ([], ["d#1"], ["j#1"])


def test_an_auto_join_consumes_one_token_of_each_edge_that_has_one() -> None:
    graph = graph_of("s>a s>b a>j b>j j>e", edges={"s>a": {"tokens": 2}})
    game = Game(graph)
    for name in ("s", "a#1", "a#2", "b"):
        game.done(name)

    assert (game.ran, game.tokens) == (["j#1", "j#2"], {})


def test_a_join_inside_a_loop_does_not_wait_for_its_next_round() -> None:
    game = Game(graph_of(SMALLEST), "h")
    game.done("h")
    game.done("s", to="a")
    game.done("a")

    assert (game.done("j"), game.done("m")) == ([], ["k#1"])


def test_a_join_that_a_loop_comes_back_to_fires_once_a_round() -> None:
    game = Game(graph_of("s>h h>x x:back>h x>e"))

    rounds = [game.done("s"), game.done("h"), game.done("x", "back"), game.done("h"), game.done("x")]

    assert rounds == [["h#1"], ["x#1"], ["h#2"], ["x#2"], ["e#1"]]


def test_an_all_join_keeps_what_comes_early_for_its_next_firing() -> None:
    graph = graph_of("s>a s>b a>j b>j", nodes={"j": {"join": "all"}}, edges={"s>a": {"tokens": 2}, "s>b": {"tokens": 2}})
    game = Game(graph)
    for name in ("s", "a#1", "a#2"):
        game.done(name)

    assert (game.done("b#1"), game.done("b#2")) == (["j#1"], ["j#2"])


def test_an_each_join_fires_edge_by_edge_in_graph_order() -> None:
    graph = graph_of("s>j s>j s>j", nodes={"j": {"join": "each"}}, edges={"s>j": {"tokens": 2}})
    game = Game(graph)

    assert game.done("s") == [f"j#{visit}" for visit in range(1, 7)]


def test_a_number_counts_branches_and_fires_with_all_that_came() -> None:
    graph = graph_of("s>a s>b s>c a>j b>j c>j", nodes={"j": {"join": 2}})
    game = Game(graph)
    for name in "sa":
        game.done(name)

    assert (game.done("b"), game.done("c")) == (["j#1"], [])
    assert game.effects.ended is None


def test_take_makes_an_edge_count_only_with_enough_tokens() -> None:
    graph = graph_of("s>a s>b a>j b>j", edges={"s>a": {"tokens": 3}, "a>j": {"take": 3}})
    game = Game(graph)
    for name in ("s", "b", "a#1", "a#2"):
        assert "j#1" not in game.done(name)

    assert game.done("a#3") == ["j#1"]
    assert len(game.effects.run[0].inputs) == 4


def test_what_becomes_ready_behind_the_firing_node_fires_in_the_next_pass_in_graph_order() -> None:
    branches = "s>b1 s>b2 s>b3 b1>k3 b2>k2 b3>k1 b1>j b2>j b3>j"
    graph = graph_of(
        f"{branches} s>u u>k1 u>k2 u>k3 s>x x>j x>m",
        nodes={"j": {"join": "first", "rest": "cancel"}},
        order="s b1 b2 b3 u x k1 k2 k3 j m",
    )
    game = Game(graph)
    game.done("s")
    waiting = game.done("u")

    assert (waiting, game.done("x")) == ([], ["j#1", "m#1", "k1#1", "k2#1", "k3#1"])
    assert game.withdrawn == ["b1#1", "b2#1", "b3#1"]


def test_late_tokens_of_a_discriminator_vanish() -> None:
    game = Game(graph_of("s>a s>b s>c a>j b>j c>j j>e", nodes={"j": {"join": "first"}}))
    game.done("s")

    assert [game.done("b"), game.done("a"), game.done("c")] == [["j#1"], [], []]
    assert (game.tokens, game.marking.debts.owed) == ({}, {})


def test_a_debt_that_nobody_can_pay_any_more_is_forgotten() -> None:
    graph = graph_of("s>a s>b b:late>j b:never>x a>j j>k k:again>s k>e", nodes={"j": {"join": "first"}})
    game = Game(graph, "s")
    game.done("s")
    game.done("a")
    owed = dict(game.marking.debts.owed)

    game.done("b", "never")

    assert (len(owed), game.marking.debts.owed) == (1, {})


def test_a_debt_moves_along_its_branch_until_the_token_comes() -> None:
    game = Game(graph_of("s>a s>b b>c c>d d>j a>j", nodes={"j": {"join": "first"}}))
    game.done("s")
    game.done("a")

    steps = [game.done("b"), game.done("c"), game.done("d")]

    assert (steps, game.tokens, game.marking.debts.owed) == ([["c#1"], ["d#1"], []], {}, {})


def test_a_branch_that_comes_from_outside_the_split_owes_nothing() -> None:
    graph = graph_of("t>s t>o s>a s>b a>j b>j o>j j>e", nodes={"j": {"join": "first"}})
    game = Game(graph)
    for name in ("t", "s"):
        game.done(name)

    game.done("a")

    owing = {game.graph.nodes[game.graph.edges[edge].source].id for edge in game.marking.debts.owed}
    assert owing == {"b", "o"}


def test_a_branch_that_can_only_come_through_the_split_owes_nothing() -> None:
    graph = graph_of("h>a h>b a>j b:no>x b>j j>k k:back>h k>e", nodes={"j": {"join": "first"}})
    game = Game(graph, "h")
    game.done("h")
    game.done("b", "no")

    game.done("a")

    assert game.marking.debts.owed == {}


def test_a_blocking_join_fires_again_when_all_is_paid() -> None:
    graph = graph_of("s>a s>b a>j b>j j>e", nodes={"j": {"join": "first", "rest": "block"}}, edges={"s>a": {"tokens": 2}})
    game = Game(graph)
    game.done("s")

    assert [game.done("a#1"), game.done("a#2"), game.done("b")] == [["j#1"], [], ["j#2"]]


def test_an_ignoring_join_may_fire_again_while_something_is_owed() -> None:
    graph = graph_of("s>a s>b a>j b>j j>e", nodes={"j": {"join": "first"}}, edges={"s>a": {"tokens": 2}})
    game = Game(graph)
    game.done("s")

    assert [game.done("a#1"), game.done("a#2"), game.done("b")] == [["j#1"], ["j#2"], []]


def test_a_cancelling_join_withdraws_what_lies_between_the_split_and_itself_and_no_more() -> None:
    graph = graph_of(
        "t>s t>o s>a s>b s>c b>d c>w d>w w>j a>j o>p", nodes={"j": {"join": "first", "rest": "cancel"}, "w": {"join": "all"}}
    )
    game = Game(graph)
    for name in ("t", "s", "b", "d"):
        game.done(name)

    game.done("a")

    assert (game.ran, game.withdrawn, game.tokens, game.active) == (["j#1"], ["c#1"], {}, ["o#1", "j#1"])


@pytest.mark.parametrize("join", ["all", 2])
def test_a_join_that_can_never_fire_fails_the_scope_by_name(join: str | int) -> None:
    game = Game(graph_of("x:yes>a x:no>b a>j b>j", nodes={"j": {"join": join}}))
    game.done("x", "yes")

    game.done("a")

    assert game.effects.ended == "failed"
    assert game.effects.error == ("starved", "nothing can come any more to what 'j' waits for", ("j",))
    assert game.tokens == {"a>j": 1}


def test_an_edge_with_fewer_tokens_than_its_target_takes_starves() -> None:
    game = Game(graph_of("s>a", edges={"s>a": {"take": 2}}))

    game.done("s")

    assert game.effects.error is not None
    assert (game.effects.error[0], game.effects.error[2]) == ("starved", ("a",))


def test_a_number_larger_than_the_branches_starves() -> None:
    game = Game(graph_of("s>j", nodes={"j": {"join": 2}}))

    game.done("s")

    assert game.effects.error is not None
    assert game.effects.error[2] == ("j",)


def test_a_starved_scope_settles_again_when_it_is_retried_and_starves_again() -> None:
    game = Game(graph_of("s>j", nodes={"j": {"join": 2}}))
    game.done("s")

    again = game.marking.retry()

    assert (again.ended, game.marking.state, again.error and again.error[0]) == ("failed", "failed", "starved")


def test_auto_joins_that_wait_for_each_other_are_untied_nearest_to_the_start() -> None:
    graph = graph_of("s>a s>b a>x b>y x>y y>x x>e", order="s a b y x e")
    game = Game(graph)
    for name in "sa":
        game.done(name)

    game.done("b")

    ids = [game.graph.nodes[note.node].id for note in game.effects.notes]
    assert (game.ran, [note.kind for note in game.effects.notes], ids) == (["y#1"], ["tie"], ["y"])
    assert game.done("y") == ["x#1"]


def test_the_nearest_to_a_start_is_untied_before_the_first_in_graph_order() -> None:
    graph = graph_of("s>a a>c c>y s>x x>y y>x", order="s y x")
    game = Game(graph)
    for name in "sac":
        game.done(name)

    assert (game.ran, [note.kind for note in game.effects.notes]) == (["x#1"], ["tie"])


def test_a_tie_is_broken_with_what_is_there_and_the_rest_is_looked_at_again() -> None:
    graph = graph_of("s>x s>y x>y y>x", edges={"s>x": {"tokens": 2}})

    outcomes = every_order(graph, choices={"x": always("none"), "y": always("none")})

    assert outcomes == {"s1 x2 y1 completed"}


def test_why_names_the_activity_a_join_waits_for() -> None:
    game = Game(graph_of("s>a s>b b>c c>j a>j"))
    game.done("s")
    game.done("a")

    (blocked,) = game.marking.blocked()

    edges = game.graph.edges
    assert game.graph.nodes[blocked.node].id == "j"
    assert [game.graph.nodes[edges[edge].source].id for edge in blocked.marked_edges] == ["a"]
    assert [game.graph.nodes[edges[edge].source].id for edge in blocked.missing_edges] == ["c"]
    assert game.name(blocked.because) == "b#1"


def test_why_names_a_node_whose_tokens_wait_where_no_activity_does() -> None:
    graph = graph_of("s>x s>y s>z x>w y>w w>j z>j", nodes={"w": {"join": "all"}})
    game = Game(graph)
    game.done("s", to="x z")
    game.done("z")

    while_x_runs = {game.graph.nodes[blocked.node].id: game.name(blocked.because) for blocked in game.marking.blocked()}
    game.done("x")
    starved = {game.graph.nodes[blocked.node].id: game.name(blocked.because) for blocked in game.marking.blocked()}

    assert while_x_runs == {"j": "x#1"}
    assert starved == {"w": "nobody", "j": "tokens before w"}


def test_why_names_the_debts_a_blocking_join_waits_for() -> None:
    graph = graph_of("s>a s>b a>j b>j", nodes={"j": {"join": "first", "rest": "block"}}, edges={"s>a": {"tokens": 2}})
    game = Game(graph)
    for name in ("s", "a#1", "a#2"):
        game.done(name)

    (blocked,) = game.marking.blocked()

    assert [game.graph.edges[edge].source for edge in blocked.missing_edges] == [game.graph.index_of["b"]]
    assert game.name(blocked.because) == "b#1"


@pytest.mark.parametrize("rest", ["ignore", "block", "cancel"])
@pytest.mark.parametrize("need", ["first", 2])
def test_nested_rounds_of_a_counting_join_fire_once_a_round_in_every_order(rest: str, need: str | int) -> None:
    arrows = "o>h h>a h>b a>j b>j j>k k:inner>h k>q q:outer>o q>end"
    graph = graph_of(arrows, nodes={"j": {"join": need, "rest": rest}})

    outcomes = every_order(graph, "o", choices={"k": turns(2, "inner"), "q": turns(2, "outer")})

    assert outcomes == {"o2 h3 a3 b3 j3 k3 q2 end1 completed"}


def test_what_an_untied_join_left_behind_is_consumed_as_soon_as_nobody_can_add_to_it() -> None:
    graph = graph_of("s>x s>y x:over>y y:over>x x:on>t", nodes={"t": {"cancels": ["y"]}}, edges={"s>x": {"tokens": 2}})
    game = Game(graph)
    tie = game.done("s")
    game.done("x", "on")

    assert (tie, game.done("t"), game.effects.notes) == (["x#1"], ["x#2"], [])


def test_an_untied_join_waits_no_more_for_what_it_went_without() -> None:
    graph = graph_of("s>x s>y x:over>y y:over>x x:on>z z>x", nodes={"x": {"cancels": ["y"]}})
    game = Game(graph)
    tie = game.done("s")
    game.done("x", "on")

    assert (tie, game.done("z"), game.effects.notes) == (["x#1"], ["x#2"], [])


def test_an_owed_token_vanishes_before_it_can_fire_its_join_even_if_a_gate_put_it() -> None:
    gate = {"type": "gate", "config": {"node": "z", "state": "finished"}}
    graph = graph_of("s>a s>g s>z a>j g>j j>y z>e", nodes={"g": gate, "j": {"join": "first"}})
    game = Game(graph)
    for name in "saj":
        game.done(name)

    assert (game.done("z"), game.effects.notes[0].kind, game.tokens) == (["e#1"], "gate", {})


def test_a_token_descends_from_the_latest_firing_among_all_that_were_consumed_for_it() -> None:
    graph = graph_of("h>a h>b h>c a>j b>w c>w w>j j>k k:back>h k>e", nodes={"j": {"join": "first"}, "w": {"join": "all"}})
    game = Game(graph, "h")
    for visit in (1, 2):
        for name, port in (("h", "out"), ("a", "out"), ("j", "out"), ("k", "back")):
            game.done(f"{name}#{visit}", port)
    game.done("h#3")
    game.done("b#3")

    joined = game.done("c#2")

    assert (joined, game.done("w#1")) == (["w#1"], ["j#3"])


def test_a_token_that_passed_another_counting_join_still_descends_from_the_first() -> None:
    graph = graph_of("h>a h>b a>i b>i i>c i>d c>j d>j j>k k:back>h k>e", nodes={"i": {"join": "first"}, "j": {"join": "first"}})
    game = Game(graph, "h")
    for name, port in (("h", "out"), ("a", "out"), ("i", "out"), ("c", "out"), ("j", "out"), ("k", "back"), ("h#2", "out")):
        game.done(name, port)

    assert game.done("b#2") == ["i#2"]

"""The workflow control-flow patterns that nodes, edges and joins can say, each in every order of completion."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from treadle.domain.marking import Marking
from unit.token_graphs import Game, graph_of
from unit.token_orders import always, every_order, subsets, turns


def never_two_of(*names: str) -> Callable[[Marking], None]:
    def check(marking: Marking) -> None:
        watched = {marking.graph.index_of[name] for name in names}
        running = [a for a in marking.active.values() if a.node in watched and not marking.in_line(a)]
        assert len(running) <= 1

    return check


def test_wcp_1_sequence() -> None:
    assert every_order(graph_of("a>b b>c")) == {"a1 b1 c1 completed"}


@pytest.mark.parametrize("join", ["all", "auto"])
def test_wcp_2_and_3_parallel_split_and_synchronization(join: str) -> None:
    graph = graph_of("s>a s>b s>c a>j b>j c>j j>e", nodes={"j": {"join": join}})

    assert every_order(graph) == {"s1 a1 b1 c1 j1 e1 completed"}


@pytest.mark.parametrize("join", ["each", "auto"])
def test_wcp_4_and_5_exclusive_choice_and_simple_merge(join: str) -> None:
    graph = graph_of("x:true>a x:false>b a>m b>m m>e", nodes={"m": {"join": join}})

    outcomes = every_order(graph, choices={"x": always("true", "false")})

    assert outcomes == {"x1 a1 m1 e1 completed", "x1 b1 m1 e1 completed"}


def test_wcp_6_and_7_multi_choice_and_structured_synchronizing_merge() -> None:
    graph = graph_of("s>a s>b s>c a>j b>j c>j j>e")

    outcomes = every_order(graph, choices={"s": subsets("a", "b", "c")})

    every_choice = ("a1", "b1", "c1", "a1 b1", "a1 c1", "b1 c1", "a1 b1 c1")
    assert outcomes == {f"s1 {chosen} j1 e1 completed" for chosen in every_choice}


def test_wcp_8_multi_merge() -> None:
    graph = graph_of("s>a s>b s>c a>m b>m c>m m>e", nodes={"m": {"join": "each"}})

    assert every_order(graph) == {"s1 a1 b1 c1 m3 e3 completed"}


LOOP_OF_TWO = "h>a h>b a>j b>j j>k k:back>h k>e"
LOOP_OF_THREE = "h>a h>b h>c a>j b>j c>j j>k k:back>h k>e"


@pytest.mark.parametrize("rest", ["ignore", "block"])
def test_wcp_9_and_28_discriminator_goes_on_with_the_first_and_resets(rest: str) -> None:
    graph = graph_of(LOOP_OF_THREE, nodes={"j": {"join": "first", "rest": rest}})

    outcomes = every_order(graph, "h", choices={"k": turns(2, "back")})

    assert outcomes == {"h2 a2 b2 c2 j2 k2 e1 completed"}


def test_wcp_10_arbitrary_cycles_with_two_entries_and_two_exits() -> None:
    graph = graph_of("s:left>a s:right>b a>b a:leave>e b:back>a b>e")

    choices = {"s": always("left", "right"), "a": always("out", "leave"), "b": turns(2, "back")}
    outcomes = every_order(graph, choices=choices)

    assert outcomes == {
        "s1 a1 e1 completed",
        "s1 a2 b1 e1 completed",
        "s1 a2 b2 e1 completed",
        "s1 a1 b1 e1 completed",
        "s1 a1 b2 e1 completed",
    }


def test_wcp_11_implicit_termination_when_nothing_is_left_to_do() -> None:
    game = Game(graph_of("s>a s>b"))
    game.done("s")

    game.done("a")
    ended_early = game.effects.ended
    game.done("b")

    assert (ended_early, game.effects.ended) == (None, "completed")


def test_wcp_17_interleaved_parallel_routing_in_a_partial_order() -> None:
    graph = graph_of("s>a s>c a>b b>j c>j", nodes={name: {"mutex": "m"} for name in "abc"})

    outcomes = every_order(graph, check=never_two_of("a", "b", "c"))

    assert outcomes == {"s1 a1 c1 b1 j1 completed"}


def test_wcp_18_milestone_passes_only_while_the_other_node_is_active() -> None:
    graph = graph_of(
        "s>w s>a a>g g>late g:missed>never", nodes={"g": {"type": "gate", "config": {"node": "w", "state": "active"}}}
    )

    outcomes = every_order(graph)

    assert outcomes == {"s1 w1 a1 g1 late1 completed", "s1 w1 a1 g1 never1 completed"}


def test_wcp_19_cancel_task() -> None:
    graph = graph_of("s>a s>timer timer>e a>e", nodes={"a": {"cancels": ["timer"]}, "timer": {"cancels": ["a"]}})

    assert every_order(graph) == {"s1 a1 timer1 e1 completed"}


def test_wcp_20_cancel_case() -> None:
    game = Game(graph_of("s>a s>b a>j b>j"))
    game.done("s")
    game.done("a")

    effects = game.marking.cancel()

    assert (effects.ended, [game.name(a) for a in effects.withdrawn], game.tokens) == ("cancelled", ["b#1"], {})


def test_wcp_25_cancel_region_while_other_branches_go_on() -> None:
    graph = graph_of("s>a a>b b>e s>c c>d d>e s>x x>y", nodes={"x": {"cancels": ["a", "b", "c"]}})
    game = Game(graph)
    game.done("s")
    game.done("a")

    game.done("x")

    assert (game.withdrawn, game.active) == (["b#1", "c#1"], ["y#1"])


def test_wcp_29_cancelling_discriminator() -> None:
    graph = graph_of(LOOP_OF_THREE, nodes={"j": {"join": "first", "rest": "cancel"}})

    outcomes = every_order(graph, "h", choices={"k": turns(2, "back")})

    assert outcomes == {"h2 a2 b2 c2 j2 k2 e1 completed"}


@pytest.mark.parametrize("rest", ["ignore", "block", "cancel"])
def test_wcp_30_31_and_32_partial_joins_fire_once_a_round(rest: str) -> None:
    graph = graph_of(LOOP_OF_THREE, nodes={"j": {"join": 2, "rest": rest}})

    outcomes = every_order(graph, "h", choices={"k": turns(2, "back")})

    assert outcomes == {"h2 a2 b2 c2 j2 k2 e1 completed"}


def test_wcp_30_the_join_does_not_count_one_branch_twice() -> None:
    graph = graph_of("s>a s>b s>c a>j b>j c>j j>e", nodes={"j": {"join": 2}}, edges={"s>a": {"tokens": 2}})
    game = Game(graph)
    game.done("s")

    by_one_branch = [*game.done("a#1"), *game.done("a#2")]

    assert (by_one_branch, game.done("b")) == ([], ["j#1"])


def test_wcp_28_a_blocking_join_keeps_the_next_round_waiting_until_all_of_this_one_came() -> None:
    graph = graph_of(LOOP_OF_TWO, nodes={"j": {"join": "first", "rest": "block"}})
    game = Game(graph, "h")
    game.done("h")
    game.done("a")
    game.done("j")
    game.done("k", "back")
    game.done("h#2")

    second_round = game.done("a#2")
    late_one = game.done("b#1")

    assert (second_round, late_one) == ([], ["j#2"])


def test_wcp_9_a_late_token_of_the_last_round_does_not_count_in_this_one() -> None:
    graph = graph_of(LOOP_OF_TWO, nodes={"j": {"join": "first"}})
    game = Game(graph, "h")
    game.done("h")
    game.done("a")
    game.done("j")
    game.done("k", "back")
    game.done("h#2")

    late_one = game.done("b#1")
    of_this_round = game.done("b#2")

    assert (late_one, of_this_round) == ([], ["j#2"])


def test_wcp_33_generalized_and_join_keeps_what_arrives_early() -> None:
    graph = graph_of("s>a s>b a>j b>j j>e", nodes={"j": {"join": "all"}}, edges={"s>a": {"tokens": 2}, "s>b": {"tokens": 2}})

    assert every_order(graph) == {"s1 a2 b2 j2 e2 completed"}


def test_wcp_37_acyclic_synchronizing_merge_over_branches_of_any_shape() -> None:
    graph = graph_of("s>a s>b s>c a>d b>d d>j c>x x:yes>j x:no>end j>end")

    outcomes = every_order(graph, choices={"s": subsets("a", "b", "c"), "x": always("yes", "no")})

    assert outcomes == {
        "s1 a1 d1 j1 end1 completed",
        "s1 b1 d1 j1 end1 completed",
        "s1 a1 b1 d1 j1 end1 completed",
        "s1 c1 j1 x1 end1 completed",
        "s1 c1 x1 end1 completed",
        "s1 a1 c1 d1 j1 x1 end1 completed",
        "s1 b1 c1 d1 j1 x1 end1 completed",
        "s1 a1 b1 c1 d1 j1 x1 end1 completed",
    }


SMALLEST = "h>s h>m s>a s>b a>j b>j j>k m>k k>x x>h x>end"


def test_wcp_38_general_synchronizing_merge_waits_for_its_own_round_and_never_for_the_next() -> None:
    choices = {"s": always("out>a"), "x": lambda visit: ("out>h",) if visit == 1 else ("out>end",)}

    outcomes = every_order(graph_of(SMALLEST), "h", choices=choices)

    assert outcomes == {"h2 s2 m2 a2 j2 k2 x2 end1 completed"}


def test_wcp_39_and_40_nodes_that_share_a_mutex_never_run_together() -> None:
    graph = graph_of("s>a s>b s>c a>j b>j c>j", nodes={name: {"mutex": "m"} for name in "ac"})

    outcomes = every_order(graph, check=never_two_of("a", "c"))

    assert outcomes == {"s1 a1 b1 c1 j1 completed"}


def test_wcp_41_thread_merge() -> None:
    graph = graph_of("s>a a>m m>e", edges={"s>a": {"tokens": 6}, "a>m": {"take": 3}})

    assert every_order(graph) == {"s1 a6 m2 e2 completed"}


def test_wcp_42_thread_split() -> None:
    graph = graph_of("s>a a>e", edges={"s>a": {"tokens": 3}})

    assert every_order(graph) == {"s1 a3 e3 completed"}


def test_wcp_43_explicit_termination_withdraws_the_rest() -> None:
    graph = graph_of("s>t s>a a>b", nodes={"t": {"type": "terminate"}})
    game = Game(graph)
    game.done("s")

    game.done("t")

    assert (game.effects.ended, game.withdrawn, game.active) == ("completed", ["a#1"], [])

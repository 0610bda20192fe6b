"""treadle.testing: the worker dies where the test says, and the execution goes on with another."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from engine_house import graph, node, value
from treadle.activities.decorator import DECLARED, activity
from treadle.domain.activity import Context
from treadle.testing import House, NoCrashError, SetUpError, StuckError, UnfakedError, crash, run_workflow, signal

FETCH = node("fetch", "http.request", {"url": "https://shop.example/"})
CHAIN = graph([value("first", 1), FETCH, value("last", "{{ nodes.fetch.output }}")], "first -> fetch", "fetch -> last")
EACH = graph([node("each", "for_each", {"items": [1, 2, 3], "concurrency": 1, "graph": graph([FETCH, value("twice", "{{ item * 2 }}")], "fetch -> twice")})])


@pytest.fixture
def declared() -> Iterator[None]:
    """Activities declared in a test are forgotten after it."""
    known = list(DECLARED)
    yield
    DECLARED[:] = known


def workers(result: Any) -> list[str]:
    """Who wrote the results, each once, in order."""
    return list(dict.fromkeys(row.by for row in result.journal))


def test_after_a_committed_result_another_worker_goes_on() -> None:
    result = run_workflow(CHAIN, fakes={"fetch": "page"}, crash_after="fetch")

    assert (result.status, result.output, result.crashes) == ("completed", "page", 1)
    assert len(result.calls_of("fetch")) == 1
    assert len(workers(result)) == 2


def test_a_result_that_was_not_committed_is_made_again_with_the_same_key() -> None:
    result = run_workflow(CHAIN, fakes={"fetch": "page"}, crash_before="fetch")

    assert (result.status, result.ran) == ("completed", ["first", "fetch", "last"])
    keys = [call.idempotency_key for call in result.calls_of("fetch")]
    assert keys == [f"{result.id}/fetch#1"] * 2
    assert [call.attempt for call in result.calls_of("fetch")] == [1, 1]


def test_an_at_most_once_node_is_not_run_again() -> None:
    once = graph([{**FETCH, "delivery": "at_most_once"}])

    result = run_workflow(once, fakes={"fetch": "page"}, crash_before="fetch")

    assert (result.status, result.error["type"], len(result.calls)) == ("failed", "outcome_unknown", 1)


def test_the_worker_can_die_at_every_step_twice() -> None:
    places = ["first", "fetch", "last"]

    result = run_workflow(CHAIN, fakes={"fetch": "page"}, crash_before=places, crash_after=places[:2])

    assert (result.status, result.ran, result.crashes) == ("completed", places, 5)
    assert len(result.calls_of("fetch")) == 2


def test_an_execution_that_always_kills_its_worker_is_set_aside() -> None:
    result = run_workflow(CHAIN, fakes={"fetch": "page"}, crash_before=["fetch"] * 3)

    assert (result.status, result.error["type"], result.crashes) == ("failed", "crash_loop", 3)


@pytest.mark.parametrize("place", ["each[1]/fetch", "each[2]/twice", "each"])
def test_a_map_goes_on_where_it_was(place: str) -> None:
    after = run_workflow(EACH, fakes={"fetch": "page"}, crash_after=place)
    before = run_workflow(EACH, fakes={"fetch": "page"}, crash_before=place)

    assert (after.output, len(after.calls_of("fetch"))) == ([2, 4, 6], 3)
    assert (before.output, before.ran) == ([2, 4, 6], after.ran)


def test_a_node_in_a_map_may_be_lost_in_each_item() -> None:
    result = run_workflow(EACH, fakes={"fetch": "page"}, crash_before=["fetch"] * 2 + ["each[2]/fetch"])

    assert result.output == [2, 4, 6]
    assert [call.place for call in result.calls_of("fetch")] == ["each[0]/fetch"] * 3 + ["each[1]/fetch"] + ["each[2]/fetch"] * 2


def test_a_loop_goes_on_where_it_was() -> None:
    loop = graph([node("again", "repeat", {"condition": "index == 3", "graph": graph([value("turn", "{{ index }}")])})])

    result = run_workflow(loop, crash_before="again[2]/turn", crash_after="again[0]/turn")

    assert (result.status, result.ran, result.crashes) == ("completed", ["turn"] * 3 + ["again"], 2)


def test_the_worker_dies_while_an_execution_waits() -> None:
    waits = graph([node("paid", "signal.wait", {"signal": "paid"})])

    result = run_workflow(waits, acts=[crash("1h"), crash(when_waiting="paid")], signals=[signal("paid", 5, at="2h")])

    assert (result.output, result.crashes, result.time_skipped) == (5, 2, timedelta(hours=2))


def test_a_house_goes_on_after_its_worker_was_killed_from_outside() -> None:
    with House() as house:
        execution_id = house.start(graph([node("nap", "wait", {"duration": "2h"}), value("end", 1)], "nap -> end"))
        house.skip("1h")
        house.crash()
        result = house.finish(execution_id)

    assert (result.output, result.time_skipped) == (1, timedelta(hours=2))


def test_what_a_dead_worker_was_doing_has_no_effect(declared: None) -> None:
    begun: list[int] = []
    both = threading.Event()

    @activity("own.slow")
    def slow(ctx: Context) -> int:
        begun.append(len(begun))
        mine = begun[-1]
        if mine == 1:
            both.set()
        assert both.wait(60)
        return mine

    fork = graph([value("start", 0), node("slow", "own.slow"), value("quick", 1), value("end", "{{ nodes.slow.output }}")], "start -> slow", "start -> quick", "slow -> end")

    result = run_workflow(fork, crash_after="quick")

    assert (result.status, result.node("end").output, result.node("slow").visits, begun) == ("completed", 1, 1, [0, 1])
    assert [row.by for row in result.journal if row.node_id == "slow"] == [result.journal[-1].by]


def test_a_child_survives_the_crash_too() -> None:
    parent = graph([node("sub", "workflow", {"workflow": "chain"}), value("end", "{{ nodes.sub.output }}")], "sub -> end")

    result = run_workflow(parent, workflows={"chain": CHAIN}, fakes={"fetch": "page"}, crash_before=["fetch", "sub"], crash_after="last")

    assert (result.output, result.child("chain").ran, result.crashes) == ("page", ["first", "fetch", "last"], 3)
    assert len(result.children) == 1


def test_what_is_undone_has_fakes_and_crashes_of_its_own() -> None:
    undo = {"type": "http.request", "config": {"url": "https://bank.example/back/{{ output }}", "method": "POST"}}
    pay = node("pay", "http.request", {"url": "https://bank.example/", "method": "POST"}, compensate=undo)
    failing = graph([node("each", "for_each", {"items": [1, 2], "concurrency": 1, "graph": graph([pay])}), node("no", "fail", {"message": "no"})], "each -> no")

    result = run_workflow(failing, fakes={"pay": lambda ctx: ctx.scope, "undo/pay": {"status": 204}}, crash_before="undo/pay", crash_after="undo/each[1]/pay")

    assert (result.status, result.undone, result.crashes) == ("failed", ["each[1]/pay", "each[0]/pay"], 2)
    assert result.ran == ["pay", "pay", "each", "no"]
    assert [call.config["url"][-7:] for call in result.calls_of("undo/pay")] == ["each[1]"] * 2 + ["each[0]"]
    assert len(result.calls_of("pay")) == 2
    assert result.not_run == []


def test_a_compensation_reaches_the_network_no_more_than_its_node() -> None:
    pay = value("pay", 1, compensate={"type": "http.request", "config": {"url": "https://bank.example/"}})

    with pytest.raises(UnfakedError, match=r"node 'undo/pay' \(http.request\)"):
        run_workflow(graph([pay, node("no", "fail", {"message": "no"})], "pay -> no"))


def test_a_crash_that_never_happened_is_an_error() -> None:
    branch = graph([node("pick", "if", {"condition": "input == 1"}), value("yes", 1), value("no", 0)], "pick.true -> yes", "pick.false -> no")

    with pytest.raises(NoCrashError, match="never crashed at 'yes'"):
        run_workflow(branch, input=2, crash_after=["pick", "yes"])


@pytest.mark.parametrize(
    ("place", "meant"),
    [
        ("aech[1]/fetch", r"'each\[1\]/fetch'"),
        ("each/fetch", r"'each\[0\]/fetch'"),
        ("each[1]/fetsch#2", r"'each\[1\]/fetch'"),
        ("fetch#2", r"'fetch' or .*'each\[0\]/fetch'"),
        ("each[1]/item", r"'each\[1\]/fetch'"),
    ],
)
def test_a_place_at_which_nothing_can_happen_is_refused_with_the_nearest(place: str, meant: str) -> None:
    with pytest.raises(SetUpError, match=f"crash_before names '{re.escape(place)}', which is not there; did you mean .*{meant}"):
        run_workflow(EACH, fakes={"fetch": "page"}, crash_before=place)


def test_an_item_that_is_an_execution_of_its_own_is_a_place() -> None:
    config = {"items": [5, 6, 7], "distribute": True, "graph": graph([value("twice", "{{ item * 2 }}")])}

    result = run_workflow(graph([node("each", "for_each", config)]), crash_before="each[1]/item", crash_after=["item", "twice"])

    assert (result.output, result.crashes) == ([10, 12, 14], 3)


def test_children_come_in_the_order_of_the_items() -> None:
    config = {"items": list(range(9)), "distribute": True, "graph": graph([value("twice", "{{ item * 2 }}")])}

    result = run_workflow(graph([node("each", "for_each", config)]))

    assert [child.output for child in result.children] == result.output == list(range(0, 18, 2))


def test_the_timeline_says_which_item_has_ended_and_how() -> None:
    config = {"items": [0, 9], "on_item_error": "continue", "graph": graph([node("shaky", "demo.flaky", {"fail_times": "{{ item }}"})])}

    lines = [line.split(maxsplit=1)[1] for line in run_workflow(graph([node("each", "for_each", config)])).timeline.splitlines()]

    assert "each[0] completed" in lines
    assert "each[1] failed demo.flaky: failing on purpose (1 of 9)" in lines


def test_a_run_that_is_stuck_names_no_other_error() -> None:
    with pytest.raises(StuckError) as raised:
        run_workflow(graph([node("paid", "signal.wait", {"signal": "paid"})]))

    assert raised.value.__context__ is None

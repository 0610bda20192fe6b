"""Scopes inside scopes when things go wrong in several of them at once: retries, limits, early ends, mutexes, time-outs."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import Any

import pytest

from engine_house import IN_LOOP, House, graph, node, open_house, until, value
from treadle.domain.errors import DefinitionError
from treadle.engine import warm
from treadle.engine.frames import Frame


@pytest.fixture
def house(store_url: str) -> Iterator[House]:
    with open_house(store_url) as opened:
        opened.hire()
        yield opened


HOURLY = {"max_attempts": 3, "initial_interval": "1h", "backoff": 1, "jitter": 0}


def each(inner: dict[str, Any], config: dict[str, Any], **keys: Any) -> dict[str, Any]:
    return node("each", "for_each", {"graph": inner, **config}, **keys)


# Trying again


def test_a_neighbour_that_ended_with_a_failing_item_is_kept_for_the_next_attempt(house: House) -> None:
    inner = graph([node("shaky", "test.flaky", {"fail": "{{ 1 if item == 1 else 0 }}"})])
    execution_id = house.start(graph([each(inner, {"items": [1, 2, 3]}, retry=HOURLY)]))
    house.until_parked(execution_id)

    house.clock.advance(3601)
    ended = house.ended(execution_id)

    assert [out["attempt"] for out in ended.output] == [2, 1, 1]


def test_an_inner_map_and_the_node_beside_it_that_fail_together_are_both_tried_again(house: House) -> None:
    deepest = graph([node("deep", "test.flaky", {"fail": 1})])
    inner = graph([node("map", "for_each", {"count": 1, "graph": deepest}), value("a", 1), node("shaky", "test.flaky", {"fail": 1})], "a -> shaky")
    failed = house.run(graph([each(inner, {"count": 1})]))

    house.engine.retry(failed.record.id)
    ended = house.ended(failed.record.id)

    assert (failed.record.status, ended.record.status) == ("failed", "completed")
    assert ended.output == [{"map": [{"attempt": 2}], "shaky": {"attempt": 2}}]


def test_items_that_run_on_in_a_failed_item_go_on_with_its_next_attempt(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm, "WORTH_KEEPING", 1)
    detached = node("map", "for_each", {"count": 1, "wait": False, "graph": graph([node("slow", IN_LOOP)])})
    inner = graph([detached, node("gate", IN_LOOP), node("shaky", "test.flaky", {"fail": 1})], "gate -> shaky")
    execution_id = house.start(graph([each(inner, {"count": 1}, retry=HOURLY)]))
    house.until_begun("slow", "gate")
    house.steering.opened["gate"].set()
    house.until_parked(execution_id)

    house.steering.opened["slow"].set()
    house.clock.advance(3601)
    ended = house.ended(execution_id)

    assert ended.record.status == "completed"
    assert house.outputs(execution_id, "slow") == ["done"]


def test_a_run_that_was_ended_as_failed_is_no_reason_to_try_the_map_again(house: House) -> None:
    inner = graph([node("stop", "terminate", {"status": "failed"})])

    ended = house.run(graph([each(inner, {"count": 2}, retry=HOURLY)]))

    assert (ended.record.status, ended.error["type"], ended.error["message"]) == ("failed", "terminated", "each[0]: ended by node stop")


def test_a_map_whose_way_out_cannot_be_chosen_fails_the_same_way_when_it_is_retried(house: House) -> None:
    flow = graph([each(graph([value("x", 1)]), {"count": 1}), value("b", 1)], {"source": "each", "target": "b", "when": "output[5] > 1"})
    failed = house.run(flow)

    house.engine.retry(failed.record.id)
    again = house.ended(failed.record.id)

    assert (failed.error["type"], again.error["type"]) == ("expression_error", "expression_error")


def test_a_block_in_an_item_that_is_tried_again_has_its_whole_time_out_anew(house: House) -> None:
    ask = graph([node("ask", "signal.wait", {"signal": "never"})])
    both = graph([node("one", "block", {"graph": ask}, timeout="30m"), node("other", "block", {"graph": ask}, timeout="45m")])
    execution_id = house.start(graph([each(both, {"count": 1}, retry={**HOURLY, "max_attempts": 2})]))
    house.until_parked(execution_id)
    house.clock.advance(3000)
    until(lambda: [row for row in house.rows(execution_id, "each") if row.kind == "retrying"])
    house.until_parked(execution_id)

    house.clock.advance(3601 + 1700)
    house.wakeup.notify()
    until(lambda: [row for row in house.rows(execution_id, "ask") if row.attempt == 2])
    house.until_parked(execution_id)
    house.clock.advance(2000)
    ended = house.ended(execution_id)

    assert (ended.error["type"], ended.error["details"]["scope"]) == ("timeout", "each[0]")
    assert [row.attempt for row in house.rows(execution_id, "one") if row.kind == "failed"] == [1, 1]


# Limits


def test_items_that_found_no_room_under_the_limit_of_activities_never_count_as_completed(house: House) -> None:
    flow = graph([each(graph([node("work")]), {"count": 100})], settings={"max_activities": 50})
    failed = house.run(flow)

    house.engine.retry(failed.record.id)
    again = house.ended(failed.record.id)

    assert (failed.error["type"], again.error["type"]) == ("max_activities", "max_activities")
    assert len([row for row in house.journal(again.record.id) if row.kind == "item"]) == len(house.steering.calls)


def test_no_policy_for_items_passes_over_the_limit_of_activities(house: House) -> None:
    ended = house.run(graph([each(graph([node("work")]), {"count": 100, "on_item_error": "continue"})], settings={"max_activities": 50}))

    assert (ended.record.status, ended.error["type"]) == ("failed", "max_activities")


def test_a_map_over_more_items_than_memory_could_hold_fails_at_its_limit(house: House) -> None:
    ended = house.run(graph([each(graph([node("work")]), {"count": 10**6, "concurrency": 10**9})], settings={"max_activities": 50}))

    assert (ended.record.status, ended.error["type"]) == ("failed", "max_activities")
    assert len(house.steering.calls) <= 50


def test_a_map_over_more_items_than_any_list_could_hold_is_refused(house: House) -> None:
    ended = house.run(graph([each(graph([node("work")]), {"count": "input", "concurrency": 1, "complete_after": 1})]), input=10**9)

    assert (ended.record.status, ended.error["message"]) == ("failed", "config.count: must be from 0 to 1,000,000, not 1,000,000,000")


def test_endless_loops_in_many_items_share_the_limit_of_activities(house: House) -> None:
    circle = graph([node("a"), node("b", "noop", join="each"), node("c", "noop")], "a -> b", "b -> c", "c -> b")
    ended = house.run(graph([each(circle, {"count": 10})], settings={"max_activities": 60}))

    rows = [row for row in house.journal(ended.record.id) if row.kind == "done"]
    assert (ended.record.status, ended.error["type"]) == ("failed", "max_activities")
    assert len(rows) <= 60


def test_an_execution_that_reached_its_limit_says_so_again_when_it_is_retried(house: House) -> None:
    circle = graph([node("a"), node("b", "noop", join="each"), node("c", "noop")], "a -> b", "b -> c", "c -> b", settings={"max_activities": 20})
    failed = house.run(circle)

    house.engine.retry(failed.record.id)
    again = house.ended(failed.record.id)

    assert (failed.error["type"], again.error["type"]) == ("max_activities", "max_activities")


# Early ends


def test_a_map_that_nobody_waits_for_cannot_be_told_of_more_items(house: House) -> None:
    with pytest.raises(DefinitionError, match="more"):
        house.start(graph([each(graph([node("work")]), {"items": [], "wait": False, "more": {"signal": "add", "close": "enough"}})]))


def test_an_item_that_fails_together_with_the_last_one_wanted_does_not_fail_the_map(house: House) -> None:
    inner = graph([node("shaky", "test.flaky", {"fail": "{{ item }}"})])

    ended = house.run(graph([each(inner, {"items": [0, 1], "complete_after": 1})]))

    assert (ended.record.status, ended.output) == ("completed", [{"attempt": 1}, None])


def test_a_closed_map_leaves_what_is_told_later_to_the_next_one(house: House) -> None:
    more = {"signal": "add", "close": "enough"}
    map = node("each", "for_each", {"items": [], "more": more, "graph": graph([node("ask", "signal.wait", {"signal": "go"})])}, join="each")
    execution_id = house.start(graph([value("s", 0), map], {"source": "s", "target": "each", "tokens": 2}))
    house.until_parked(execution_id)
    for name, payload in (("add", "a"), ("enough", None), ("add", "b"), ("enough", None)):
        house.engine.signal(execution_id, name, payload)
    house.until_parked(execution_id)
    for said in ("first", "second"):
        house.engine.signal(execution_id, "go", said)

    ended = house.ended(execution_id)

    assert house.outputs(ended.record.id, "each") == [["first"], ["second"]]


def test_a_gate_that_gets_its_mutex_from_an_items_end_may_cancel_the_map(house: House) -> None:
    inner = graph([node("work", "signal.wait", {"signal": "go"}, mutex="m")])
    gate = node("gate", "gate", {"node": "s", "state": "finished"}, mutex="m", cancels=["each"])
    flow = graph([value("s", 1), each(inner, {"count": 1}), value("t", 1), gate, value("after", 7)], "s -> each", "s -> t", "t -> gate", "gate -> after")
    execution_id = house.start(flow)
    house.until_parked(execution_id)

    house.engine.signal(execution_id, "go")
    ended = house.ended(execution_id)

    assert (ended.record.status, ended.output) == ("completed", 7)


# Taking turns


def test_two_workers_that_keep_what_they_park_take_turns_on_one_execution(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm, "WORTH_KEEPING", 1)
    house.hire()
    turn = graph([node("ask", "signal.wait", {"signal": "go"}), value("sum", "{{ (previous or 0) + nodes.ask.output }}")], "ask -> sum")
    both = [{**node(name, "repeat", {"graph": turn, "max": 40})} for name in ("one", "other")]
    execution_id = house.start(graph(both))
    for number in range(80):
        house.engine.signal(execution_id, "go", number)
        if number % 3 == 0:
            house.until_parked(execution_id)

    ended = house.ended(execution_id)

    assert sum(ended.output.values()) == sum(range(80))
    assert house.outputs(execution_id, "ask") == list(range(80))


# Memory


def test_items_that_have_ended_are_let_go_while_others_go_on(house: House) -> None:
    inner = graph([node("ask", "approval", {"title": "ok?"}, timeout="30d")])
    flow = graph([each(inner, {"count": 200, "concurrency": 20, "on_item_error": "continue"}), node("slow", IN_LOOP)])
    execution_id = house.start(flow)
    for _ in range(10):
        until(lambda: len(open_approvals(house)) == 20)
        for approval in open_approvals(house):
            house.engine.decide(approval, "approved")
    until(lambda: house.outputs(execution_id, "each"))
    gc.collect()
    frames = [one.path for one in gc.get_objects() if isinstance(one, Frame)]
    house.steering.opened["slow"].set()
    house.ended(execution_id)

    assert len(frames) < 40


def open_approvals(house: House) -> list[str]:
    return [approval.id for approval in house.store.executions.approvals(status="open", limit=100).items]

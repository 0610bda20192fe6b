"""Maps: an inner graph for each item, results in order, items that fail, early ends, items that come later."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from engine_house import IN_LOOP, House, edge, graph, node, open_house, until, value


@pytest.fixture
def house(store_url: str) -> Iterator[House]:
    with open_house(store_url) as opened:
        opened.hire()
        yield opened


def each(inner: dict[str, Any], **config: Any) -> dict[str, Any]:
    return node("each", "for_each", {"graph": inner, **config})


DOUBLE = graph([value("double", "{{ item * 2 }}")])


def test_the_results_stand_in_the_order_of_the_items(house: House) -> None:
    ended = house.run(graph([each(DOUBLE, items="input", concurrency=3), value("sum", "{{ sum(nodes.each.output) }}")], "each -> sum"), input=[1, 2, 3, 4, 5])

    assert ended.output == 30
    assert house.outputs(ended.record.id, "each") == [[2, 4, 6, 8, 10]]
    assert [row.scope for row in house.rows(ended.record.id, "double")] == [f"each[{i}]" for i in range(5)]


def test_an_item_sees_its_number_and_the_nodes_around_it(house: House) -> None:
    inner = graph([value("a", "{{ item + nodes.first.output }}"), value("b", "{{ [index, nodes.a.output, input.n] }}")], "a -> b")

    ended = house.run(graph([value("first", 100), each(inner, items=[1, "{{ input.n }}"])], "first -> each"), input={"n": 7})

    assert ended.output == [[0, 101, 7], [1, 107, 7]]


def test_a_count_runs_so_often_and_no_items_leave_at_once(house: House) -> None:
    counted = house.run(graph([each(graph([value("i", "{{ index }}")]), count="{{ input }}")]), input=3)
    empty = house.run(graph([each(DOUBLE, items=[])]))

    assert counted.output == [0, 1, 2]
    assert empty.output == []


def test_no_more_items_run_at_once_than_the_concurrency_allows(house: House) -> None:
    execution_id = house.start(graph([each(graph([node("work", IN_LOOP)]), count=5, concurrency=2)]))
    house.until_begun("work")
    until(lambda: len(house.steering.calls) == 2)
    view = house.engine.show(execution_id)
    house.steering.opened["work"].set()

    ended = house.ended(execution_id)

    assert view.nodes["each"].runs is not None
    assert (view.nodes["each"].runs.total, view.nodes["each"].runs.running) == (5, 2)
    assert ended.output == ["done"] * 5


def test_a_failing_item_fails_the_node_and_its_neighbours_stop(house: House) -> None:
    inner = graph([node("pick", "if", {"condition": "item == 2"}), node("bad", "fail", {"message": "no", "type": "odd"}), node("work", IN_LOOP)],
                  "pick.true -> bad", "pick.false -> work")

    ended = house.run(graph([each(inner, items=[1, 2, 3])]))

    assert (ended.record.status, ended.error["type"], ended.error["node_id"]) == ("failed", "odd", "each")
    assert ended.error["message"] == "each[1]: no"
    until(lambda: len(house.steering.cancelled) == len(house.steering.calls))


@pytest.mark.parametrize(("policy", "third"), [("continue", None), ("collect", {"error": {"type": "odd", "message": "no", "node_id": "bad"}})])
def test_failing_items_can_be_passed_over_or_collected(house: House, policy: str, third: Any) -> None:
    inner = graph([node("pick", "if", {"condition": "item == 3"}), node("bad", "fail", {"message": "no", "type": "odd"}), value("good", "{{ item }}")],
                  "pick.true -> bad", "pick.false -> good")

    ended = house.run(graph([each(inner, items=[1, 2, 3, 4], on_item_error=policy)]))

    assert ended.output == [1, 2, third, 4]


def test_a_failing_map_leaves_through_its_error_edge(house: House) -> None:
    inner = graph([node("bad", "fail", {"message": "no"})])

    ended = house.run(graph([each(inner, items=[1]), value("rescue", "{{ nodes.each.error.message }}")], "each.error -> rescue"))

    assert ended.output == "each[0]: no"


def test_the_map_ends_after_so_many_items_and_the_rest_is_cancelled(house: House) -> None:
    inner = graph([node("pick", "if", {"condition": "item > 1"}), node("slow", IN_LOOP), value("quick", "{{ item }}")],
                  "pick.true -> slow", "pick.false -> quick")

    ended = house.run(graph([each(inner, items=[1, 1, 2, 3, 4], complete_after=2, rest="cancel")]))

    assert ended.output == [1, 1, None, None, None]
    cancelled = [row for row in house.journal(ended.record.id) if row.status == "cancelled"]
    assert {row.node_id for row in cancelled} == {"slow"}


def test_the_map_ends_when_its_condition_holds(house: House) -> None:
    ended = house.run(graph([each(DOUBLE, items=[1, 2, 3, 4, 5], concurrency=1, complete_when="output > 5 or failed > 0")]))

    assert ended.output == [2, 4, 6, None, None]


def test_the_rest_can_run_on_ignored_and_the_execution_waits_for_it(house: House) -> None:
    inner = graph([node("pick", "if", {"condition": "item > 1"}), node("slow", IN_LOOP), value("quick", "{{ item }}")],
                  "pick.true -> slow", "pick.false -> quick")
    execution_id = house.start(graph([each(inner, items=[1, 2, 9], concurrency=2, complete_after=1, rest="ignore"), value("next", 7)], "each -> next"))

    until(lambda: house.rows(execution_id, "next"))
    status = house.record(execution_id).status
    house.steering.opened["slow"].set()
    ended = house.ended(execution_id)

    assert status == "running"
    assert house.outputs(execution_id, "each") == [[1, None, None]]
    assert ended.output == 7
    assert [row.status for row in house.rows(execution_id, "slow")] == ["completed"]


def test_without_waiting_the_node_goes_on_at_once_and_every_item_still_runs(house: House) -> None:
    execution_id = house.start(graph([each(graph([node("work", IN_LOOP)]), count=3, concurrency=1, wait=False), value("next", 7)], "each -> next"))

    until(lambda: house.rows(execution_id, "next"))
    house.steering.opened["work"].set()
    ended = house.ended(execution_id)

    assert (ended.record.status, ended.output) == ("completed", 7)
    assert house.outputs(execution_id, "each") == [{"items": 3}]
    assert len(house.outputs(execution_id, "work")) == 3


def test_items_can_be_added_by_signal_until_the_map_is_closed(house: House) -> None:
    execution_id = house.start(graph([each(DOUBLE, items=[1], more={"signal": "add", "close": "enough"})]))
    house.until_parked(execution_id)

    house.engine.signal(execution_id, "add", 5)
    house.engine.signal(execution_id, "add", [6, 7])
    house.engine.signal(execution_id, "enough")
    ended = house.ended(execution_id)

    assert ended.output == [2, 10, 12, 14]


def test_a_cancelled_map_stops_all_its_items(house: House) -> None:
    flow = graph([node("go", "signal.wait", {"signal": "go"}), each(graph([node("ask", "signal.wait", {"signal": "never"})]), count=4),
                  value("stop", 1, cancels=["each"])], "go -> stop")
    execution_id = house.start(flow)
    until(lambda: len(house.rows(execution_id, "ask")) == 4)

    house.engine.signal(execution_id, "go")
    ended = house.ended(execution_id)

    assert ended.record.status == "completed"
    assert [row.status for row in house.rows(execution_id, "ask")] == ["waiting"] * 4 + ["cancelled"] * 4


def test_terminate_ends_its_item_only(house: House) -> None:
    inner = graph([node("pick", "if", {"condition": "item == 2"}), node("end", "terminate", {"output": "early"}), value("late", "late")],
                  "pick.true -> end", "pick.false -> late")

    ended = house.run(graph([each(inner, items=[1, 2, 3])]))

    assert ended.output == ["late", "early", "late"]


def test_a_map_in_a_map_knows_the_item_around_it(house: House) -> None:
    inner = graph([node("lines", "for_each", {"items": "item.lines", "graph": graph([value("line", "{{ [outer.item.id, item, index] }}")])})])

    ended = house.run(graph([each(inner, items="input")]), input=[{"id": "a", "lines": [1, 2]}, {"id": "b", "lines": [3]}])

    assert ended.output == [[["a", 1, 0], ["a", 2, 1]], [["b", 3, 0]]]
    assert {row.scope for row in house.rows(ended.record.id, "line")} == {"each[0]/lines[0]", "each[0]/lines[1]", "each[1]/lines[0]"}


def test_a_retry_by_hand_runs_only_what_failed(house: House) -> None:
    inner = graph([node("before", "test.count"), node("shaky", "test.flaky", {"fail": "{{ 1 if item == 2 else 0 }}"})], "before -> shaky")
    failed = house.run(graph([each(inner, items=[1, 2, 3])]))
    house.engine.retry(failed.record.id)

    ended = house.ended(failed.record.id)

    assert (failed.record.status, ended.record.status) == ("failed", "completed")
    assert [out["attempt"] for out in ended.output][1] == 2
    assert house.steering.attempts("before") == [1, 1, 1]


def test_the_nodes_own_retry_policy_tries_failed_items_again(house: House) -> None:
    inner = graph([node("shaky", "test.flaky", {"fail": "{{ 2 if item == 2 else 0 }}"})])
    flow = graph([{**each(inner, items=[1, 2]), "retry": {"max_attempts": 3, "initial_interval": "1h", "jitter": 0}}])
    execution_id = house.start(flow)
    house.until_parked(execution_id)
    house.clock.advance(3600)
    until(lambda: len(house.steering.attempts("shaky")) == 3)
    house.until_parked(execution_id)
    house.clock.advance(7200)

    ended = house.ended(execution_id)

    assert [out["attempt"] for out in ended.output] == [1, 3]
    assert house.steering.attempts("shaky") == [1, 1, 2, 3]


def test_a_map_that_takes_too_long_is_stopped_with_its_items(house: House) -> None:
    flow = graph([{**each(graph([node("ask", "signal.wait", {"signal": "never"})]), count=2), "timeout": "1h"}, value("late", 1)], "each.error -> late")
    execution_id = house.start(flow)
    house.until_parked(execution_id)
    house.clock.advance(3601)

    ended = house.ended(execution_id)

    assert (ended.output, ended.nodes["each"].error["type"]) == (1, "timeout")
    assert [row.status for row in house.rows(execution_id, "ask")] == ["waiting", "waiting", "cancelled", "cancelled"]


def test_a_mutex_holds_across_items(house: House) -> None:
    execution_id = house.start(graph([each(graph([node("work", IN_LOOP, mutex="db")]), count=3)]))
    house.until_begun("work")
    waiting = [one for one in house.engine.show(execution_id).waiting_on if one["kind"] == "slot"]
    house.steering.opened["work"].set()

    ended = house.ended(execution_id)

    assert {one["scope"] for one in waiting} == {"each[1]", "each[2]"}
    assert ended.record.status == "completed"


def test_each_item_can_be_an_execution_of_its_own(house: House) -> None:
    inner = graph([value("a", "{{ item + nodes.first.output }}"), value("b", "{{ [index, nodes.a.output, input.n] }}")], "a -> b")

    ended = house.run(graph([value("first", 100), each(inner, items=[1, 2, 3], distribute=True)], "first -> each"), input={"n": 7})

    assert ended.output == [[0, 101, 7], [1, 102, 7], [2, 103, 7]]
    children = house.store.executions.list(parent=ended.record.id).items
    assert [child.status for child in children] == ["completed"] * 3


def test_items_can_be_run_by_a_workflow(house: House) -> None:
    house.engine.save_workflow("double", graph([value("double", "{{ input * 2 }}")]))

    ended = house.run(graph([node("each", "for_each", {"items": [1, 2], "workflow": "double"})]))

    assert ended.output == [2, 4]


def test_a_failed_child_fails_its_item(house: House) -> None:
    house.engine.save_workflow("bad", graph([node("bad", "fail", {"message": "no", "type": "odd"})]))

    ended = house.run(graph([node("each", "for_each", {"items": [1], "workflow": "bad", "on_item_error": "collect"})]))

    assert ended.output[0]["error"]["type"] == "child.failed"


def test_an_error_edge_inside_keeps_the_item_alive(house: House) -> None:
    inner = graph([node("bad", "fail", {"message": "no"}), value("mend", "{{ item }}")], "bad.error -> mend")

    ended = house.run(graph([each(inner, items=["x"])]))

    assert ended.output == ["x"]


def test_inner_nodes_count_against_the_limit_of_activities(house: House) -> None:
    ended = house.run(graph([each(DOUBLE, count=100)], settings={"max_activities": 50}))

    assert (ended.record.status, ended.error["type"]) == ("failed", "max_activities")


def test_an_edge_condition_sees_the_list(house: House) -> None:
    flow = graph([each(DOUBLE, items=[1, 2]), value("many", "many"), value("few", "few")],
                 edge("each -> many", when="len(output) > 5"), edge("each -> few", default=True))  # fmt: skip

    assert house.run(flow).output == "few"


def test_a_map_that_takes_too_long_and_may_try_again_starts_its_items_anew(house: House) -> None:
    work = node("work", IN_LOOP)
    flow = graph([{**each(graph([work]), count=1), "timeout": "1h", "retry": {"max_attempts": 2, "initial_interval": "1m", "jitter": 0}}])
    execution_id = house.start(flow)
    house.until_begun("work")
    house.clock.advance(3601)
    house.until_parked(execution_id)
    house.steering.opened["work"].set()
    house.clock.advance(61)

    ended = house.ended(execution_id)

    assert ended.output == ["done"]
    assert house.steering.attempts("work") == [1, 2]
    assert house.steering.cancelled == ["work"]

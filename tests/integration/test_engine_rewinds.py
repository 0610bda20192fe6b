"""Retries from an earlier node: a failed execution takes back what descends from it and goes on there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from engine_house import House, graph, node, open_house, until, value
from treadle.domain.errors import ConflictError, NotFoundError


@pytest.fixture
def house(store_url: str) -> Iterator[House]:
    with open_house(store_url) as opened:
        opened.hire()
        yield opened


BROKEN = node("x", "test.flaky", {"fail": 1, "fatal": True})


def failed(house: House, *nodes: dict[str, Any], edges: tuple[str, ...]) -> str:
    ended = house.run(graph(list(nodes), *edges))
    assert ended.record.status == "failed"
    return ended.record.id


def attempts(house: House) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for key, attempt in house.steering.calls:
        found.setdefault(key.partition("/")[2], []).append(attempt)
    return found


def test_all_that_descends_from_the_node_runs_again_with_its_next_attempt(house: House) -> None:
    one = failed(house, node("s"), node("a"), node("b"), node("beside"), BROKEN,
                 edges=("s -> a", "a -> b", "b -> x", "s -> beside"))  # fmt: skip

    house.engine.retry(one, from_node="a")
    ended = house.ended(one)

    assert ended.record.status == "completed"
    assert attempts(house) == {"s#1": [1], "beside#1": [1], "a#1": [1, 2], "b#1": [1, 2], "x#1": [1, 2]}
    assert ended.nodes["a"].attempts == 2


def test_going_back_twice_counts_attempts_on(house: House) -> None:
    one = failed(house, node("a"), node("b"), node("x", "test.flaky", {"fail": 2, "fatal": True}), edges=("a -> b", "b -> x"))
    house.engine.retry(one, from_node="b")
    assert house.ended(one).record.status == "failed"

    house.engine.retry(one, from_node="a")

    assert house.ended(one).record.status == "completed"
    assert attempts(house) == {"a#1": [1, 2], "b#1": [1, 2, 3], "x#1": [1, 2, 3]}


def test_one_item_of_a_map_is_gone_back_to(house: House) -> None:
    inner = graph([node("f", config={"value": "{{ item }}"}), node("g", config={"value": "{{ nodes.f.output }}"})], "f -> g")
    each = node("each", "for_each", {"items": "{{ [1, 2, 3, 4] }}", "concurrency": 1, "graph": inner})
    one = failed(house, each, BROKEN, edges=("each -> x",))

    house.engine.retry(one, from_node="each[1]/g")

    ended = house.ended(one)
    assert ended.record.status == "completed"
    assert house.outputs(one, "each") == [[1, 2, 3, 4]] * 2
    assert {key: of for key, of in attempts(house).items() if of != [1]} == {"each[1]/g#1": [1, 2], "x#1": [1, 2]}


def test_a_crash_after_going_back_changes_nothing(house: House) -> None:
    one = house.start(graph([node("a"), node("w", "signal.wait", {"signal": "go"}), BROKEN], "a -> w", "w -> x"))
    house.until_parked(one)
    house.engine.signal(one, "go")
    house.ended(one)

    house.engine.retry(one, from_node="a")
    house.until_parked(one)
    house.evict_all()
    house.hire()
    house.engine.signal(one, "go")

    assert house.ended(one).record.status == "completed"
    assert attempts(house) == {"a#1": [1, 2], "x#1": [1, 2]}


def test_a_child_is_started_anew(house: House) -> None:
    house.engine.save_workflow("child", graph([value("c", "{{ 7 }}")]))
    one = failed(house, node("call", "workflow", {"workflow": "child"}), BROKEN, edges=("call -> x",))

    house.engine.retry(one, from_node="call")

    assert house.ended(one).record.status == "completed"
    assert len(house.store.executions.list(parent=one).items) == 2


def test_a_fork_that_was_tried_again_counts_attempts_on_and_starts_another_child(house: House) -> None:
    house.engine.save_workflow("child", graph([node("c", "test.flaky", {"fail": 9, "fatal": True})]))
    source = failed(house, node("s"), node("call", "workflow", {"workflow": "child"}), edges=("s -> call",))
    fork = house.engine.fork(source, "call").id
    assert fork is not None
    assert house.ended(fork).record.status == "failed"
    house.engine.retry(fork)
    assert house.ended(fork).record.status == "failed"
    house.engine.save_workflow("child", graph([value("c", 7)]))

    house.engine.retry(fork, from_node="call")

    assert house.ended(fork).output == 7
    assert sorted(each.parent_activity or "" for each in house.store.executions.list(parent=fork).items) == ["call#1@1", "call#1@2", "call#1@3"]


def test_what_went_on_beside_after_a_retry_that_is_taken_back_starts_another_child(house: House) -> None:
    house.engine.save_workflow("child", graph([node("w", "signal.wait", {"signal": "go"})]))
    one = house.start(graph([node("s"), node("call", "workflow", {"workflow": "child"}), node("w", "signal.wait", {"signal": "end"})],
                            "s -> call", "s -> w"))  # fmt: skip

    def fail_it_with_its_child() -> None:
        until(lambda: house.store.executions.list(parent=one, status="waiting").items)
        house.engine.fail_execution(one, "no")
        house.ended(one)
        until(lambda: not house.store.executions.list(parent=one, status="waiting").items)

    fail_it_with_its_child()
    house.engine.retry(one)
    fail_it_with_its_child()
    house.engine.retry(one, from_node="w")

    [child] = until(lambda: house.store.executions.list(parent=one, status="waiting").items)
    assert child.parent_activity == "call#1@3"


def test_an_execution_that_was_failed_by_hand_goes_on(house: House) -> None:
    one = house.start(graph([node("a"), node("w", "signal.wait", {"signal": "go"})], "a -> w"))
    house.until_parked(one)
    house.engine.fail_execution(one, "no")
    house.ended(one)

    house.engine.retry(one, from_node="a")
    house.until_parked(one)
    house.engine.signal(one, "go")

    assert house.ended(one).record.status == "completed"
    assert attempts(house) == {"a#1": [1, 2]}


def test_only_a_failed_execution_goes_back_and_the_answer_names_the_fork(house: House) -> None:
    one = house.run(graph([node("a")])).record.id

    with pytest.raises(ConflictError) as refused:
        house.engine.retry(one, from_node="a")

    assert refused.value.state == "completed"
    assert f"treadle executions fork {one} --from a" in str(refused.value)


def test_of_a_retry_and_one_from_a_node_one_wins(house: House) -> None:
    one = failed(house, node("a"), BROKEN, edges=("a -> x",))
    for worker, _ in list(house.workers):
        house.dismiss(worker)

    house.engine.retry(one, from_node="a")
    with pytest.raises(ConflictError) as late:
        house.engine.retry(one)
    house.hire()

    assert late.value.state == "running"
    assert house.ended(one).record.status == "completed"
    assert attempts(house) == {"a#1": [1, 2], "x#1": [1, 2]}


def test_what_was_asked_of_an_older_journal_is_not_done(house: House) -> None:
    one = failed(house, node("a"), node("x", "test.flaky", {"fail": 2, "fatal": True}), edges=("a -> x",))
    stale = house.engine._retries.message(one, "a")
    house.engine.retry(one)
    until(lambda: len(house.rows(one, "x")) == 2)
    house.ended(one)

    house.store.executions.send(stale)
    house.wakeup.notify()
    until(lambda: "outdated" in (house.record(one).error_json or ""))

    assert house.ended(one).record.status == "failed"
    assert attempts(house)["a#1"] == [1]
    house.engine.retry(one)
    assert house.ended(one).record.status == "completed"


def test_an_unknown_node_is_refused_before_anything_is_sent(house: House) -> None:
    one = failed(house, node("a"), BROKEN, edges=("a -> x",))

    with pytest.raises(NotFoundError):
        house.engine.retry(one, from_node="nope")

    assert house.record(one).status == "failed"


def test_a_fork_of_what_went_back_is_made_from_what_counts(house: House) -> None:
    one = failed(house, node("a"), node("b"), BROKEN, edges=("a -> b", "b -> x"))
    house.engine.retry(one, from_node="b")
    house.ended(one)

    made = house.engine.fork(one, "x")

    assert house.ended(str(made.id)).record.status == "failed"
    assert made.reused == ("a", "b")

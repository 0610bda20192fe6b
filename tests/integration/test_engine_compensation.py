"""Compensation: what an execution has done is undone, the latest first, when it fails for good or is cancelled so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from engine_house import House, graph, node, open_house, until, value
from treadle.domain.errors import ConflictError


@pytest.fixture
def house(store_url: str) -> Iterator[House]:
    with open_house(store_url) as opened:
        opened.hire()
        yield opened


def undoable(id: str, of: Any = None, **keys: Any) -> dict[str, Any]:
    undo = {"type": "set", "config": {"value": "{{ output }}"}, **keys.pop("undo", {})}
    return value(id, id if of is None else of, compensate=undo, **keys)


BAD = node("bad", "fail", {"message": "no", "type": "odd"})


def undone(house: House, execution_id: str) -> list[tuple[str, str, str | None]]:
    rows = [row for row in house.journal(execution_id) if row.scope == "undo"]
    return [(row.node_id, row.status, row.output_json) for row in rows]


def open_approvals(house: House) -> list[Any]:
    return house.sql("SELECT id FROM approval WHERE status = 'open'")


def test_a_failed_execution_undoes_what_it_did_the_latest_first(house: House) -> None:
    ended = house.run(graph([undoable("a"), value("b", 1), undoable("c"), BAD], "a -> b", "b -> c", "c -> bad"))

    assert (ended.record.status, ended.error["type"], ended.error["node_id"]) == ("failed", "odd", "bad")
    assert undone(house, ended.record.id) == [("c", "completed", '"c"'), ("a", "completed", '"a"')]
    assert ended.error["compensated"] == {"undone": 2, "failed": []}


def test_a_completed_execution_undoes_nothing(house: House) -> None:
    ended = house.run(graph([undoable("a")]))

    assert undone(house, ended.record.id) == []


def test_a_compensation_has_retries_and_one_that_fails_does_not_keep_the_others(house: House) -> None:
    shaky = {"type": "test.flaky", "config": {"fail": 1}, "retry": {"max_attempts": 2, "initial_interval": "10ms", "jitter": 0}}
    hopeless = {"type": "fail", "config": {"message": "cannot"}}

    ended = house.run(graph([undoable("a"), undoable("b", undo=hopeless), undoable("c", undo=shaky), BAD], "a -> b", "b -> c", "c -> bad"))

    assert [(node_id, status) for node_id, status, _ in undone(house, ended.record.id)] == [
        ("c", "retrying"), ("c", "completed"), ("b", "failed"), ("a", "completed"),
    ]  # fmt: skip
    assert ended.error["compensated"] == {"undone": 2, "failed": ["b"]}


def test_every_visit_and_item_is_undone_with_what_it_saw(house: House) -> None:
    inner = graph([undoable("book", "{{ item * 10 }}", undo={"config": {"value": "{{ [item, index, output, nodes.first.output] }}"}})])
    flow = graph([value("first", 7), node("each", "for_each", {"items": [1, 2], "graph": inner, "concurrency": 1}), BAD], "first -> each", "each -> bad")

    ended = house.run(flow)

    assert undone(house, ended.record.id) == [
        ("each[1]/book", "completed", "[2,1,20,7]"),
        ("each[0]/book", "completed", "[1,0,10,7]"),
    ]


def test_the_executions_own_retries_come_first(house: House) -> None:
    settings = {"retry": {"max_attempts": 2, "initial_interval": "10ms", "jitter": 0}}

    ended = house.run(graph([undoable("a"), node("shaky", "test.flaky", {"fail": 1})], "a -> shaky", settings=settings))

    assert ended.record.status == "completed"
    assert undone(house, ended.record.id) == []


def test_a_cancel_undoes_only_when_it_is_asked_to(house: House) -> None:
    flow = graph([undoable("a"), node("ask", "signal.wait", {"signal": "go"})], "a -> ask")
    plain, asked = house.start(flow, "plain"), house.start(flow, "asked")
    house.until_parked(plain)
    house.until_parked(asked)
    house.engine.cancel(plain)
    house.engine.cancel(asked, reason="ordered twice", compensate=True)

    first, second = house.ended(plain), house.ended(asked)

    assert (first.record.status, second.record.status) == ("cancelled", "cancelled")
    assert undone(house, plain) == []
    assert undone(house, asked) == [("a", "completed", '"a"')]
    assert second.error == {"type": "cancelled", "message": "ordered twice", "compensated": {"undone": 1, "failed": []}}


def test_a_compensation_may_wait_and_survives_its_worker(house: House) -> None:
    ask = {"type": "signal.wait", "config": {"signal": "refunded"}}
    execution_id = house.start(graph([undoable("a"), undoable("b", undo=ask), BAD], "a -> b", "b -> bad"))
    house.until_parked(execution_id)
    house.evict_all()

    house.engine.signal(execution_id, "refunded", {"ok": True})
    ended = house.ended(execution_id)

    assert [(node_id, status) for node_id, status, _ in undone(house, execution_id)] == [
        ("b", "waiting"), ("b", "completed"), ("a", "completed"),
    ]  # fmt: skip
    assert ended.record.status == "failed"


def test_waits_beside_the_failure_are_over_when_the_undoing_begins(house: House) -> None:
    ask = {"type": "signal.wait", "config": {"signal": "go"}}
    beside = node("beside", "approval", {"title": "ok?"})
    flow = graph([undoable("a", undo=ask), beside, node("late", "signal.wait", {"signal": "late"}), BAD], "a -> beside", "a -> late", "late -> bad")
    execution_id = house.start(flow)
    until(lambda: open_approvals(house))
    house.engine.signal(execution_id, "late")
    until(lambda: undone(house, execution_id))

    assert not open_approvals(house)
    house.engine.signal(execution_id, "go")
    assert house.ended(execution_id).record.status == "failed"


def test_what_has_been_undone_cannot_be_retried(house: House) -> None:
    ended = house.run(graph([undoable("a"), BAD], "a -> bad"))

    with pytest.raises(ConflictError, match="has been undone"):
        house.engine.retry(ended.record.id)


def test_a_cancel_during_the_undoing_wins_and_the_undoing_goes_on(house: House) -> None:
    ask = {"type": "signal.wait", "config": {"signal": "go"}}
    execution_id = house.start(graph([undoable("a", undo=ask), BAD], "a -> bad"))
    house.until_parked(execution_id)
    house.engine.cancel(execution_id)
    until(lambda: any(row.status == "cancel" for row in house.journal(execution_id)))
    house.engine.signal(execution_id, "go")

    ended = house.ended(execution_id)

    assert ended.record.status == "cancelled"
    assert [(node_id, status) for node_id, status, _ in undone(house, execution_id)] == [("a", "waiting"), ("a", "completed")]


def test_a_compensation_may_leave_through_any_port(house: House) -> None:
    ask = {"type": "if", "config": {"condition": "output == 'b'"}}

    ended = house.run(graph([undoable("a"), undoable("b", undo=ask), undoable("c"), BAD], "a -> b", "b -> c", "c -> bad"))

    assert [node_id for node_id, _, _ in undone(house, ended.record.id)] == ["c", "b", "a"]
    assert ended.error["compensated"] == {"undone": 3, "failed": []}
    assert ended.nodes["bad"].status == "failed"

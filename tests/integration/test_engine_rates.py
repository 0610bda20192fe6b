"""Rates: how often nodes of a type, or one node, may start, across executions and inner scopes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from engine_house import House, graph, node, open_house, until


@pytest.fixture
def house(store_url: str) -> Iterator[House]:
    with open_house(store_url) as opened:
        opened.hire()
        yield opened


def rated(*nodes: dict[str, Any], **rate: Any) -> dict[str, Any]:
    return graph(list(nodes), settings={"rate_limits": [{"limit": 2, "per": "2h", **rate}]})


def each(count: int) -> dict[str, Any]:
    return node("each", "for_each", {"count": count, "graph": graph([node("call")])})


def test_so_many_start_at_once_and_the_others_at_their_time(house: House) -> None:
    execution_id = house.start(rated(each(4), node="call"))
    view = house.until_parked(execution_id)
    waiting = [one for one in view.waiting_on if one["kind"] == "rate"]

    house.clock.advance(3601)
    until(lambda: len(house.steering.attempts("call")) == 3)
    house.until_parked(execution_id)
    house.clock.advance(3601)
    ended = house.ended(execution_id)

    assert len(waiting) == 2
    assert ended.record.status == "completed"
    assert house.steering.attempts("call") == [1, 1, 1, 1]


def test_a_rate_holds_across_executions_and_by_key(house: House) -> None:
    flow = rated(node("call"), type="test.count", key="input.customer")

    ended = [house.run(flow, input={"customer": name}) for name in ("a", "a", "b", "b")]
    third = house.start(flow, input={"customer": "a"})
    parked = house.until_parked(third)

    assert [one.record.status for one in ended] == ["completed"] * 4
    assert [one["kind"] for one in parked.waiting_on] == ["rate"]
    assert "rate limit" in house.engine.why(third)[0].sentence


def test_a_booked_start_survives_its_worker_and_is_not_booked_again(house: House) -> None:
    execution_id = house.start(rated(each(3), node="call"))
    house.until_parked(execution_id)
    house.evict_all()
    house.clock.advance(3601)

    ended = house.ended(execution_id)

    assert ended.record.status == "completed"
    assert house.steering.attempts("call") == [1, 1, 1]


def test_a_cancel_does_not_wait_for_the_rate(house: House) -> None:
    execution_id = house.start(rated(each(3), node="call"))
    house.until_parked(execution_id)

    house.engine.cancel(execution_id)

    assert house.ended(execution_id).record.status == "cancelled"


def test_a_key_without_a_value_fails_its_node(house: House) -> None:
    ended = house.run(rated(node("call"), node="call", key="input.missing.x"), input={})

    assert (ended.record.status, ended.error["type"], ended.error["node_id"]) == ("failed", "expression_error", "call")

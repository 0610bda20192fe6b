"""Time-outs of nodes: of one attempt, and of all attempts together, through retries, waits and the death of workers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine_house import IN_LOOP, IN_THREAD, House, graph, node, open_house, until

OFTEN = {"max_attempts": 0, "initial_interval": "10s", "backoff": 1, "jitter": 0}


@pytest.fixture
def house(store_url: str) -> Iterator[House]:
    with open_house(store_url) as opened:
        opened.hire()
        yield opened


def until_failed(house: House, execution_id: str, attempt: int) -> None:
    until(lambda: any(row.kind == "retrying" and row.attempt == attempt for row in house.journal(execution_id)))


@pytest.mark.parametrize("kind", [IN_LOOP, IN_THREAD])
def test_an_attempt_that_takes_too_long_says_which_limit_it_was(house: House, kind: str) -> None:
    slow = graph([node("a", kind, timeout={"attempt": 0.05})])

    ended = house.run(slow)

    assert ended.error == {"type": "timeout", "node_id": "a", "message": "the attempt took longer than 50ms (timeout.attempt)"}
    assert house.steering.begun["a"].cancelled


@pytest.mark.parametrize("kind", [IN_LOOP, IN_THREAD])
def test_the_time_for_all_attempts_is_over_and_nothing_is_tried_again(house: House, kind: str) -> None:
    slow = graph([node("a", kind, timeout={"total": 0.2}, retry={"max_attempts": 9, "initial_interval": 0})])

    ended = house.run(slow)

    assert (ended.error["type"], ended.error["message"]) == (
        "timeout", "all attempts together took longer than 200ms (timeout.total)"
    )  # fmt: skip
    assert house.steering.attempts("a") == [1]


def test_a_retry_that_would_begin_after_the_time_for_all_is_not_waited_for(house: House) -> None:
    flaky = graph([node("a", "test.flaky", {"fail": 99}, timeout={"total": "25s"}, retry=OFTEN)])

    started = house.start(flaky)
    for attempt in (1, 2):
        until_failed(house, started, attempt)
        house.until_parked(started)
        house.clock.advance(10)
    ended = house.ended(started)

    assert house.steering.attempts("a") == [1, 2, 3]
    assert ended.error["type"] == "timeout"
    assert "would begin after the 25s for all of them (timeout.total); the last one failed: not yet" in ended.error["message"]
    assert ended.error["details"] == {"error": {"type": "flaky", "message": "not yet"}}


def test_the_time_for_all_attempts_goes_on_while_workers_die(house: House) -> None:
    started = house.start(graph([node("a", IN_THREAD, timeout={"total": "1h"}, retry=OFTEN)]))
    house.until_begun("a")

    house.clock.advance(3601)
    house.evict_all()
    ended = house.ended(started)

    assert (ended.error["type"], ended.error["message"]) == (
        "timeout", "all attempts together took longer than 1h (timeout.total)"
    )  # fmt: skip
    assert house.steering.attempts("a") == [1]


def test_a_wait_has_both_limits(house: House) -> None:
    asks = graph([node("a", "signal.wait", {"signal": "go"}, timeout={"attempt": "10m", "total": "15m"}, retry=OFTEN)])

    started = house.start(asks)
    house.until_parked(started)
    house.clock.advance(600)
    until(lambda: any(r.kind == "retrying" for r in house.journal(started)))
    house.until_parked(started)
    house.clock.advance(11)
    until(lambda: [r.attempt for r in house.rows(started, "a") if r.kind == "waiting"] == [1, 2])
    house.until_parked(started)
    house.clock.advance(300)
    ended = house.ended(started)

    [first] = [row for row in house.rows(started, "a") if row.kind == "retrying"]
    assert '"it waited longer than 10m (timeout.attempt)"' in str(first.error_json)
    assert ended.error["message"] == "all attempts together took longer than 15m (timeout.total)"


def test_a_graph_inside_has_the_time_for_all_attempts_once(house: House) -> None:
    inner = graph([node("w", "wait", {"duration": "9d"})])
    block = graph([node("b", "block", {"graph": inner}, timeout={"attempt": "2h", "total": "3h"}, retry=OFTEN)])

    started = house.start(block)
    house.until_parked(started)
    house.clock.advance(7200)
    until(lambda: any(r.kind == "retrying" for r in house.rows(started, "b")))
    house.until_parked(started)
    house.clock.advance(3600)
    ended = house.ended(started)

    assert ended.error["message"] == "all attempts together took longer than 3h (timeout.total)"


def test_a_retry_by_hand_has_the_whole_time_anew(house: House) -> None:
    flaky = graph([node("a", "test.flaky", {"fail": 1}, timeout={"total": "5s"}, retry=OFTEN)])
    failed = house.run(flaky)
    assert failed.error["type"] == "timeout"
    house.clock.advance(60)

    house.engine.retry(failed.record.id)
    house.until_status(failed.record.id, "completed")

    assert house.steering.attempts("a") == [1, 2]

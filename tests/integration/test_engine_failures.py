"""How nodes and executions fail and are tried again: retry policies, time-outs, deadlines, results that cannot be stored."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from engine_house import IN_LOOP, IN_THREAD, House, edge, graph, node, open_house, until, value
from treadle.domain.errors import ConflictError
from treadle.domain.records import JournalRow
from treadle.domain.values import decode

STEADY = {"initial_interval": "10s", "backoff": 3, "jitter": 0}


@pytest.fixture
def house(store_url: str) -> Iterator[House]:
    with open_house(store_url) as opened:
        opened.hire()
        yield opened


def retry_at(row: JournalRow) -> datetime:
    return datetime.fromisoformat(decode(row.detail_json or "{}")["retry_at"])


def delay(row: JournalRow) -> timedelta:
    assert row.finished_at is not None
    return retry_at(row) - row.finished_at


def move_on_to_the_next_retry(house: House, execution_id: str, *, attempt: int) -> None:
    """Once attempt number `attempt` has failed and the execution is parked, jump past its delay."""
    until(lambda: any(r.kind == "retrying" and r.attempt == attempt for r in house.journal(execution_id)))
    house.until_parked(execution_id)
    house.clock.advance(400)


def test_a_failed_attempt_is_tried_again_after_growing_delays(house: House) -> None:
    flaky = graph([node("a", "test.flaky", {"fail": 2}, retry={"max_attempts": 3, **STEADY}), value("b", "{{ nodes.a.output }}")],
                  "a -> b")  # fmt: skip

    started = house.start(flaky)
    move_on_to_the_next_retry(house, started, attempt=1)
    move_on_to_the_next_retry(house, started, attempt=2)
    ended = house.ended(started)

    assert (ended.record.status, ended.output) == ("completed", {"attempt": 3})
    assert house.steering.attempts("a") == [1, 2, 3]
    assert len({key for key, _ in house.steering.calls}) == 1
    rows = house.rows(started, "a")
    assert [(row.kind, row.attempt) for row in rows] == [("retrying", 1), ("retrying", 2), ("done", 3)]
    assert [delay(row) for row in rows[:2]] == [timedelta(seconds=10), timedelta(seconds=30)]


def test_a_retry_is_not_tried_before_its_time(house: House) -> None:
    flaky = graph([node("a", "test.flaky", {"fail": 1}, retry={"max_attempts": 2, "initial_interval": "5d", "max_interval": "9d", "jitter": 0})])

    started = house.start(flaky)
    parked = house.until_parked(started)
    marker = house.run(graph([value("x", 1)]), "marker")

    assert marker.record.status == "completed"
    assert house.steering.attempts("a") == [1]
    [waits] = parked.waiting_on
    assert delay(house.rows(started, "a")[0]) == timedelta(days=5)
    assert (waits["kind"], waits["node_id"], parked.nodes["a"].status) == ("retry", "a", "retrying")
    house.clock.advance(5 * 86400)
    assert house.ended(started).record.status == "completed"


def test_used_up_attempts_fail_the_execution(house: House) -> None:
    flaky = graph([node("a", "test.flaky", {"fail": 9}, retry={"max_attempts": 2, **STEADY}), value("b", 1)], "a -> b")

    started = house.start(flaky)
    move_on_to_the_next_retry(house, started, attempt=1)
    ended = house.ended(started)

    assert ended.record.status == "failed"
    assert ended.error == {"type": "flaky", "message": "not yet", "node_id": "a", "details": {"attempt": 2}}
    assert ended.nodes["b"].visits == 0


def test_retry_after_sets_the_delay_itself(house: House) -> None:
    flaky = graph([node("a", "test.flaky", {"after": "2m"}, retry={"max_attempts": 2, **STEADY})])

    started = house.start(flaky)
    move_on_to_the_next_retry(house, started, attempt=1)
    ended = house.ended(started)

    assert ended.record.status == "completed"
    assert delay(house.rows(started, "a")[0]) == timedelta(minutes=2)


@pytest.mark.parametrize(
    ("config", "policy", "type"),
    [({"fatal": True}, {}, "broken"), ({"type": "no.such"}, {"non_retryable": ["no.such"]}, "no.such"),
     ({"plain": True}, {"non_retryable": ["ZeroDivisionError"]}, "ZeroDivisionError")],
)  # fmt: skip
def test_what_no_retry_can_mend_is_not_tried_again(house: House, config: dict[str, Any], policy: dict[str, Any], type: str) -> None:
    flaky = graph([node("a", "test.flaky", config, retry={"max_attempts": 5, **STEADY, **policy})])

    ended = house.run(flaky)

    assert (ended.record.status, ended.error["type"]) == ("failed", type)
    assert house.steering.attempts("a") == [1]


@pytest.mark.parametrize("type", [IN_LOOP, IN_THREAD])
def test_an_attempt_past_its_timeout_fails_and_is_told(house: House, type: str) -> None:
    slow = graph([node("a", type, timeout=0.05), value("handler", "{{ nodes.a.error.type }}")], "a.error -> handler")

    ended = house.run(slow)

    assert (ended.record.status, ended.output) == ("completed", "timeout")
    assert house.steering.begun["a"].cancelled
    until(lambda: house.steering.cancelled == ["a"])


def test_a_result_that_comes_after_the_timeout_is_dropped(house: House) -> None:
    slow = graph([node("a", IN_THREAD, timeout=0.05), value("handler", 1), node("rest", IN_LOOP)],
                 "a.error -> handler", "handler -> rest")  # fmt: skip

    started = house.start(slow)
    house.until_begun("rest")
    until(lambda: house.steering.cancelled == ["a"])
    house.steering.opened["rest"].set()
    ended = house.ended(started)

    assert ended.record.status == "completed"
    assert [row.kind for row in house.rows(started, "a")] == ["failed"]


def test_a_timed_out_attempt_is_retried_by_the_policy(house: House) -> None:
    slow = graph([node("a", IN_LOOP, timeout=0.05, retry={"max_attempts": 2, **STEADY})])

    started = house.start(slow)
    until(lambda: any(r.kind == "retrying" for r in house.journal(started)))
    house.steering.opened["a"].set()
    move_on_to_the_next_retry(house, started, attempt=1)

    assert house.ended(started).record.status == "completed"
    assert house.steering.attempts("a") == [1, 2]


@pytest.mark.parametrize("type", [IN_LOOP, IN_THREAD])
def test_an_execution_past_its_deadline_fails_while_it_runs(house: House, type: str) -> None:
    slow = graph([node("a", type)], settings={"timeout": "1h", "retry": {"max_attempts": 3}})

    started = house.start(slow)
    house.until_begun("a")
    house.clock.advance(3601)
    ended = house.ended(started)

    assert (ended.record.status, ended.error["type"]) == ("failed", "timeout")
    assert "1h" in ended.error["message"]
    until(lambda: house.steering.cancelled == ["a"])


def test_an_execution_past_its_deadline_fails_while_it_waits(house: House) -> None:
    slow = graph([node("a", "signal.wait", {"signal": "never"})], settings={"timeout": "1h"})

    started = house.start(slow)
    house.until_parked(started)
    house.clock.advance(3601)
    ended = house.ended(started)

    assert (ended.record.status, ended.error["type"]) == ("failed", "timeout")


def test_an_execution_past_its_deadline_fails_while_it_is_paused(house: House) -> None:
    slow = graph([node("a", "signal.wait", {"signal": "never"})], settings={"timeout": "1h"})

    started = house.start(slow)
    house.until_parked(started)
    house.engine.pause(started)
    house.until_status(started, "paused")
    house.clock.advance(3601)
    ended = house.ended(started)

    assert (ended.record.status, ended.error["type"]) == ("failed", "timeout")


def test_an_execution_is_retried_by_its_own_policy(house: House) -> None:
    flaky = graph(
        [node("before"), node("a", "test.flaky", {"fail": 1})], "before -> a", settings={"retry": {"max_attempts": 2, **STEADY}}
    )

    started = house.start(flaky)
    until(lambda: house.record(started).next_retry_at is not None)
    between = house.record(started)
    house.clock.advance(11)
    ended = house.ended(started)

    assert between.status == "failed"
    assert (ended.record.status, ended.record.attempt, ended.output) == ("completed", 2, {"attempt": 2})
    assert house.steering.attempts("before") == [1]
    assert ended.nodes["a"].visits == 1


def test_an_execution_whose_policy_is_used_up_stays_failed(house: House) -> None:
    flaky = graph([node("a", "test.flaky", {"fail": 9})], settings={"retry": {"max_attempts": 2, **STEADY}})

    started = house.start(flaky)
    until(lambda: house.record(started).next_retry_at is not None)
    house.clock.advance(11)
    ended = house.ended(started)

    assert (ended.record.status, ended.record.attempt) == ("failed", 2)
    assert house.steering.attempts("a") == [1, 2]


def test_a_cancel_beats_a_retry_to_come(house: House) -> None:
    flaky = graph([node("a", "test.flaky", {"fail": 9})], settings={"retry": {"max_attempts": 2, **STEADY}})

    started = house.start(flaky)
    until(lambda: house.record(started).next_retry_at is not None)
    house.engine.cancel(started)
    ended = house.ended(started)

    assert ended.record.status == "cancelled"
    assert house.steering.attempts("a") == [1]


def test_a_retry_by_hand_runs_the_failed_visit_again(house: House) -> None:
    flaky = graph([node("before"), node("a", "test.flaky", {"fail": 2}, retry={"max_attempts": 2, **STEADY}), node("c")],
                  "before -> a", "a -> c")  # fmt: skip
    started = house.start(flaky)
    move_on_to_the_next_retry(house, started, attempt=1)
    assert house.ended(started).record.status == "failed"

    house.engine.retry(started)
    ended = house.ended(started)

    assert (ended.record.status, ended.record.attempt, ended.error) == ("completed", 2, None)
    assert house.steering.attempts("a") == [1, 2, 3]
    assert len({key for key, _ in house.steering.calls if "a#" in key}) == 1
    assert house.steering.attempts("before") == house.steering.attempts("c") == [1]


def test_of_two_retries_one_wins(house: House) -> None:
    failing = graph([node("a", "test.flaky", {"fail": 1}), node("b", IN_LOOP)], "a -> b")
    started = house.start(failing)
    house.ended(started)

    house.engine.retry(started)
    with pytest.raises(ConflictError) as refused:
        house.engine.retry(started)

    assert refused.value.state in ("running", "waiting")
    house.steering.opened["b"].set()
    assert house.ended(started).record.status == "completed"
    with pytest.raises(ConflictError) as too_late:
        house.engine.retry(started)
    assert too_late.value.state == "completed"


def test_a_retry_runs_what_was_interrupted_as_well(house: House) -> None:
    both = graph([value("s", 0), node("slow", IN_LOOP), node("bad", "test.flaky", {"fail": 1})], "s -> slow", "s -> bad")
    started = house.start(both)
    assert house.ended(started).record.status == "failed"

    house.engine.retry(started)
    until(lambda: house.steering.attempts("slow") == [1, 2] or house.steering.attempts("slow") == [2])
    house.steering.opened["slow"].set()
    ended = house.ended(started)

    assert ended.record.status == "completed"
    assert ended.output == {"slow": "done", "bad": {"attempt": 2}}


def test_a_failed_execution_can_be_retried_after_its_deadline_had_passed(house: House) -> None:
    slow = graph([node("a", IN_LOOP)], settings={"timeout": "1h"})
    started = house.start(slow)
    house.until_begun("a")
    house.clock.advance(3601)
    house.ended(started)
    house.steering.opened["a"].set()

    house.engine.retry(started)
    ended = house.ended(started)

    assert (ended.record.status, ended.output) == ("completed", "done")


UNSTORABLE = {
    "nan": ({"a": [1.0, float("nan")]}, "a[1]", "unstorable"),
    "infinite": ({"rate": float("inf")}, "rate", "unstorable"),
    "bytes": ({"body": b"\x00\xff"}, "body", "unstorable"),
    "object": ([object()], "[0]", "unstorable"),
    "surrogate": ({"name": "\ud800"}, "name", "unstorable"),
    "big": ("x" * (2 * 1024 * 1024), "result", "result_too_large"),
}


@pytest.mark.parametrize("key", sorted(UNSTORABLE))
def test_a_result_that_cannot_be_stored_fails_its_node_and_not_the_worker(house: House, key: str) -> None:
    result, place, type = UNSTORABLE[key]
    house.steering.values[key] = result
    storing = graph([node("a", "test.value", {"key": key}, retry={"max_attempts": 3, **STEADY})])

    ended = house.run(storing)
    after = house.run(graph([value("b", 1)]), "next")

    assert (ended.record.status, ended.error["type"], ended.error["node_id"]) == ("failed", type, "a")
    assert place in ended.error["message"]
    assert after.record.status == "completed"


def test_a_text_with_a_nul_is_stored_as_it_is_or_fails_its_node(house: House) -> None:
    house.steering.values["nul"] = {"text": "a\x00b"}
    storing = graph([node("a", "test.value", {"key": "nul"}), value("b", "{{ nodes.a.output.text }}")], "a -> b")

    ended = house.run(storing)
    after = house.run(graph([value("b", 1)]), "next")

    kept = ended.record.status == "completed" and ended.output == "a\x00b"
    refused = ended.record.status == "failed" and ended.error["type"] == "unstorable" and "text" in ended.error["message"]
    assert kept or refused
    assert after.record.status == "completed"


@pytest.mark.parametrize("mode", ["inline", "thread", "async"])
def test_a_handler_that_exits_fails_its_node_and_not_the_worker(house: House, mode: str) -> None:
    ended = house.run(graph([node("a", f"test.exit.{mode}")]))
    after = house.run(graph([value("b", 1)]), "next")

    assert (ended.record.status, ended.error["type"]) == ("failed", "SystemExit")
    assert "usage: no such option" in ended.error["message"]
    assert after.record.status == "completed"


@pytest.mark.parametrize("error", [KeyboardInterrupt("stop"), GeneratorExit("stop"), BaseExceptionGroup("stop", [SystemExit()])])
def test_what_is_no_ordinary_exception_fails_its_node_too(house: House, error: BaseException) -> None:
    house.steering.values["raises"] = error

    ended = [house.run(graph([node("a", f"test.exit.{mode}")]), mode) for mode in ("inline", "thread", "async")]

    assert [(each.record.status, each.error["type"]) for each in ended] == [("failed", type(error).__name__)] * 3


def test_a_template_that_raises_fails_its_node(house: House) -> None:
    broken = graph([value("a", 1), value("b", "{{ nodes.a.output.missing }}", retry={"max_attempts": 3, **STEADY})], "a -> b")

    ended = house.run(broken)

    assert (ended.record.status, ended.error["type"], ended.error["node_id"]) == ("failed", "expression_error", "b")
    assert ended.nodes["b"].attempts == 1


def test_an_error_edge_after_the_last_attempt_only(house: House) -> None:
    flaky = graph([node("a", "test.flaky", {"fail": 9}, retry={"max_attempts": 2, **STEADY}), node("handler")],
                  edge("a.error -> handler"))  # fmt: skip

    started = house.start(flaky)
    move_on_to_the_next_retry(house, started, attempt=1)
    ended = house.ended(started)

    assert ended.record.status == "completed"
    assert house.steering.attempts("a") == [1, 2]
    assert house.steering.attempts("handler") == [1]

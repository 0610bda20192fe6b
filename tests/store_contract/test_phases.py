"""The duties any worker can do: timers, unread inboxes, deadlines and retries (T13, T14)."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from conftest import START, MovableClock
from store_steps import (
    claim,
    claim_one,
    commit,
    end,
    given_claimed,
    given_ended,
    given_paused,
    given_status,
    given_waiting,
    park,
    schedule,
    send,
    status,
)
from treadle.domain.records import MessageKind
from treadle.ports import Store


def test_a_timer_that_is_due_wakes_its_execution(store: Store, clock: MovableClock) -> None:
    given_waiting(store, wake_at=START + timedelta(seconds=60))
    later = clock.advance(seconds=60)

    woken = store.phases.due_timers()

    execution = store.executions.get("exec-1")
    assert (woken, execution.status, execution.ready_at, execution.wake_at) == (1, "running", later, None)
    assert len(claim(store)) == 1


def test_a_timer_that_is_not_due_does_not(store: Store, clock: MovableClock) -> None:
    given_waiting(store, wake_at=START + timedelta(seconds=60))
    clock.advance(seconds=59.999)

    woken = store.phases.due_timers()

    assert (woken, status(store)) == (0, "waiting")


def test_timers_wake_in_order_and_at_most_the_limit(store: Store, clock: MovableClock) -> None:
    for number in (3, 1, 2):
        given_waiting(store, f"exec-{number}", wake_at=START + timedelta(seconds=number))
    clock.advance(seconds=10)

    woken = store.phases.due_timers(limit=2)

    assert woken == 2
    assert [status(store, f"exec-{number}") for number in (1, 2, 3)] == ["running", "running", "waiting"]


def test_a_paused_execution_has_no_timer(store: Store, clock: MovableClock) -> None:
    given_paused(store)
    clock.advance(seconds=3600)

    woken = store.phases.due_timers()

    assert (woken, status(store)) == (0, "paused")


def test_an_unread_message_wakes_a_waiting_execution(store: Store) -> None:
    given_waiting(store)
    send(store, MessageKind.SIGNAL)

    woken = store.phases.unread_inboxes()

    assert (list(woken), status(store)) == (["exec-1"], "running")
    assert list(store.phases.unread_inboxes()) == []


def test_a_message_that_was_read_before_parking_wakes_nobody(store: Store) -> None:
    held = given_claimed(store)
    send(store, MessageKind.SIGNAL)
    commit(store, park(held, seen=1))

    woken = store.phases.unread_inboxes()

    assert (list(woken), store.executions.get("exec-1").inbox_seen) == ([], 1)


@pytest.mark.parametrize("before", ["running", "paused"])
def test_only_waiting_executions_are_woken_by_messages(store: Store, before: str) -> None:
    given_status(store, before)
    send(store, MessageKind.SIGNAL)

    woken = store.phases.unread_inboxes()

    assert (list(woken), status(store)) == ([], before)


@pytest.mark.parametrize(("before", "then"), [("running", "running"), ("waiting", "waiting"), ("paused", "running")])
def test_a_passed_deadline_becomes_a_message(store: Store, clock: MovableClock, before: str, then: str) -> None:
    given_status(store, before, timeout=60)
    clock.advance(seconds=60)

    passed = store.phases.due_deadlines()

    assert (passed, status(store), store.executions.get("exec-1").deadline_at) == (1, then, None)
    [message] = store.ownership.inbox("exec-1", after=0)
    assert (message.kind, message.message_id) == (MessageKind.DEADLINE, "deadline:1")
    assert store.phases.due_deadlines() == 0


def test_a_deadline_reaches_an_execution_that_is_owned(store: Store, clock: MovableClock) -> None:
    given_claimed(store, timeout=60)
    clock.advance(seconds=61)

    passed = store.phases.due_deadlines()

    execution = store.executions.get("exec-1")
    assert (passed, execution.owner, execution.inbox_seq) == (1, "a", 1)


def test_a_deadline_that_has_not_come_does_nothing(store: Store, clock: MovableClock) -> None:
    given_waiting(store, timeout=60)
    clock.advance(seconds=59)

    passed = store.phases.due_deadlines()

    assert (passed, store.executions.inbox_count("exec-1")) == (0, 0)


@pytest.mark.parametrize("before", ["completed", "failed", "cancelled"])
def test_what_has_ended_has_no_deadline(store: Store, clock: MovableClock, before: str) -> None:
    given_status(store, before, timeout=60)
    clock.advance(seconds=61)

    passed = store.phases.due_deadlines()

    assert (passed, status(store), store.executions.inbox_count("exec-1")) == (0, before, 0)


def test_each_attempt_has_its_own_deadline_message(store: Store, clock: MovableClock) -> None:
    given_waiting(store, timeout=60)
    clock.advance(seconds=61)
    store.phases.due_deadlines()
    store.phases.unread_inboxes()
    held = claim_one(store)
    commit(store, end(held, "failed", seen=1))
    send(store, MessageKind.RETRY, message_id="r-1")
    clock.advance(seconds=61)

    passed = store.phases.due_deadlines()

    assert passed == 1
    assert [each.message_id for each in store.ownership.inbox("exec-1", after=0)] == ["deadline:1", "r-1", "deadline:2"]


def test_a_due_retry_runs_again_as_the_next_attempt(store: Store, clock: MovableClock) -> None:
    given_ended(store, "failed", retry_in=60, timeout=600)
    later = clock.advance(seconds=60)

    retried = store.phases.due_retries()

    execution = store.executions.get("exec-1")
    assert (list(retried), execution.status, execution.attempt, execution.next_retry_at) == (["exec-1"], "running", 2, None)
    assert (execution.ready_at, execution.finished_at) == (later, None)
    assert execution.deadline_at == later + timedelta(seconds=600)
    [message] = store.ownership.inbox("exec-1", after=0)
    assert (message.kind, message.message_id) == (MessageKind.RETRY, "retry:1")
    assert json.loads(message.payload_json) == {"attempt": 2}


def test_a_retry_that_is_not_due_waits(store: Store, clock: MovableClock) -> None:
    given_ended(store, "failed", retry_in=60)
    clock.advance(seconds=59)

    retried = store.phases.due_retries()

    assert (list(retried), status(store)) == ([], "failed")


def test_a_final_failure_is_never_retried_by_itself(store: Store, clock: MovableClock) -> None:
    given_ended(store, "failed")
    clock.advance(seconds=10**6)

    retried = store.phases.due_retries()

    assert (list(retried), status(store)) == ([], "failed")


def test_several_retries_go_in_one_round(store: Store, clock: MovableClock) -> None:
    for number in (2, 1, 3):
        given_ended(store, "failed", f"exec-{number}", retry_in=number)
    clock.advance(seconds=10)

    retried = store.phases.due_retries(limit=2)

    assert list(retried) == ["exec-1", "exec-2"]
    assert [store.executions.get(f"exec-{number}").inbox_seq for number in (1, 2, 3)] == [1, 1, 0]


def test_nothing_is_due_in_an_empty_store(store: Store) -> None:
    due = store.phases.next_due(["default"])

    assert due is None


def test_the_next_due_moment_is_the_earliest_of_all_kinds(store: Store, clock: MovableClock) -> None:
    def next_due() -> float | None:
        due = store.phases.next_due(["default"])
        return None if due is None else (due - START).total_seconds()

    seen = [next_due()]
    given_claimed(store, "exec-0", timeout=400)
    seen.append(next_due())
    given_ended(store, "failed", "exec-1", retry_in=300)
    seen.append(next_due())
    given_waiting(store, "exec-2", wake_at=START + timedelta(seconds=200))
    seen.append(next_due())
    store.schedules.add(schedule(START + timedelta(seconds=100)))
    seen.append(next_due())

    assert seen == [None, 400, 300, 200, 100]

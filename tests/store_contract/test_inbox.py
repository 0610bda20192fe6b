"""Messages: each counted once, in order, and none accepted that nobody will read (T12, T15)."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from conftest import MovableClock
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
    given_worker,
    send,
    status,
)
from treadle.domain.records import MessageKind, MessageOutcome
from treadle.ports import Store

K = MessageKind

PLAIN_KINDS = [K.SIGNAL, K.PAUSE, K.RESUME, K.CANCEL, K.DEADLINE, K.CHILD, K.COMPLETE, K.FAIL]
OPEN_STATUSES = ["running", "waiting", "paused"]
TERMINAL_STATUSES = ["completed", "failed", "cancelled"]


def test_a_message_is_read_as_it_was_sent(store: Store, clock: MovableClock) -> None:
    given_claimed(store)

    reply = send(store, K.SIGNAL, message_id="s-1", name="paid", payload_json='{"amount":12.50}')

    assert (reply.outcome, reply.status, reply.seq) == (MessageOutcome.ACCEPTED, "running", 1)
    [read] = store.ownership.inbox("exec-1", after=0)
    assert (read.execution_id, read.seq, read.kind, read.message_id) == ("exec-1", 1, K.SIGNAL, "s-1")
    assert (read.name, read.payload_json, read.created_at) == ("paid", '{"amount":12.50}', clock.now())


def test_messages_are_numbered_in_the_order_they_came(store: Store) -> None:
    given_claimed(store)

    replies = [send(store, K.SIGNAL, message_id=f"s-{n}") for n in (3, 1, 2)]

    assert [reply.seq for reply in replies] == [1, 2, 3]
    assert [read.message_id for read in store.ownership.inbox("exec-1", after=1)] == ["s-1", "s-2"]
    assert store.executions.inbox_count("exec-1") == 3


def test_the_same_message_counts_once(store: Store) -> None:
    given_claimed(store)
    first = send(store, K.SIGNAL, message_id="s-1")

    second = send(store, K.SIGNAL, message_id="s-1")

    assert (second.outcome, second.seq) == (MessageOutcome.DUPLICATE, first.seq)
    assert store.executions.get("exec-1").inbox_seq == 1


def test_a_repeat_after_the_end_is_answered_as_the_first_time(store: Store) -> None:
    held = given_claimed(store)
    send(store, K.SIGNAL, message_id="s-1")
    commit(store, end(held, seen=1))

    repeat, fresh = send(store, K.SIGNAL, message_id="s-1"), send(store, K.SIGNAL, message_id="s-2")

    assert (repeat.outcome, repeat.seq) == (MessageOutcome.DUPLICATE, 1)
    assert (fresh.outcome, fresh.status) == (MessageOutcome.REFUSED, "completed")


def test_one_message_id_may_serve_several_executions(store: Store) -> None:
    given_claimed(store, "exec-1")
    given_waiting(store, "exec-2")

    replies = [send(store, K.SIGNAL, execution_id, message_id="s-1") for execution_id in ("exec-1", "exec-2")]

    assert [reply.outcome for reply in replies] == [MessageOutcome.ACCEPTED] * 2


def test_a_message_to_nobody_is_not_found(store: Store) -> None:
    reply = send(store, K.CANCEL, "exec-unknown")

    assert (reply.outcome, reply.status, reply.seq) == (MessageOutcome.NOT_FOUND, None, None)


@pytest.mark.parametrize("kind", PLAIN_KINDS)
@pytest.mark.parametrize("before", OPEN_STATUSES)
def test_every_message_reaches_an_open_execution(store: Store, before: str, kind: MessageKind) -> None:
    given_status(store, before)

    reply = send(store, kind)

    wakes = before == "paused" and kind in (K.CANCEL, K.RESUME, K.DEADLINE, K.COMPLETE, K.FAIL)
    assert (reply.outcome, reply.seq) == (MessageOutcome.ACCEPTED, 1)
    assert reply.status == status(store) == ("running" if wakes else before)


@pytest.mark.parametrize("kind", PLAIN_KINDS)
@pytest.mark.parametrize("before", TERMINAL_STATUSES)
def test_no_message_changes_a_terminal_execution(store: Store, before: str, kind: MessageKind) -> None:
    given_status(store, before)
    untouched = store.executions.get("exec-1")

    reply = send(store, kind)

    assert (reply.outcome, reply.status) == (MessageOutcome.REFUSED, before)
    assert store.executions.get("exec-1") == untouched
    assert store.executions.inbox_count("exec-1") == 0


@pytest.mark.parametrize("before", ["running", "waiting", "paused", "completed", "cancelled"])
def test_a_retry_needs_a_failed_execution(store: Store, before: str) -> None:
    given_status(store, before)
    untouched = store.executions.get("exec-1")

    reply = send(store, K.RETRY)

    assert (reply.outcome, reply.status) == (MessageOutcome.REFUSED, before)
    assert store.executions.get("exec-1") == untouched


def test_a_woken_execution_is_ready_at_once_and_in_its_place_of_the_order(store: Store, clock: MovableClock) -> None:
    given_paused(store)
    later = clock.advance(seconds=100)

    send(store, K.RESUME)

    assert store.executions.get("exec-1").ready_at == later
    assert [each.execution_id for each in claim(store)] == ["exec-1"]


def test_a_retry_is_a_new_attempt_with_a_fresh_deadline(store: Store, clock: MovableClock) -> None:
    held = given_claimed(store, timeout=3600)
    commit(store, end(held, "failed", error_json='{"type":"http"}', output_json='"partial"'))
    later = clock.advance(seconds=7200)

    reply = send(store, K.RETRY, payload_json='{"from_node":"fetch"}')

    assert (reply.outcome, reply.status, reply.seq) == (MessageOutcome.ACCEPTED, "running", 1)
    execution = store.executions.get("exec-1")
    assert (execution.attempt, execution.status, execution.ready_at) == (2, "running", later)
    assert (execution.finished_at, execution.output_json, execution.error_json) == (None, None, '{"type":"http"}')
    assert execution.deadline_at == later + timedelta(seconds=3600)
    [message] = store.ownership.inbox("exec-1", after=0)
    assert json.loads(message.payload_json) == {"from_node": "fetch", "attempt": 2}


def test_of_two_retries_one_wins(store: Store) -> None:
    given_ended(store, "failed")

    first, second = send(store, K.RETRY, message_id="r-1"), send(store, K.RETRY, message_id="r-2")

    assert (first.outcome, second.outcome) == (MessageOutcome.ACCEPTED, MessageOutcome.REFUSED)
    assert (second.status, store.executions.get("exec-1").attempt) == ("running", 2)


def test_a_retry_of_a_crash_loop_starts_without_suspicion(store: Store) -> None:
    given_claimed(store)
    for _ in range(3):
        store.workers.evict("a")
        given_worker(store)
        held = claim_one(store, owns_nothing=True)
    commit(store, end(held, "failed"))

    send(store, K.RETRY)

    assert store.executions.get("exec-1").crashes == 0
    assert [each.crashes for each in claim(store)] == [0]


def test_a_retry_by_hand_takes_the_place_of_the_one_to_come(store: Store) -> None:
    given_ended(store, "failed", retry_in=60)

    reply = send(store, K.RETRY)

    execution = store.executions.get("exec-1")
    assert (reply.outcome, execution.next_retry_at, execution.attempt) == (MessageOutcome.ACCEPTED, None, 2)


def test_a_cancel_wakes_a_failed_execution_that_waits_for_its_retry(store: Store) -> None:
    given_ended(store, "failed", retry_in=60)

    reply = send(store, K.CANCEL)

    execution = store.executions.get("exec-1")
    assert (reply.outcome, reply.status) == (MessageOutcome.ACCEPTED, "running")
    assert (execution.status, execution.next_retry_at, execution.attempt) == ("running", None, 1)


def test_a_signal_waits_with_a_failed_execution_for_its_retry(store: Store) -> None:
    given_ended(store, "failed", retry_in=60)

    reply = send(store, K.SIGNAL)

    assert (reply.outcome, reply.status, reply.seq) == (MessageOutcome.ACCEPTED, "failed", 1)
    assert status(store) == "failed"


def test_a_message_does_not_take_an_execution_from_its_owner(store: Store) -> None:
    held = given_claimed(store)

    send(store, K.CANCEL)

    execution = store.executions.get("exec-1")
    assert (execution.status, execution.owner, execution.claim_no) == ("running", "a", held.claim_no)

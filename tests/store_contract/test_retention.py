"""Retention: only what is finished, old, and needed by nobody is deleted (T21)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from conftest import START, MovableClock
from store_steps import (
    NEW_EXECUTION,
    claim_one,
    commit,
    end,
    given_claimed,
    given_ended,
    given_execution,
    given_status,
    given_workflow,
    new_approval,
    row,
    schedule,
    send,
    status,
)
from treadle.domain.errors import NotFoundError
from treadle.domain.records import MessageKind, MessageOutcome
from treadle.ports import Store

LATER = START + timedelta(days=30)


@pytest.mark.parametrize("outcome", ["completed", "failed", "cancelled"])
def test_an_old_execution_goes_with_all_that_belongs_to_it(store: Store, outcome: str) -> None:
    held = given_claimed(store)
    send(store, MessageKind.SIGNAL)
    commit(store, end(held, outcome, seen=1, rows=(row(),)), approvals=(new_approval(),))

    pruned = [store.executions.prune(finished_before=LATER), store.executions.prune(finished_before=LATER)]

    assert pruned == [1, 0]
    assert store.ownership.state("exec-1") is None
    assert (list(store.executions.journal("exec-1")), store.executions.inbox_count("exec-1")) == ([], 0)
    with pytest.raises(NotFoundError):
        store.executions.approval("apr-1")


def test_a_recent_execution_stays(store: Store) -> None:
    given_ended(store)

    pruned = store.executions.prune(finished_before=START)

    assert (pruned, status(store)) == (0, "completed")


@pytest.mark.parametrize("before", ["running", "waiting", "paused"])
def test_an_open_execution_stays_however_old(store: Store, before: str) -> None:
    given_status(store, before)

    pruned = store.executions.prune(finished_before=LATER)

    assert (pruned, status(store)) == (0, before)


def test_a_failure_with_a_retry_to_come_stays(store: Store) -> None:
    given_ended(store, "failed", retry_in=60)

    pruned = store.executions.prune(finished_before=LATER)

    assert (pruned, status(store)) == (0, "failed")


def test_one_that_was_retried_stays(store: Store) -> None:
    given_ended(store, "failed")
    send(store, MessageKind.RETRY)

    pruned = store.executions.prune(finished_before=LATER)

    assert (pruned, status(store)) == (0, "running")


def test_a_child_whose_parent_has_not_been_told_stays(store: Store) -> None:
    held = given_claimed(store, parent_id="exec-0")
    commit(store, end(held, tell_parent=True))

    before = store.executions.prune(finished_before=LATER)
    store.phases.deliver_up()
    after = store.executions.prune(finished_before=LATER)

    assert (before, after) == (0, 1)


def test_a_parent_whose_children_have_not_been_told_stays(store: Store) -> None:
    held = given_claimed(store)
    given_execution(store, "child-1", parent_id="exec-1")
    commit(store, end(held, cancel_children=True))

    before = store.executions.prune(finished_before=LATER)
    store.phases.deliver_down()
    after = store.executions.prune(finished_before=LATER)

    assert (before, after) == (0, 1)


def test_a_child_of_an_open_parent_stays(store: Store) -> None:
    given_claimed(store, "exec-1")
    given_execution(store, "child-1", parent_id="exec-1")
    commit(store, end(claim_one(store)))

    pruned = store.executions.prune(finished_before=LATER)

    assert (pruned, status(store, "child-1")) == (0, "completed")


def test_a_key_lives_for_a_day_at_least(store: Store, clock: MovableClock) -> None:
    given_ended(store, idempotency_key="k", body_hash="h")
    clock.advance(seconds=3600)

    early = store.executions.prune(finished_before=clock.now())
    clock.advance(seconds=24 * 3600)
    late = store.executions.prune(finished_before=clock.now())

    assert (early, late) == (0, 1)
    again = store.executions.start(replace(NEW_EXECUTION, id="exec-2", idempotency_key="k", body_hash="x"))
    assert again.created


def test_the_oldest_go_first_and_at_most_the_limit(store: Store, clock: MovableClock) -> None:
    for number in (2, 1, 3):
        given_ended(store, "completed", f"exec-{number}")
        clock.advance(seconds=1)

    pruned = [store.executions.prune(finished_before=LATER, limit=2) for _ in range(3)]

    assert pruned == [2, 1, 0]


def test_a_signal_to_a_deleted_execution_is_refused_not_lost(store: Store) -> None:
    given_ended(store)

    before = send(store, MessageKind.SIGNAL)
    store.executions.prune(finished_before=LATER)
    after = send(store, MessageKind.SIGNAL)

    assert (before.outcome, after.outcome) == (MessageOutcome.REFUSED, MessageOutcome.NOT_FOUND)


def test_old_fires_go_when_the_schedule_is_past_them(store: Store) -> None:
    given_workflow(store)
    store.schedules.add(schedule(START, overlap="allow"))
    for number in range(2):
        store.schedules.fire(
            store.schedules.get("sch-1"),
            fire_at=START + timedelta(hours=number),
            next_fire_at=START + timedelta(hours=number + 1),
            execution=None,
            outcome="missed",
        )

    store.executions.prune(finished_before=START + timedelta(minutes=30))

    assert [each.fire_at for each in store.schedules.fires("sch-1")] == [START + timedelta(hours=1)]

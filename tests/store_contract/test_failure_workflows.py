"""The outbox of failure workflows: each final failure is followed once, by one execution, or by none."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from conftest import MovableClock
from store_steps import NEW_EXECUTION, commit, end, given_claimed, given_execution, given_workflow, send, status
from treadle.domain.errors import ConcurrencyLimitError, NotFoundError
from treadle.domain.records import MessageKind
from treadle.ports import Store

REPAIR = replace(NEW_EXECUTION, id="exec-repair", workflow="repair", depth=1)


def given_failed(store: Store, execution_id: str = "exec-1", **fields: Any) -> None:
    given_workflow(store, "repair")
    commit(store, end(given_claimed(store, execution_id), "failed", follow_up=True, **fields))


def test_a_failure_is_due_until_it_was_followed(store: Store) -> None:
    given_failed(store)
    due = store.phases.failures_due()

    followed = store.phases.follow_failure("exec-1", attempt=1, execution=REPAIR)

    assert (due, followed, store.phases.failures_due()) == ([("exec-1", 1)], True, [])
    assert (status(store, "exec-repair"), store.executions.get("exec-repair").depth) == ("running", 1)


def test_an_end_that_asks_for_nothing_is_not_due(store: Store) -> None:
    commit(store, end(given_claimed(store), "failed"))

    assert store.phases.failures_due() == []


def test_of_two_workers_one_follows(store: Store) -> None:
    given_failed(store)

    answers = [store.phases.follow_failure("exec-1", attempt=1, execution=replace(REPAIR, id=f"exec-r{n}")) for n in (1, 2)]

    assert answers == [True, False]
    with pytest.raises(NotFoundError):
        store.executions.get("exec-r2")


def test_a_repeat_after_a_lost_reply_starts_nothing(store: Store) -> None:
    given_failed(store)
    store.phases.follow_failure("exec-1", attempt=1, execution=REPAIR)

    assert not store.phases.follow_failure("exec-1", attempt=1, execution=REPAIR)
    assert len(store.executions.list(workflow="repair").items) == 1


def test_what_cannot_be_followed_is_only_noted(store: Store) -> None:
    given_failed(store)

    assert store.phases.follow_failure("exec-1", attempt=1, execution=None)

    assert store.phases.failures_due() == []


def test_a_retry_takes_the_failure_back(store: Store) -> None:
    given_failed(store)
    send(store, MessageKind.RETRY)

    followed = store.phases.follow_failure("exec-1", attempt=1, execution=REPAIR)

    assert (followed, store.phases.failures_due()) == (False, [])
    with pytest.raises(NotFoundError):
        store.executions.get("exec-repair")


def test_a_refusal_by_a_limit_notes_nothing(store: Store) -> None:
    given_failed(store)
    slot: dict[str, Any] = {"slot_key": "repair\x1f", "slot_limit": 1, "on_limit": "skip"}
    given_execution(store, "exec-0", workflow="repair", **slot)

    with pytest.raises(ConcurrencyLimitError):
        store.phases.follow_failure("exec-1", attempt=1, execution=replace(REPAIR, **slot))

    assert store.phases.failures_due() == [("exec-1", 1)]


def test_a_failure_that_is_due_outlives_retention(store: Store, clock: MovableClock) -> None:
    given_failed(store)
    clock.advance(seconds=7200)

    assert store.executions.prune(finished_before=clock.now()) == 0

    store.phases.follow_failure("exec-1", attempt=1, execution=None)
    assert store.executions.prune(finished_before=clock.now()) == 1

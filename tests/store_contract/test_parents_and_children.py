"""Deliveries between executions: up when a child has ended, down when a parent has (T16, T17)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conftest import MovableClock
from store_steps import claim_one, commit, end, given_claimed, given_execution, given_worker, park, send, status
from treadle.domain.records import Claim, MessageKind
from treadle.ports import Store


def given_child(store: Store, child_id: str = "child-1", **fields: Any) -> str:
    return given_execution(store, child_id, parent_id="exec-1", parent_activity="/sub#1@1", queue="children", **fields)


def claimed_child(store: Store, child_id: str = "child-1", **fields: Any) -> Claim:
    given_child(store, child_id, **fields)
    return claim_one(store, queues=("children",))


def given_waiting_parent(store: Store) -> None:
    commit(store, park(given_claimed(store)))


def test_a_parent_is_told_of_a_child_that_ended(store: Store) -> None:
    given_waiting_parent(store)
    child = claimed_child(store)
    commit(store, end(child, output_json='{"total":3}', tell_parent=True))

    told = store.phases.deliver_up()

    [message] = store.ownership.inbox("exec-1", after=0)
    assert (told, message.kind, message.message_id, message.name) == (1, MessageKind.CHILD, "child:child-1:1", "child-1")
    assert json.loads(message.payload_json) == {
        "execution_id": "child-1", "status": "completed", "output": {"total": 3}, "error": None,
    }  # fmt: skip
    assert list(store.phases.unread_inboxes()) == ["exec-1"]


def test_a_parent_is_told_once(store: Store) -> None:
    given_waiting_parent(store)
    commit(store, end(claimed_child(store), "failed", error_json='{"type":"http"}', tell_parent=True))

    told = [store.phases.deliver_up(), store.phases.deliver_up()]

    assert told == [1, 0]
    [message] = store.ownership.inbox("exec-1", after=0)
    assert json.loads(message.payload_json)["error"] == {"type": "http"}


def test_children_are_told_in_batches_without_a_gap(store: Store) -> None:
    given_waiting_parent(store)
    send(store, MessageKind.SIGNAL)
    for number in range(5):
        commit(store, end(claimed_child(store, f"child-{number}"), tell_parent=True))

    told = [store.phases.deliver_up(limit=3), store.phases.deliver_up(limit=3)]

    assert told == [3, 2]
    assert [each.seq for each in store.ownership.inbox("exec-1", after=0)] == [1, 2, 3, 4, 5, 6]
    assert store.executions.get("exec-1").inbox_seq == 6


def test_a_child_that_nobody_asked_to_tell_tells_nobody(store: Store) -> None:
    given_waiting_parent(store)
    commit(store, end(claimed_child(store), "failed", retry_in=60))

    told = store.phases.deliver_up()

    assert (told, store.executions.inbox_count("exec-1")) == (0, 0)


@pytest.mark.parametrize("outcome", ["completed", "failed", "cancelled"])
def test_a_parent_that_has_ended_is_told_nothing(store: Store, outcome: str) -> None:
    parent = given_claimed(store)
    child = claimed_child(store)
    commit(store, end(parent, outcome), end(child, tell_parent=True))

    told = [store.phases.deliver_up(), store.phases.deliver_up()]

    assert told == [1, 0]
    assert (status(store), store.executions.inbox_count("exec-1")) == (outcome, 0)


def test_a_parent_that_waits_for_its_retry_is_told(store: Store) -> None:
    parent = given_claimed(store)
    child = claimed_child(store)
    commit(store, end(parent, "failed", retry_in=60), end(child, tell_parent=True))

    store.phases.deliver_up()

    assert store.executions.inbox_count("exec-1") == 1


def test_a_child_of_an_unknown_parent_only_loses_its_flag(store: Store) -> None:
    given_worker(store)
    commit(store, end(claimed_child(store), tell_parent=True))

    told = [store.phases.deliver_up(), store.phases.deliver_up()]

    assert told == [1, 0]


def test_a_retried_child_tells_its_parent_again(store: Store) -> None:
    given_waiting_parent(store)
    commit(store, end(claimed_child(store), "failed", tell_parent=True))
    store.phases.deliver_up()
    send(store, MessageKind.RETRY, "child-1")
    again = claim_one(store, queues=("children",))
    commit(store, end(again, seen=1, tell_parent=True))

    store.phases.deliver_up()

    told = [each.message_id for each in store.ownership.inbox("exec-1", after=0)]
    assert told == ["child:child-1:1", "child:child-1:2"]


def test_a_child_that_is_retried_before_its_parent_was_told_waits_with_its_news(store: Store) -> None:
    given_waiting_parent(store)
    commit(store, end(claimed_child(store), "failed", tell_parent=True))
    send(store, MessageKind.RETRY, "child-1")

    told = store.phases.deliver_up()

    assert (told, store.executions.inbox_count("exec-1")) == (0, 0)


def test_the_children_of_an_ended_parent_are_cancelled(store: Store) -> None:
    parent = given_claimed(store)
    given_child(store, "child-1")
    given_child(store, "child-2")
    commit(store, end(parent, "cancelled", cancel_children=True))

    told = [store.phases.deliver_down(), store.phases.deliver_down()]

    assert told == [2, 0]
    for child_id in ("child-1", "child-2"):
        [message] = store.ownership.inbox(child_id, after=0)
        assert (message.kind, message.message_id) == (MessageKind.CANCEL, "parent")


def test_children_are_cancelled_in_batches(store: Store) -> None:
    parent = given_claimed(store)
    for number in range(5):
        given_child(store, f"child-{number}")
    commit(store, end(parent, cancel_children=True))

    told = [store.phases.deliver_down(limit=2) for _ in range(4)]

    assert told == [2, 2, 1, 0]


def test_abandoned_and_ended_children_are_left_alone(store: Store) -> None:
    parent = given_claimed(store)
    commit(store, end(claimed_child(store, "child-0")))
    given_child(store, "child-1", on_parent_end="abandon")
    commit(store, end(parent, cancel_children=True))

    told = store.phases.deliver_down()

    assert told == 0
    assert [store.executions.inbox_count(child_id) for child_id in ("child-0", "child-1")] == [0, 0]


def test_children_of_a_parent_that_does_not_cancel_them_go_on(store: Store) -> None:
    parent = given_claimed(store)
    given_child(store)
    commit(store, end(parent, cancel_children=False))

    told = store.phases.deliver_down()

    assert (told, store.executions.inbox_count("child-1")) == (0, 0)


def test_a_child_that_waits_for_its_retry_is_woken_to_be_cancelled(store: Store, clock: MovableClock) -> None:
    parent = given_claimed(store)
    commit(store, end(claimed_child(store), "failed", retry_in=60))
    commit(store, end(parent, cancel_children=True))

    told = store.phases.deliver_down()

    child = store.executions.get("child-1")
    assert (told, child.status, child.next_retry_at) == (1, "running", None)


def test_a_retried_parent_keeps_the_children_that_were_not_cancelled_yet(store: Store) -> None:
    parent = given_claimed(store)
    given_child(store)
    commit(store, end(parent, "failed", cancel_children=True))
    send(store, MessageKind.RETRY)

    told = store.phases.deliver_down()

    assert (told, store.executions.inbox_count("child-1")) == (0, 0)

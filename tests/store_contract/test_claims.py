"""Claims: what a worker is given, in which order, and what it is not (T5, T7, T10)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conftest import START, MovableClock
from store_steps import (
    claim,
    claim_one,
    commit,
    given_claimed,
    given_execution,
    given_status,
    given_worker,
    park,
    row,
    send,
)
from treadle.domain.records import MessageKind
from treadle.ports import Store


def given_crashes(store: Store, clock: MovableClock, crashes: int, execution_id: str = "exec-1") -> None:
    """The only runnable execution, after so many workers died with it."""
    given_execution(store, execution_id)
    for number in range(crashes):
        given_worker(store, f"victim-{number}")
        claim_one(store, f"victim-{number}", owns_nothing=True)
        store.workers.evict(f"victim-{number}")


def test_a_claim_takes_ownership_under_a_new_number(store: Store) -> None:
    given_worker(store)
    given_execution(store)

    reply = store.ownership.claim("a", queues=["default"], limit=10)

    assert [(each.execution_id, each.claim_no, each.inbox_seq, each.crashes) for each in reply.claims] == [("exec-1", 1, 0, 0)]
    assert (reply.fenced, reply.now) == (False, START)
    execution = store.executions.get("exec-1")
    assert (execution.owner, execution.claim_no, execution.started_at) == ("a", 1, START)


def test_an_execution_has_one_owner(store: Store) -> None:
    given_claimed(store, owner="a")
    given_worker(store, "b")

    second = claim(store, "b")

    assert second == []


def test_the_start_time_is_that_of_the_first_claim(store: Store, clock: MovableClock) -> None:
    held = given_claimed(store)
    store.ownership.release("a", [(held.execution_id, held.claim_no)])
    clock.advance(seconds=10)

    claim_one(store)

    assert store.executions.get("exec-1").started_at == START


def test_a_claim_by_someone_without_a_lease_takes_nothing(store: Store) -> None:
    given_execution(store)

    reply = store.ownership.claim("nobody", queues=["default"], limit=10)

    assert (reply.fenced, reply.claims, reply.now) == (True, (), START)
    assert store.executions.get("exec-1").owner is None


@pytest.mark.parametrize("status", ["waiting", "paused", "completed", "failed", "cancelled"])
def test_only_running_executions_are_claimed(store: Store, status: str) -> None:
    given_status(store, status)

    claims = claim(store)

    assert claims == []


def test_the_longest_ready_is_first(store: Store, clock: MovableClock) -> None:
    given_worker(store)
    for execution_id in ("exec-3", "exec-1", "exec-2"):
        given_execution(store, execution_id)
        clock.advance(seconds=1)

    claims = claim(store, limit=2)

    assert [each.execution_id for each in claims] == ["exec-3", "exec-1"]


def test_each_level_of_priority_is_a_head_start_of_a_minute(store: Store, clock: MovableClock) -> None:
    given_worker(store)
    given_execution(store, "normal-old")
    clock.advance(seconds=59)
    given_execution(store, "high", priority=1)
    given_execution(store, "low", priority=-1)
    clock.advance(seconds=2)
    given_execution(store, "high-late", priority=1)

    claims = claim(store)

    assert [each.execution_id for each in claims] == ["high", "normal-old", "high-late", "low"]


def test_the_order_holds_over_several_queues(store: Store, clock: MovableClock) -> None:
    given_worker(store)
    for number, queue in enumerate(["gpu", "default", "gpu", "other", "default"]):
        given_execution(store, f"exec-{number}", queue=queue)
        clock.advance(seconds=1)

    claims = claim(store, queues=("default", "gpu"), limit=3)

    assert [each.execution_id for each in claims] == ["exec-0", "exec-1", "exec-2"]
    assert [each.execution_id for each in claim(store, queues=("other",))] == ["exec-3"]


def test_a_claim_without_queues_takes_nothing(store: Store) -> None:
    given_worker(store)
    given_execution(store)

    claims = claim(store, queues=())

    assert claims == []


def test_a_claim_may_start_after_the_last_key(store: Store, clock: MovableClock) -> None:
    given_worker(store)
    given_execution(store, "exec-1")
    first = store.ownership.claim("a", queues=["default"], limit=1)
    assert first.last_key is not None
    clock.advance(seconds=1)
    given_execution(store, "exec-2")
    given_execution(store, "exec-0", priority=2)

    after = claim(store, after_key=first.last_key)

    assert [each.execution_id for each in after] == ["exec-2"]
    assert [each.execution_id for each in claim(store)] == ["exec-0"]


def test_a_suspect_is_left_alone_by_a_worker_that_owns_something(store: Store, clock: MovableClock) -> None:
    given_crashes(store, clock, 2)
    clock.advance(seconds=1)
    given_execution(store, "exec-2")
    given_worker(store)

    claims = claim(store)

    assert [each.execution_id for each in claims] == ["exec-2"]


def test_a_suspect_that_is_first_is_given_alone(store: Store, clock: MovableClock) -> None:
    given_crashes(store, clock, 2)
    clock.advance(seconds=1)
    given_execution(store, "exec-2")
    given_worker(store)

    claims = claim(store, owns_nothing=True)

    assert [(each.execution_id, each.crashes) for each in claims] == [("exec-1", 2)]


def test_a_suspect_that_is_not_first_is_not_mixed_with_others(store: Store, clock: MovableClock) -> None:
    given_worker(store)
    given_crashes(store, clock, 2)
    given_execution(store, "urgent", priority=1)
    clock.advance(seconds=1)
    given_execution(store, "later")

    claims = claim(store, owns_nothing=True)

    assert [each.execution_id for each in claims] == ["urgent", "later"]


def test_one_crash_makes_no_suspect(store: Store, clock: MovableClock) -> None:
    given_crashes(store, clock, 1)
    given_execution(store, "exec-2")
    given_worker(store)

    claims = claim(store)

    assert sorted(each.execution_id for each in claims) == ["exec-1", "exec-2"]


def test_progress_ends_the_suspicion(store: Store, clock: MovableClock) -> None:
    given_crashes(store, clock, 2)
    given_worker(store)
    held = claim_one(store, owns_nothing=True)

    commit(store, rows=[row()], progressed=(("exec-1", held.claim_no),))

    assert store.executions.get("exec-1").crashes == 0


def test_progress_under_an_earlier_claim_ends_nothing(store: Store, clock: MovableClock) -> None:
    given_crashes(store, clock, 2)
    given_worker(store)
    held = claim_one(store, owns_nothing=True)

    commit(store, rows=[row()], progressed=(("exec-1", held.claim_no - 1),))

    assert store.executions.get("exec-1").crashes == 2


def test_a_claim_whose_reply_was_lost_is_found_again(store: Store) -> None:
    given_worker(store)
    given_execution(store)
    lost = claim_one(store)

    owned = store.ownership.owned("a")

    assert owned == [lost]


def test_what_is_owned_comes_with_the_present_inbox(store: Store) -> None:
    held = given_claimed(store)
    send(store, MessageKind.SIGNAL)

    owned = store.ownership.owned("a")

    assert owned == [replace(held, inbox_seq=1)]


def test_a_worker_that_owns_nothing_owns_nothing(store: Store) -> None:
    given_worker(store)

    owned = store.ownership.owned("a")

    assert owned == []


def test_release_gives_back_only_the_claims_it_names(store: Store, clock: MovableClock) -> None:
    first = given_claimed(store, "exec-1")
    given_execution(store, "exec-2")
    second = claim_one(store)
    clock.advance(seconds=3)

    released = store.ownership.release("a", [(first.execution_id, first.claim_no), (second.execution_id, second.claim_no + 1)])

    assert released == 1
    execution = store.executions.get("exec-1")
    assert (execution.owner, execution.crashes, execution.ready_at) == (None, 0, clock.now())
    assert store.executions.get("exec-2").owner == "a"


def test_release_by_someone_else_changes_nothing(store: Store) -> None:
    held = given_claimed(store, owner="a")
    given_worker(store, "b")

    released = store.ownership.release("b", [(held.execution_id, held.claim_no)])

    assert released == 0
    assert store.executions.get("exec-1").owner == "a"


def test_a_released_execution_is_claimed_again_under_the_next_number(store: Store) -> None:
    held = given_claimed(store)
    store.ownership.release("a", [(held.execution_id, held.claim_no)])

    again = claim_one(store)

    assert again.claim_no == held.claim_no + 1


def test_a_parked_execution_cannot_be_released(store: Store) -> None:
    held = given_claimed(store)
    commit(store, park(held))

    released = store.ownership.release("a", [(held.execution_id, held.claim_no)])

    assert released == 0
    assert store.executions.get("exec-1").status == "waiting"

"""Leases: who may work, and what becomes of the work of one that may not (T1-T4, T11)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from conftest import START, MovableClock
from store_steps import (
    NEW_WORKER,
    claim,
    claim_one,
    commit,
    given_claimed,
    given_execution,
    given_worker,
    park,
    row,
    seqs,
    status,
)
from treadle.ports import Store


def test_a_registered_worker_is_listed_with_what_it_told(store: Store) -> None:
    store.workers.register(NEW_WORKER, lease=30)

    [listed] = store.workers.list()

    assert (listed.id, listed.host, listed.pid) == ("a", "host-1", 42)
    assert (listed.queues, listed.node_types) == (("default",), ("noop",))
    assert (listed.started_at, listed.beat_at, listed.lease_until) == (START, START, START + timedelta(seconds=30))
    assert (listed.concurrency, listed.draining, listed.executions) == (10, False, 0)


def test_registering_answers_the_database_time_and_can_be_repeated(store: Store, clock: MovableClock) -> None:
    given_worker(store)
    later = clock.advance(seconds=5)

    answered = store.workers.register(NEW_WORKER, lease=30)

    assert answered.now == later
    assert [each.lease_until for each in store.workers.list()] == [later + timedelta(seconds=30)]


def test_a_beat_renews_the_lease(store: Store, clock: MovableClock) -> None:
    given_worker(store)
    later = clock.advance(seconds=20)

    answered = store.workers.beat("a", lease=30)

    assert answered == later
    clock.advance(seconds=29)
    assert store.workers.reap() == []


def test_a_beat_says_how_many_threads_are_at_work_for_nobody(store: Store) -> None:
    given_worker(store)

    store.workers.beat("a", lease=30, abandoned=3)

    assert [each.abandoned_threads for each in store.workers.list()] == [3]


def test_a_beat_of_a_reaped_worker_says_that_the_lease_is_lost(store: Store, clock: MovableClock) -> None:
    given_worker(store)
    clock.advance(seconds=31)
    store.workers.reap()

    answered = store.workers.beat("a", lease=30)

    assert answered is None
    assert store.workers.list() == []


def test_reaping_gives_back_what_a_dead_worker_owned_and_counts_a_crash(store: Store, clock: MovableClock) -> None:
    held = given_claimed(store)
    later = clock.advance(seconds=31)

    reaped = store.workers.reap()

    assert reaped == [("a", 1)]
    execution = store.executions.get(held.execution_id)
    assert (execution.owner, execution.crashes, execution.claim_no, execution.ready_at) == (None, 1, 1, later)


def test_a_worker_with_a_good_lease_is_not_reaped(store: Store, clock: MovableClock) -> None:
    given_claimed(store)
    clock.advance(seconds=30)

    reaped = store.workers.reap()

    assert reaped == []
    assert store.executions.get("exec-1").owner == "a"


def test_reaping_takes_the_longest_dead_first_and_at_most_the_limit(store: Store, clock: MovableClock) -> None:
    given_worker(store, "first")
    clock.advance(seconds=1)
    given_worker(store, "second")
    clock.advance(seconds=60)

    reaped = store.workers.reap(limit=1)

    assert reaped == [("first", 0)]
    assert [each.id for each in store.workers.list()] == ["second"]


def test_eviction_reaps_whatever_the_lease_says(store: Store) -> None:
    given_claimed(store)

    given_back = store.workers.evict("a")

    assert given_back == 1
    assert store.executions.get("exec-1").crashes == 1
    assert store.workers.evict("a") is None


def test_a_worker_that_lost_its_lease_changes_nothing(store: Store, clock: MovableClock) -> None:
    held = given_claimed(store)
    clock.advance(seconds=31)
    store.workers.reap()

    replies = [
        commit(store, rows=[row()]).fenced,
        commit(store, park(held)).fenced,
        store.ownership.claim("a", queues=["default"], limit=1).fenced,
        store.ownership.release("a", [("exec-1", 1)]) is None,
        store.ownership.owned("a") is None,
    ]

    assert replies == [True] * 5
    assert (seqs(store), status(store), store.executions.get("exec-1").owner) == ([], "running", None)


def test_a_new_incarnation_takes_over_from_the_reaped_one(store: Store, clock: MovableClock) -> None:
    given_claimed(store)
    clock.advance(seconds=31)
    store.workers.reap()
    given_worker(store, "b")

    taken = claim_one(store, "b")

    assert (taken.execution_id, taken.claim_no, taken.crashes) == ("exec-1", 2, 1)


def test_leaving_gives_back_without_counting_a_crash(store: Store) -> None:
    given_claimed(store)

    store.workers.leave("a")
    store.workers.leave("a")

    execution = store.executions.get("exec-1")
    assert (execution.owner, execution.crashes) == (None, 0)
    assert store.workers.list() == []


def test_a_draining_worker_is_given_nothing_more(store: Store) -> None:
    given_worker(store)
    given_execution(store)

    known, unknown = store.workers.drain("a"), store.workers.drain("nobody")

    assert (known, unknown) == (True, False)
    assert claim(store) == []
    assert [each.draining for each in store.workers.list()] == [True]


def test_the_list_counts_what_each_worker_owns(store: Store) -> None:
    given_worker(store, "b")
    given_claimed(store, "exec-1", owner="a")

    listed = store.workers.list()

    assert [(each.id, each.executions) for each in listed] == [("a", 1), ("b", 0)]


def test_there_are_no_orphans_to_sweep(store: Store) -> None:
    given_claimed(store)

    swept = store.workers.sweep_orphans()

    assert swept == 0
    assert store.executions.get("exec-1").owner == "a"


@pytest.mark.parametrize("lease", [30, 0.5])
def test_a_lease_may_be_a_fraction_of_a_second(store: Store, clock: MovableClock, lease: float) -> None:
    given_worker(store, lease=lease)

    clock.advance(seconds=lease + 0.001)

    assert store.workers.reap() == [("a", 0)]

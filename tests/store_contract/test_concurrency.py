"""Concurrency limits: never more than the limit holds a key, whoever waits is admitted oldest first (T18, T19)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from threading import Barrier, Thread
from typing import Any

import pytest

from conftest import START, MovableClock
from store_steps import (
    NEW_EXECUTION,
    claim,
    claim_one,
    commit,
    end,
    given_claimed,
    given_worker,
    given_workflow,
    park,
    pause,
    schedule,
    send,
    status,
)
from treadle.domain.errors import ConcurrencyLimitError, IdempotencyError
from treadle.domain.records import Claim, MessageKind, MessageOutcome, NewExecution, StartReply
from treadle.ports import Store
from treadle.store import open_store

K = MessageKind
KEY = "orders\x1fann"


@pytest.fixture(autouse=True)
def workflow_and_worker(store: Store) -> None:
    given_workflow(store)
    given_worker(store)


@pytest.fixture
def stores(store_url: str, clock: MovableClock) -> Iterator[list[Store]]:
    """As many processes have it: each with connections of its own."""
    opened = [open_store(store_url, clock=clock) for _ in range(4)]
    yield opened
    for each in opened:
        each.close()


def limited(execution_id: str, *, limit: int = 1, on_limit: str = "wait", **fields: Any) -> NewExecution:
    return replace(NEW_EXECUTION, **{"id": execution_id, "slot_key": KEY, "slot_limit": limit, "on_limit": on_limit, **fields})


def start(store: Store, *ids: str, **fields: Any) -> list[str]:
    """Start them one after the other; what each is answered."""
    return [store.executions.start(limited(each, **fields)).status.value for each in ids]


def admit(store: Store) -> list[str]:
    return sorted(store.limits.admit().ids)


def finish(store: Store, execution_id: str, *, seen: int = 0, how: str = "completed", **fields: Any) -> None:
    """Claim all that is runnable and end this one."""
    claim(store)
    owned = {held.execution_id: held for held in store.ownership.owned("a") or ()}
    commit(store, end(owned[execution_id], how, seen=seen, **fields))


def test_what_exceeds_the_limit_waits(store: Store) -> None:
    answers = start(store, "exec-1", "exec-2", "exec-3", limit=2)

    assert answers == ["running", "running", "waiting"]
    assert status(store, "exec-3") == "waiting"
    assert [held.execution_id for held in claim(store)] == ["exec-1", "exec-2"]


def test_keys_do_not_share_their_slots(store: Store) -> None:
    start(store, "exec-1")

    answers = start(store, "exec-2", slot_key="orders\x1fbob")

    assert answers == ["running"]


def test_a_slot_is_held_while_its_execution_is_parked_or_paused(store: Store) -> None:
    start(store, "exec-1", "exec-2", limit=2)
    start(store, "exec-3", limit=2)
    first, second = claim(store)
    commit(store, park(first, wake_at=None), pause(second))

    assert admit(store) == []
    assert status(store, "exec-3") == "waiting"


@pytest.mark.parametrize("how", ["completed", "failed", "cancelled"])
def test_an_end_frees_the_slot_for_the_one_that_waits_longest(store: Store, clock: MovableClock, how: str) -> None:
    start(store, "exec-1")
    for execution_id in ("exec-3", "exec-2"):
        clock.advance(seconds=1)
        start(store, execution_id)
    finish(store, "exec-1", how=how)

    admitted = admit(store)

    assert (admitted, admit(store)) == (["exec-3"], [])
    assert (status(store, "exec-3"), status(store, "exec-2")) == ("running", "waiting")


def test_a_crash_neither_frees_nor_doubles_a_slot(store: Store) -> None:
    start(store, "exec-1", "exec-2")
    claim_one(store)

    store.workers.evict("a")

    assert admit(store) == []
    given_worker(store, "b")
    assert [held.execution_id for held in claim(store, "b")] == ["exec-1"]


def test_a_new_start_does_not_pass_one_that_waits(store: Store, clock: MovableClock) -> None:
    start(store, "exec-1", "exec-2")
    finish(store, "exec-1")
    clock.advance(seconds=1)

    answers = start(store, "exec-3")

    assert answers == ["waiting"]
    assert status(store, "exec-2") == "running"


def test_signals_timers_and_pauses_do_not_pass_the_line(store: Store, clock: MovableClock) -> None:
    start(store, "exec-1", "exec-2")

    replies = [send(store, kind, "exec-2", f"m-{kind}") for kind in (K.SIGNAL, K.PAUSE, K.RESUME, K.CHILD)]

    clock.advance(seconds=60)
    assert {(reply.outcome, reply.status) for reply in replies} == {(MessageOutcome.ACCEPTED, "waiting")}
    assert (store.phases.unread_inboxes(), store.phases.due_timers(), admit(store)) == ([], 0, [])
    assert status(store, "exec-2") == "waiting"
    finish(store, "exec-1")
    assert admit(store) == ["exec-2"]
    assert len(store.ownership.inbox("exec-2", after=0)) == 4


@pytest.mark.parametrize("kind", [K.CANCEL, K.COMPLETE, K.FAIL])
def test_what_ends_a_waiting_one_gives_it_to_an_owner_without_a_slot(store: Store, kind: MessageKind) -> None:
    start(store, "exec-1", "exec-2", "exec-3")

    reply = send(store, kind, "exec-2")

    assert (reply.status, status(store, "exec-2")) == ("running", "running")
    finish(store, "exec-2", seen=1, how="cancelled")
    assert admit(store) == []
    assert status(store, "exec-3") == "waiting"


def test_a_deadline_ends_a_waiting_one_too(store: Store, clock: MovableClock) -> None:
    start(store, "exec-1")
    start(store, "exec-2", timeout=5.0)
    clock.advance(seconds=6)

    told = store.phases.due_deadlines()

    assert (told, status(store, "exec-2")) == (1, "running")


@pytest.mark.parametrize("by_hand", [True, False])
def test_a_retry_goes_to_the_end_of_the_line(store: Store, clock: MovableClock, by_hand: bool) -> None:
    start(store, "exec-1", "exec-2")
    finish(store, "exec-1", how="failed", retry_in=None if by_hand else 5.0)
    clock.advance(seconds=6)

    if by_hand:
        assert send(store, K.RETRY, "exec-1").status == "waiting"
    else:
        assert store.phases.due_retries() == ["exec-1"]

    assert (status(store, "exec-1"), admit(store)) == ("waiting", ["exec-2"])
    finish(store, "exec-2")
    assert admit(store) == ["exec-1"]
    assert [held.execution_id for held in claim(store)] == ["exec-1"]


def test_a_retry_to_come_holds_no_slot(store: Store) -> None:
    start(store, "exec-1", "exec-2")

    finish(store, "exec-1", how="failed", retry_in=60.0)

    assert admit(store) == ["exec-2"]


def test_a_cancel_of_a_retry_to_come_takes_no_slot(store: Store) -> None:
    start(store, "exec-1", "exec-2")
    finish(store, "exec-1", how="failed", retry_in=60.0)

    send(store, K.CANCEL, "exec-1")

    assert (status(store, "exec-1"), admit(store)) == ("running", ["exec-2"])


# The policies


def test_skip_refuses_with_the_names_of_the_holders(store: Store) -> None:
    start(store, "exec-1", on_limit="skip")

    with pytest.raises(ConcurrencyLimitError, match=r"1 of 1 executions open for key 'ann', held by exec-1") as refused:
        start(store, "exec-2", on_limit="skip")

    assert (refused.value.holders, refused.value.state) == (("exec-1",), "concurrency")
    assert store.executions.list().items[0].id == "exec-1"


def test_a_repeat_of_a_start_is_answered_as_the_first_time_and_not_refused(store: Store) -> None:
    first = limited("exec-1", on_limit="skip", idempotency_key="k", body_hash="h")
    store.executions.start(first)

    again = store.executions.start(first)
    other = store.executions.start(replace(first, id="exec-2"))

    assert (again, other) == (StartReply("exec-1", created=True), StartReply("exec-1", created=False))
    with pytest.raises(IdempotencyError):
        store.executions.start(replace(first, id="exec-3", body_hash="other"))


def test_skip_starts_again_once_the_slot_is_free(store: Store) -> None:
    start(store, "exec-1", on_limit="skip")
    finish(store, "exec-1")

    assert start(store, "exec-2", on_limit="skip") == ["running"]


def test_cancel_oldest_cancels_one_and_waits_for_its_end(store: Store) -> None:
    start(store, "exec-1", on_limit="cancel_oldest")

    answers = start(store, "exec-2", on_limit="cancel_oldest")

    assert (answers, admit(store)) == (["waiting"], [])
    [message] = store.ownership.inbox("exec-1", after=0)
    assert (message.kind, message.payload_json) == (K.CANCEL, '{"reason":"superseded by exec-2"}')
    finish(store, "exec-1", seen=1, how="cancelled")
    assert admit(store) == ["exec-2"]


def test_of_two_newcomers_the_second_cancels_the_first(store: Store, clock: MovableClock) -> None:
    for execution_id in ("exec-1", "exec-2", "exec-3"):
        start(store, execution_id, on_limit="cancel_oldest")
        clock.advance(seconds=1)

    cancelled = [e for e in ("exec-1", "exec-2", "exec-3") if store.executions.inbox_count(e)]

    assert cancelled == ["exec-1", "exec-2"]
    finish(store, "exec-2", seen=1, how="cancelled")
    assert admit(store) == []
    finish(store, "exec-1", seen=1, how="cancelled")
    assert admit(store) == ["exec-3"]


def test_the_limit_of_the_newest_version_counts(store: Store) -> None:
    start(store, "exec-1", "exec-2", "exec-3", "exec-4")
    store.workflows.save("orders", '{"nodes":[],"edges":[]}', "")

    start(store, "exec-5", limit=3, version=2)

    assert [status(store, f"exec-{n}") for n in range(1, 6)] == ["running"] * 3 + ["waiting"] * 2
    assert start(store, "exec-6", limit=9) == ["waiting"]


def test_who_holds_a_key_is_told(store: Store) -> None:
    start(store, *(f"exec-{n}" for n in range(1, 9)), limit=6)

    use = store.limits.slot_use(KEY)

    assert (use.held, use.limit, use.holders) == (6, 6, tuple(f"exec-{n}" for n in range(1, 6)))
    record = store.executions.get("exec-8")
    assert (record.held_back, record.slot_key, record.slot_limit) == (True, KEY, 6)


# Children and fires


def test_children_with_a_key_wait_in_line(store: Store) -> None:
    held = given_claimed(store, "exec-parent")
    children = tuple(limited(f"exec-c{n}", parent_id="exec-parent", parent_activity="/call#1@1") for n in (1, 2))

    commit(store, rows=(), children=children)

    assert (status(store, "exec-c1"), status(store, "exec-c2")) == ("waiting", "waiting")
    assert (admit(store), admit(store)) == (["exec-c1"], [])
    commit(store, end(held, cancel_children=True))
    assert store.phases.deliver_down() == 2
    assert status(store, "exec-c2") == "running"


def test_a_child_of_a_newer_version_brings_its_limit(store: Store) -> None:
    given_claimed(store, "exec-parent")
    start(store, "exec-1")
    store.workflows.save("orders", '{"nodes":[],"edges":[]}', "")

    commit(store, children=(limited("exec-c1", limit=2, version=2, parent_id="exec-parent", parent_activity="x"),))

    assert admit(store) == ["exec-c1"]


def test_a_fire_beyond_the_limit_is_skipped_or_waits(store: Store) -> None:
    start(store, "exec-1")
    for schedule_id, on_limit in (("sch-1", "skip"), ("sch-2", "wait")):
        store.schedules.add(schedule(START, id=schedule_id, overlap="allow"))
        seen = store.schedules.get(schedule_id)
        fired = limited(f"exec-{schedule_id}", on_limit=on_limit, schedule_id=schedule_id)
        store.schedules.fire(seen, fire_at=START, next_fire_at=None, execution=fired)

    [skipped], [fired_one] = store.schedules.fires("sch-1"), store.schedules.fires("sch-2")

    assert (skipped.outcome, skipped.reason, skipped.execution_id) == ("skipped", "concurrency", None)
    assert (fired_one.outcome, fired_one.execution_id) == ("fired", "exec-sch-2")
    assert status(store, "exec-sch-2") == "waiting"


# Many keys, many processes


def test_keys_are_looked_at_in_pages(store: Store) -> None:
    for n in range(5):
        start(store, f"exec-a{n}", f"exec-b{n}", slot_key=f"orders\x1f{n}")
    for n in range(5):
        finish(store, f"exec-a{n}")

    first = store.limits.admit(limit=3)
    second = store.limits.admit(after=first.next_key or "", limit=3)

    assert (first.ids, first.next_key) == (("exec-b0", "exec-b1", "exec-b2"), "orders\x1f2")
    assert (second.ids, second.next_key) == (("exec-b3", "exec-b4"), None)


def at_once(*works: Any) -> None:
    """Do all of it in threads that begin together."""
    barrier, failed = Barrier(len(works)), []

    def run(work: Any) -> None:
        barrier.wait(60)
        try:
            work()
        except BaseException as error:  # handed to the test's own thread
            failed.append(error)

    threads = [Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []


def test_starts_of_several_processes_never_exceed_the_limit(store: Store, stores: list[Store]) -> None:
    def starting(index: int, own: Store) -> None:
        for n in range(6):
            own.executions.start(limited(f"exec-{index}-{n}", limit=3))

    at_once(*(lambda i=i, own=own: starting(i, own) for i, own in enumerate(stores)))

    found = store.executions.list(limit=100).items
    assert (len(found), sum(each.status == "running" for each in found)) == (24, 3)


def test_admissions_of_several_processes_never_exceed_the_limit(store: Store, stores: list[Store]) -> None:
    start(store, *(f"exec-{n:02}" for n in range(12)), limit=2)

    def ended() -> set[str]:
        return {each.id for each in store.executions.list(status="completed", limit=100).items}

    while len(ended()) < 12:
        running = [each.id for each in store.executions.list(status="running", limit=100).items]
        assert 0 < len(running) <= 2
        for execution_id in running:
            finish(store, execution_id)
        at_once(*(own.limits.admit for own in stores))


def test_an_admission_races_with_a_start(store: Store, stores: list[Store]) -> None:
    for n in range(10):
        key = f"orders\x1f{n}"
        start(store, f"exec-a{n}", f"exec-b{n}", slot_key=key)
        finish(store, f"exec-a{n}")
        starting = limited(f"exec-c{n}", slot_key=key)

        at_once(stores[0].limits.admit, lambda starting=starting: stores[1].executions.start(starting))

        assert store.limits.slot_use(key).held == 1


def test_a_held_claim_is_of_an_admitted_execution(store: Store) -> None:
    start(store, "exec-1", "exec-2")

    assert claim(store) == [Claim("exec-1", 1, 0, 0)]

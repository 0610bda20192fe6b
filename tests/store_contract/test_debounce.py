"""Debounce: starts of one key shortly after each other become one execution, with the last input, that begins once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest

from conftest import START, MovableClock
from store_steps import NEW_EXECUTION, claim, given_worker, given_workflow, schedule, send, status
from treadle.domain.records import MessageKind, NewExecution, StartReply
from treadle.domain.states import ExecutionStatus
from treadle.ports import Store
from treadle.store import open_store

K = MessageKind
KEY = "orders\x1fdebounce\x1fann"


@pytest.fixture(autouse=True)
def workflow_and_worker(store: Store) -> None:
    given_workflow(store)
    given_worker(store)


def debounced(execution_id: str, **fields: Any) -> NewExecution:
    usual = {"id": execution_id, "debounce_key": KEY, "debounce_wait": 10.0, "input_json": f'"{execution_id}"'}
    return replace(NEW_EXECUTION, **{**usual, **fields})


def start(store: Store, execution_id: str, **fields: Any) -> StartReply:
    return store.executions.start(debounced(execution_id, **fields))


def test_the_first_start_is_put_off(store: Store) -> None:
    reply = start(store, "exec-1")

    assert reply == StartReply("exec-1", created=True, status=ExecutionStatus.WAITING)
    assert (status(store), claim(store)) == ("waiting", [])


def test_starts_become_one_with_the_last_input(store: Store, clock: MovableClock) -> None:
    start(store, "exec-1")
    clock.advance(seconds=9)

    second = start(store, "exec-2")

    assert second == StartReply("exec-1", created=False, status=ExecutionStatus.WAITING)
    record = store.executions.get("exec-1")
    assert (record.input_json, record.wake_at) == ('"exec-2"', START + timedelta(seconds=19))
    assert len(store.executions.list().items) == 1


def test_it_begins_a_while_after_the_last_start(store: Store, clock: MovableClock) -> None:
    start(store, "exec-1")
    clock.advance(seconds=9)
    start(store, "exec-2")
    clock.advance(seconds=9)
    assert store.phases.due_timers() == 0

    clock.advance(seconds=1)

    assert store.phases.due_timers() == 1
    assert [held.execution_id for held in claim(store)] == ["exec-1"]


def test_it_is_put_off_no_longer_than_the_most(store: Store, clock: MovableClock) -> None:
    for n in range(4):
        start(store, f"exec-{n}", debounce_max=25.0)
        clock.advance(seconds=8)

    assert store.executions.get("exec-0").wake_at == START + timedelta(seconds=25)
    clock.advance(seconds=1)
    assert start(store, "exec-9", debounce_max=25.0).created


@pytest.mark.parametrize("woken", [True, False])
def test_a_start_never_joins_one_whose_time_has_come(store: Store, clock: MovableClock, woken: bool) -> None:
    start(store, "exec-1")
    clock.advance(seconds=10)
    if woken:
        store.phases.due_timers()

    second = start(store, "exec-2")

    assert (second.id, second.created) == ("exec-2", True)
    assert store.executions.get("exec-1").input_json == '"exec-1"'


def test_a_cancelled_one_is_not_joined(store: Store) -> None:
    start(store, "exec-1")
    assert send(store, K.CANCEL).status == "running"

    assert start(store, "exec-2").created


def test_signals_do_not_begin_it_early(store: Store) -> None:
    start(store, "exec-1")

    send(store, K.SIGNAL)

    assert (store.phases.unread_inboxes(), status(store)) == ([], "waiting")


def test_keys_are_debounced_apart(store: Store) -> None:
    start(store, "exec-1")

    assert start(store, "exec-2", debounce_key=KEY + "!").created


def test_a_repeat_of_the_first_start_is_answered_as_the_first_time(store: Store, clock: MovableClock) -> None:
    first = start(store, "exec-1", idempotency_key="k", body_hash="h")
    clock.advance(seconds=5)

    again = start(store, "exec-1", idempotency_key="k", body_hash="h")
    by_key = start(store, "exec-2", idempotency_key="k", body_hash="h")

    assert (again, by_key.id, by_key.created) == (first, "exec-1", False)
    assert store.executions.get("exec-1").wake_at == START + timedelta(seconds=10)


def test_the_last_start_brings_its_version_and_limit_of_time(store: Store, clock: MovableClock) -> None:
    start(store, "exec-1")
    store.workflows.save("orders", '{"nodes":[],"edges":[]}', "")

    start(store, "exec-2", version=2, timeout=60.0, priority=1)

    record = store.executions.get("exec-1")
    assert (record.version, record.priority, record.deadline_at) == (2, 1, START + timedelta(seconds=70))


def test_with_a_concurrency_limit_it_goes_on_to_wait_for_a_slot(store: Store, clock: MovableClock) -> None:
    slot: dict[str, Any] = {"slot_key": "orders\x1f", "slot_limit": 1}
    store.executions.start(replace(NEW_EXECUTION, id="exec-0", **slot))
    start(store, "exec-1", **slot)
    assert store.limits.admit().ids == ()
    clock.advance(seconds=10)

    woken = store.phases.due_timers()

    assert (woken, status(store, "exec-1"), store.limits.admit().ids) == (1, "waiting", ())
    assert store.executions.get("exec-1").wake_at is None


def test_a_fire_joins_what_is_debounced(store: Store) -> None:
    start(store, "exec-1")
    store.schedules.add(schedule(START, overlap="allow"))

    store.schedules.fire(
        store.schedules.get("sch-1"), fire_at=START, next_fire_at=None, execution=debounced("exec-2", schedule_id="sch-1")
    )

    [fire] = store.schedules.fires("sch-1")
    assert (fire.outcome, fire.reason, fire.execution_id) == ("fired", "debounced", "exec-1")


@pytest.fixture
def stores(store_url: str, clock: MovableClock) -> Iterator[list[Store]]:
    opened = [open_store(store_url, clock=clock) for _ in range(4)]
    yield opened
    for each in opened:
        each.close()


def test_starts_of_several_processes_become_one(store: Store, stores: list[Store]) -> None:
    barrier, ids = Barrier(len(stores)), list[str]()

    def starting(index: int, own: Store) -> None:
        barrier.wait(60)
        ids.extend(start(own, f"exec-{index}-{n}").id for n in range(5))

    threads = [Thread(target=starting, args=pair) for pair in enumerate(stores)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert (len(ids), len(set(ids))) == (20, 1)
    assert len(store.executions.list().items) == 1

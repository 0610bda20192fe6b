"""What live streams ask of a store: heads, rows without what is large, and whether a list has changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from conftest import MovableClock
from store_steps import (
    claim,
    commit,
    end,
    given_claimed,
    given_execution,
    given_worker,
    given_workflow,
    new_approval,
    park,
    row,
    schedule,
    send,
)
from treadle.domain.approvals import Vote
from treadle.domain.records import MessageKind
from treadle.ports import Store
from treadle.ports_live import Head, Topic

LARGE = f'"{"x" * 3000}"'
KEPT_ASIDE = f'"{"x" * 100_000}"'


def test_a_head_changes_with_the_journal_and_with_the_status(store: Store) -> None:
    held = given_claimed(store)

    def head() -> Head:
        return store.live.heads(["exec-1"])["exec-1"]

    claimed = head()
    commit(store, rows=[row(seq=1), row(seq=2)])
    written = head()
    send(store, MessageKind.SIGNAL)
    told = head()
    commit(store, park(held, seen=1))
    parked = head()

    assert (claimed.seq, written.seq, parked.seq) == (0, 2, 2)
    assert claimed.rest == written.rest != parked.rest
    assert told == written


def test_heads_are_of_those_that_exist(store: Store) -> None:
    given_execution(store, "exec-1")
    given_execution(store, "exec-2")

    heads = store.live.heads(["exec-2", "exec-unknown", "exec-1"])

    assert set(heads) == {"exec-1", "exec-2"}
    assert store.live.heads([]) == {}


def test_rows_come_without_what_is_large(store: Store) -> None:
    given_claimed(store)
    commit(store, rows=[
        row(seq=1), row(seq=2, output_json=LARGE), row(seq=3, output_json=KEPT_ASIDE), row(seq=4, detail_json=LARGE),
        row(seq=5, output_json=None, detail_json='{"a":1}'),
    ])  # fmt: skip

    found = store.live.rows("exec-1", after=0, limit=10)
    whole = store.executions.journal("exec-1")

    assert [each.large for each in found] == [False, True, True, True, False]
    assert [each.row.output_json for each in found] == ['{"n":1}', None, None, '{"n":1}', None]
    assert [each.row.detail_json for each in found] == [None, None, None, None, '{"a":1}']
    assert [each.row._replace(output_json=None, detail_json=None) for each in found] == [
        each._replace(output_json=None, detail_json=None) for each in whole
    ]
    assert [each.row.seq for each in store.live.rows("exec-1", after=2, limit=2)] == [3, 4]


def started(store: Store, clock: MovableClock) -> None:
    given_execution(store, "exec-2")


def parked(store: Store, clock: MovableClock) -> None:
    [held] = claim(store)
    commit(store, park(held))


def ended(store: Store, clock: MovableClock) -> None:
    [held] = claim(store)
    commit(store, end(held))


def asked(store: Store, clock: MovableClock) -> None:
    claim(store)
    commit(store, approvals=[new_approval("apr-2")])


def decided(store: Store, clock: MovableClock) -> None:
    store.approvals.decide("apr-1", Vote("approved", by="ann"))


def delegated(store: Store, clock: MovableClock) -> None:
    store.approvals.delegate("apr-1", by="ann", to="bob")


def scheduled(store: Store, clock: MovableClock) -> None:
    store.schedules.add(schedule(clock.now(), id="sch-2"))


def rescheduled(store: Store, clock: MovableClock) -> None:
    store.schedules.update(replace(schedule(clock.now()), paused=True))


def unscheduled(store: Store, clock: MovableClock) -> None:
    store.schedules.delete("sch-1")


def hired(store: Store, clock: MovableClock) -> None:
    given_worker(store, "b")


def draining(store: Store, clock: MovableClock) -> None:
    store.workers.drain("a")


def died(store: Store, clock: MovableClock) -> None:
    clock.advance(60)


def saved(store: Store, clock: MovableClock) -> None:
    store.workflows.save("orders", '{"nodes":[],"edges":[]}', None)


def deleted(store: Store, clock: MovableClock) -> None:
    store.workflows.delete("spare")


@pytest.mark.parametrize(
    ("topic", "happens"),
    [
        (Topic.EXECUTIONS, started), (Topic.EXECUTIONS, parked), (Topic.EXECUTIONS, ended), (Topic.APPROVALS, asked),
        (Topic.APPROVALS, decided), (Topic.APPROVALS, delegated), (Topic.SCHEDULES, scheduled), (Topic.SCHEDULES, rescheduled),
        (Topic.SCHEDULES, unscheduled), (Topic.WORKERS, hired), (Topic.WORKERS, draining), (Topic.WORKERS, died),
        (Topic.WORKFLOWS, saved), (Topic.WORKFLOWS, deleted),
    ],
)  # fmt: skip
def test_what_changes_in_a_list_is_noticed(
    store: Store, clock: MovableClock, topic: Topic, happens: Callable[[Store, MovableClock], None]
) -> None:
    held = given_claimed(store)
    commit(store, approvals=[new_approval()])
    store.ownership.release("a", [(held.execution_id, held.claim_no)])
    given_workflow(store, "spare")
    store.schedules.add(schedule(clock.now()))
    before, still = store.live.topic(topic), store.live.topic(topic)

    clock.advance(1)
    happens(store, clock)

    assert before == still
    assert store.live.topic(topic) != before


def test_whoever_waits_for_writes_is_told_of_each_and_of_no_reads(store: Store) -> None:
    told: list[int] = []
    leave = store.live.on_write(lambda: told.append(len(told)))

    given_claimed(store)
    writes = len(told)
    commit(store, rows=[row()])
    after_commit = len(told)
    store.executions.list()
    store.live.heads(["exec-1"])
    after_reads = len(told)
    leave()
    commit(store, rows=[row(seq=2)])

    assert writes > 0
    assert after_commit == after_reads == len(told) == writes + 1

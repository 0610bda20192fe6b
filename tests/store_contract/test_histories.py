"""A failover to another history of the database: leases from before it are worth nothing, whatever they say."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from conftest import MovableClock
from store_steps import NEW_WORKER, commit, given_claimed, given_worker, park, row, seqs
from treadle.ports import Store
from treadle.store import open_store


@pytest.fixture
def store(postgres_url: str, clock: MovableClock) -> Iterator[Store]:
    opened = open_store(postgres_url, clock=clock)
    yield opened
    opened.close()


def given_registered_on(url: str, history: str) -> None:
    """As if all workers had been registered before the standby was promoted."""
    with psycopg.connect(url) as connection:
        connection.execute("UPDATE worker SET history = %s", [history])


def test_a_registration_says_which_history_it_is(store: Store, postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        expected = connection.execute(
            "SELECT system_identifier || '/' || timeline_id FROM pg_control_system(), pg_control_checkpoint()"
        ).fetchone()

    answer = store.workers.register(NEW_WORKER, lease=30)

    assert (answer.history,) == expected
    assert [each.outlived for each in store.workers.list()] == [False]


def test_a_worker_of_another_history_changes_nothing(store: Store, postgres_url: str) -> None:
    held = given_claimed(store)
    given_registered_on(postgres_url, "7/1")

    replies = [
        commit(store, rows=[row()]).fenced,
        commit(store, park(held)).fenced,
        store.ownership.claim("a", queues=["default"], limit=1).fenced,
        store.ownership.release("a", [("exec-1", 1)]) is None,
        store.ownership.owned("a") is None,
        store.workers.beat("a", lease=30) is None,
    ]

    assert replies == [True] * 6
    assert (seqs(store), store.executions.get("exec-1").owner) == ([], "a")


def test_its_work_is_given_back_before_its_lease_is_over_and_no_crash_is_counted(store: Store, postgres_url: str) -> None:
    given_claimed(store)
    given_registered_on(postgres_url, "7/1")
    given_worker(store, "b")

    outlived = [each.id for each in store.workers.list() if each.outlived]
    given_back = [store.workers.disown(each) for each in ("a", "b", "a")]

    assert (outlived, given_back) == (["a"], [1, None, None])
    execution = store.executions.get("exec-1")
    assert (execution.owner, execution.crashes) == (None, 0)
    assert [each.id for each in store.workers.list()] == ["b"]


def test_workers_of_the_release_before_have_no_history_and_are_left_alone(store: Store, postgres_url: str) -> None:
    given_claimed(store)
    given_registered_on(postgres_url, "")

    assert [each.outlived for each in store.workers.list()] == [False]
    assert store.workers.disown("a") is None

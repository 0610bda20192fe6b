"""What only PostgreSQL does: sessions, locks that do not wait, broken connections, refused content."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Thread
from typing import Any

import psycopg
import pytest

from conftest import START, MovableClock
from store_steps import commit, given_claimed, given_execution, given_worker, row, send, seqs
from treadle.domain.errors import DataRejectedError, SchemaError, StoreUnavailableError
from treadle.domain.records import MessageKind, MessageOutcome
from treadle.ports import Store
from treadle.store import open_store
from treadle.store.postgres import PostgresDatabase


@pytest.fixture
def postgres(postgres_url: str, clock: MovableClock) -> Iterator[Store]:
    store = open_store(postgres_url, clock=clock)
    yield store
    store.close()


@pytest.fixture
def admin(postgres_url: str) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    with psycopg.connect(f"{postgres_url}?application_name=admin", autocommit=True) as connection:
        yield connection


def terminate_all(admin: psycopg.Connection[tuple[object, ...]]) -> int:
    """Cut every connection of the store; how many."""
    query = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'treadle'"
    return len(admin.execute(query).fetchall())


def test_each_session_has_the_time_limits_that_the_protocol_needs(postgres_url: str) -> None:
    database = PostgresDatabase(postgres_url, clock=None, pool_size=1)

    with database.reading() as session:
        shown = {name: session.show(name) for name in ("TimeZone", "lock_timeout", "statement_timeout", "application_name",
                                                       "idle_in_transaction_session_timeout", "enable_seqscan")}  # fmt: skip

    assert shown == {
        "TimeZone": "UTC", "lock_timeout": "5s", "statement_timeout": "30s", "application_name": "treadle",
        "idle_in_transaction_session_timeout": "15s", "enable_seqscan": "off",
    }  # fmt: skip
    database.close()


def test_a_session_s_time_zone_changes_nothing(postgres_url: str, clock: MovableClock) -> None:
    store = open_store(f"{postgres_url}?options=-c%20timezone%3DAsia/Kathmandu", clock=clock)
    given_claimed(store)
    commit(store, rows=[row(started_at=START, finished_at=clock.advance(seconds=0.000001))])

    execution, [written] = store.executions.get("exec-1"), store.executions.journal("exec-1")

    assert execution.created_at.isoformat() == START.isoformat()
    assert (written.started_at, written.finished_at) == (START, clock.now())
    store.close()


def test_a_cut_connection_is_unavailable_once_and_then_replaced(
    postgres: Store, admin: psycopg.Connection[tuple[object, ...]]
) -> None:
    threads = [Thread(target=postgres.now) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert terminate_all(admin) >= 1

    with pytest.raises(StoreUnavailableError):
        postgres.now()

    assert [postgres.now() for _ in range(5)] == [START] * 5


def test_a_commit_cut_in_flight_may_be_sent_again(postgres: Store, admin: psycopg.Connection[tuple[object, ...]]) -> None:
    given_claimed(postgres)
    terminate_all(admin)

    with pytest.raises(StoreUnavailableError):
        commit(postgres, rows=[row()])
    commit(postgres, rows=[row()])

    assert seqs(postgres) == [1]


def test_a_lock_that_is_held_too_long_is_unavailable_and_changes_nothing(postgres_url: str) -> None:
    store = open_store(f"{postgres_url}?options=-c%20lock_timeout%3D50ms", pool_size=1)
    given_claimed(store)

    with psycopg.connect(postgres_url) as holder:
        holder.execute("SELECT 1 FROM execution FOR UPDATE")
        with pytest.raises(StoreUnavailableError):
            send(store, MessageKind.CANCEL)

    assert send(store, MessageKind.CANCEL).outcome is MessageOutcome.ACCEPTED
    store.close()


def test_claims_and_phases_do_not_wait_for_a_locked_execution(
    postgres: Store, postgres_url: str, clock: MovableClock
) -> None:
    given_worker(postgres)
    given_execution(postgres, "exec-1")
    given_execution(postgres, "exec-2")

    with psycopg.connect(postgres_url) as holder:
        holder.execute("SELECT 1 FROM execution WHERE id = 'exec-1' FOR UPDATE")
        claims = postgres.ownership.claim("a", queues=["default"], limit=2).claims

    assert [each.execution_id for each in claims] == ["exec-2"]


def test_a_reaper_that_must_wait_for_one_worker_reaps_the_others(postgres_url: str, clock: MovableClock) -> None:
    store = open_store(f"{postgres_url}?options=-c%20lock_timeout%3D50ms", clock=clock)
    given_worker(store, "stopped")
    given_worker(store, "dead")
    clock.advance(seconds=31)

    with psycopg.connect(postgres_url) as holder:
        holder.execute("SELECT 1 FROM worker WHERE id = 'stopped' FOR KEY SHARE")
        others = store.workers.reap()
        with pytest.raises(StoreUnavailableError):
            store.workers.reap()

    assert (others, store.workers.reap()) == ([("dead", 0)], [("stopped", 0)])
    store.close()


def test_a_text_with_the_separator_is_refused_before_it_is_sent(postgres: Store) -> None:
    given_claimed(postgres)

    with pytest.raises(DataRejectedError):
        commit(postgres, rows=[row(port="a\x1fb"), row(seq=2)])

    assert seqs(postgres) == []


@pytest.mark.parametrize("fields", [{"output_json": '"\x00"'}, {"kind": None}, {"visit": 2**63}])
def test_content_that_the_database_refuses_is_told_from_an_outage(postgres: Store, fields: dict[str, Any]) -> None:
    given_claimed(postgres)

    with pytest.raises(DataRejectedError):
        commit(postgres, rows=[row(**fields)])

    assert seqs(postgres) == []


def test_a_foreign_schema_is_told_from_an_outage(postgres: Store, admin: psycopg.Connection[tuple[object, ...]]) -> None:
    admin.execute("ALTER TABLE execution RENAME COLUMN queue TO lane")

    with pytest.raises(SchemaError):
        postgres.executions.list()


def test_a_worker_that_owns_something_cannot_be_deleted_around_the_protocol(
    postgres: Store, admin: psycopg.Connection[tuple[object, ...]]
) -> None:
    given_claimed(postgres)

    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        admin.execute("DELETE FROM worker")

    assert postgres.executions.get("exec-1").owner == "a"


def test_a_pool_of_one_serves_every_verb(postgres_url: str, clock: MovableClock) -> None:
    store = open_store(postgres_url, clock=clock, pool_size=1)
    given_claimed(store, timeout=1)
    send(store, MessageKind.SIGNAL)
    clock.advance(seconds=60)

    store.phases.due_deadlines()
    store.phases.deliver_up()
    store.phases.deliver_down()
    reaped = store.workers.reap()

    assert reaped == [("a", 1)]
    store.close()


def test_threads_share_the_pool(postgres_url: str, clock: MovableClock) -> None:
    store = open_store(postgres_url, clock=clock, pool_size=2)
    given_claimed(store)
    outcomes: list[MessageOutcome] = []

    def talk(number: int) -> None:
        outcomes.extend(send(store, MessageKind.SIGNAL, message_id=f"s-{number}-{n}").outcome for n in range(10))

    threads = [Thread(target=talk, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert outcomes == [MessageOutcome.ACCEPTED] * 60
    assert [each.seq for each in store.ownership.inbox("exec-1", after=0)] == list(range(1, 61))
    store.close()

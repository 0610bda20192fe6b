"""The store through a real PgBouncer in transaction mode: found out by itself, nothing prepared, settings brought along."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from pooler_server import pgbouncer
from treadle.domain.errors import StoreError
from treadle.store import open_store, pooler
from treadle.store.postgres import PostgresDatabase
from treadle.store.wakeups import PostgresWakeup


@pytest.fixture(params=[False, True], ids=["refuses options", "drops options"])
def pooled_url(request: pytest.FixtureRequest, empty_postgres_url: str) -> Iterator[str]:
    with pgbouncer(empty_postgres_url, ignores_options=request.param) as url:
        yield url


def setting(database: PostgresDatabase, name: str) -> str:
    with database.writing() as session:
        return session.show(name)


def test_a_pooler_is_found_out(empty_postgres_url: str, pooled_url: str) -> None:
    given = {"direct": empty_postgres_url, "pooled": pooled_url}

    found = {}
    for name, url in given.items():
        connection, found[name] = pooler.connect(psycopg.conninfo.conninfo_to_dict(url))
        connection.close()

    assert found == {"direct": False, "pooled": True}


def test_the_schema_is_made_and_the_store_works_on_it(pooled_url: str) -> None:
    store = open_store(pooled_url)

    store.migrate()
    for _ in range(20):  # more often than the driver takes to prepare a statement
        store.check()
        store.workers.list()
        store.executions.counts()

    assert store.describe()["kind"] == "PostgreSQL"
    store.close()


def test_a_transaction_brings_its_time_limits_along_and_leaves_none_behind(empty_postgres_url: str, pooled_url: str) -> None:
    database = PostgresDatabase(pooled_url, clock=None, pool_size=2)

    within = {name: setting(database, name) for name in ("idle_in_transaction_session_timeout", "lock_timeout", "jit")}
    with database.reading() as session:
        after = session.show("lock_timeout")

    assert within == {"idle_in_transaction_session_timeout": "15s", "lock_timeout": "5s", "jit": "off"}
    assert after == "0"
    database.close()


def test_options_that_would_be_lost_are_refused(pooled_url: str) -> None:
    store = open_store(f"{pooled_url}?options=-c%20search_path%3Dmine")

    with pytest.raises(StoreError, match="ALTER ROLE"):
        store.check()
    store.close()


def test_it_says_that_wake_ups_cannot_be_heard_and_sends_them_all_the_same(empty_postgres_url: str, pooled_url: str) -> None:
    said, heard = threading.Event(), threading.Event()
    deaf, listening = PostgresWakeup(pooled_url), PostgresWakeup(empty_postgres_url)
    with noticing(said):
        deaf.subscribe(lambda: None)
        listening.subscribe(heard.set)

        for _ in range(600):
            deaf.notify()
            if said.wait(0.05) and heard.wait(0.05):
                break

    assert said.is_set()
    assert heard.is_set()
    for each in (deaf, listening):
        each.close()


@contextmanager
def noticing(event: threading.Event) -> Iterator[None]:
    class Noticing(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if getattr(record, "event", "") == "wakeups_pooled":
                event.set()

    logger, handler = logging.getLogger("treadle.store"), Noticing()
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)

"""Opening a store: URLs, migrations, and a database that does not fit this release."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest

from conftest import START, MovableClock
from store_steps import GRAPH
from treadle.domain.errors import DataRejectedError, SchemaError, StoreError, StoreUnavailableError
from treadle.ports import Store
from treadle.store import migrations, open_store
from treadle.store.database import Database
from treadle.store.postgres import PostgresDatabase
from treadle.store.sqlite import SqliteDatabase
from treadle.store.statements import schema_files

MIGRATIONS = [
    "0001_initial", "0002_limits", "0003_payloads", "0004_approvals", "0005_schedules", "0006_moves", "0007_heartbeats",
    "0010_editing", "0011_lists", "0012_observation", "0014_access", "0015_webhooks", "0016_history",
]  # fmt: skip


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest) -> str:
    """A database without a schema, of each kind."""
    url: str = request.getfixturevalue({"sqlite": "empty_sqlite_url", "postgres": "empty_postgres_url"}[request.param])
    return url


def test_migrating_applies_each_migration_once(empty_url: str) -> None:
    store = open_store(empty_url)

    first, second = store.migrate(), store.migrate()

    assert (list(first), list(second)) == (MIGRATIONS, [])
    store.check()
    store.close()


def test_a_database_without_a_schema_is_refused_with_the_remedy(empty_url: str) -> None:
    store = open_store(empty_url)

    with pytest.raises(SchemaError, match="run `treadle db migrate`"):
        store.check()

    with pytest.raises(SchemaError, match="run `treadle db migrate`"):
        store.executions.counts()
    store.close()


def test_a_database_that_is_ahead_is_refused(store_url: str) -> None:
    store = open_store(store_url)
    store.migrate()
    database = (
        PostgresDatabase(store_url, clock=None, pool_size=1)
        if store_url.startswith("postgres")
        else SqliteDatabase(store_url, path=store_url.removeprefix("sqlite:///"), clock=None, pool_size=1)
    )
    with database.writing() as session:
        session.run("record_migration", version=9999, name="9999_later")

    with pytest.raises(SchemaError, match=r"ahead of this release \(9999_later\)"):
        store.check()

    with pytest.raises(SchemaError, match="ahead"):
        store.migrate()
    database.close()
    store.close()


def test_a_database_that_is_behind_is_refused(store_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(store_url)
    store.migrate()
    monkeypatch.setattr(migrations, "schema_files", lambda _: {**dict.fromkeys(MIGRATIONS, ""), "9998_later": ""})

    with pytest.raises(SchemaError, match=r"behind this release \(9998_later\)"):
        store.check()

    store.close()


def test_processes_that_start_together_migrate_once(empty_url: str) -> None:
    stores = [open_store(empty_url) for _ in range(4)]
    applied: list[list[str]] = []
    threads = [Thread(target=lambda store=store: applied.append(list(store.migrate()))) for store in stores]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(applied) == [[], [], [], MIGRATIONS]
    for store in stores:
        store.close()


def test_a_failed_migration_leaves_nothing_behind(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(empty_url)
    broken = {"0001_first": "CREATE TABLE t (a bigint)", "0002_bad": "CREATE x"}
    monkeypatch.setattr(migrations, "schema_files", lambda _: broken)

    with pytest.raises(StoreError):
        store.migrate()

    monkeypatch.undo()
    assert list(store.migrate()) == MIGRATIONS
    store.close()


def test_the_store_tells_about_itself(store: Store, store_url: str) -> None:
    facts = store.describe()

    assert (facts["schema"], store.url) == (MIGRATIONS[-1], store_url)
    assert facts["kind"] == ("SQLite" if store.single_writer else "PostgreSQL")
    assert facts["location"]
    assert {"journal_mode", "synchronous"} <= facts.keys() or {"fsync", "synchronous_commit"} <= facts.keys()


def test_the_clock_of_a_test_is_the_clock_of_the_database(store: Store, clock: MovableClock) -> None:
    before = store.now()

    clock.advance(seconds=0.000001)

    assert (before, store.now()) == (START, clock.now())


def test_without_a_clock_time_is_the_database_s_own(store_url: str) -> None:
    store = open_store(store_url)

    first, second = store.now(), store.now()

    assert first.tzinfo is not None
    assert first <= second
    store.close()


def test_a_closed_store_says_so(store: Store) -> None:
    store.close()

    with pytest.raises(StoreUnavailableError, match="closed"):
        store.now()

    with pytest.raises(StoreUnavailableError, match="closed"):
        store.workers.sweep_orphans()


@pytest.mark.parametrize("url", ["mysql://x/y", "treadle.db", "sqlite://", "sqlite:///", "sqlite://file.db", ""])
def test_a_url_that_names_no_database_is_refused(url: str) -> None:
    with pytest.raises(StoreError):
        open_store(url)


def test_a_relative_path_is_relative_to_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    store = open_store("sqlite:///here.db")

    store.migrate()

    assert (tmp_path / "here.db").exists()
    store.close()


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/nowhere/treadle.db")

    with pytest.raises(StoreUnavailableError, match="there is no folder"):
        store.migrate()


def test_no_server_is_unavailable_and_the_password_is_not_told() -> None:
    store = open_store("postgresql://user:secret@127.0.0.1:1/db?connect_timeout=1")

    with pytest.raises(StoreUnavailableError) as error:
        store.now()

    assert "127.0.0.1:1/db" in str(error.value)
    assert "secret" not in str(error.value)


def test_a_store_in_memory_is_a_whole_store(clock: MovableClock) -> None:
    store = open_store("sqlite://:memory:", clock=clock)

    store.migrate()

    store.check()
    assert store.now() == START
    store.close()


def test_messages_of_an_older_schema_are_kept(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    known = schema_files
    old = open_store(empty_url)
    monkeypatch.setattr(migrations, "schema_files", lambda dialect: {"0001_initial": known(dialect)["0001_initial"]})
    old.migrate()
    put = "INSERT INTO inbox VALUES ('exec-1', 1, 'signal', 'm-1', 'paid', '{}', treadle_now())"
    with database_of(old).writing() as session:
        session.script(put)
    monkeypatch.undo()

    applied = old.migrate()

    [kept] = old.ownership.inbox("exec-1", after=0)
    assert (list(applied), kept.name, kept.message_id) == (MIGRATIONS[1:], "paid", "m-1")
    with pytest.raises(DataRejectedError), database_of(old).writing() as session:
        session.script(put)
    old.close()


def test_schedules_of_an_older_schema_go_on(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    known, older = schema_files, [name for name in MIGRATIONS if name < "0005_schedules"]
    old = open_store(empty_url)
    monkeypatch.setattr(migrations, "schema_files", lambda dialect: {name: known(dialect)[name] for name in older})
    old.migrate()
    put = f"""
        INSERT INTO workflow (name, description, latest, created_at, updated_at)
        VALUES ('orders', '', 1, treadle_now(), treadle_now());
        INSERT INTO workflow_version (workflow, version, graph_json, created_at) VALUES ('orders', 1, '{GRAPH}', treadle_now());
        INSERT INTO schedule (id, workflow, interval_s, timezone, dst, input_json, priority, overlap, catch_up, paused, next_fire_at,
                              row_version, created_at)
        VALUES ('sch-1', 'orders', 90.5, 'UTC', 'debian', '{{}}', 0, 'skip', 'all', FALSE, treadle_now(), 3, treadle_now());
        INSERT INTO schedule_fire VALUES ('sch-1', treadle_now(), 'missed', 'late', NULL, treadle_now())
    """
    with database_of(old).writing() as session:
        session.script(put)
    monkeypatch.undo()

    old.migrate()

    [due] = old.schedules.due()[1]
    [fire] = old.schedules.fires("sch-1")
    assert old.workflows.save("orders", GRAPH, None).created is False
    assert (due.interval, due.overlap, due.catch_up, due.row_version, due.status) == (90.5, "skip", "all", 3, "active")
    assert (due.at, due.jitter, due.end_at, fire.outcome, fire.reason) == ((), 0.0, None, "missed", "late")
    assert old.schedules.update(replace(due, overlap="queue_one", paused=True))
    old.close()


def database_of(store: Store) -> Database:
    found: Database = store._database  # type: ignore[attr-defined]
    return found

"""Retention, and copies of the database, while everything else goes on."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import apsw
import psycopg
import pytest

from command import HELLO, Treadle, running_worker
from conftest import START, MovableClock, database_url
from engine_house import graph, node, open_house, until
from postgres_server import binaries
from store_steps import GRAPH, NEW_EXECUTION, claim_one, commit, end, given_execution, given_worker, row, send, status
from treadle.domain.errors import BackupError
from treadle.domain.node_logs import NewLogLine
from treadle.domain.records import MessageKind
from treadle.domain.retention import Retention
from treadle.engine import retention as keeping
from treadle.engine.retention import RetentionKeeper
from treadle.ports import Store
from treadle.store import open_store
from treadle.store import retention as deleting

DAY = 86_400.0
SETTLED = 20


def given_finished(store: Store, execution_id: str, outcome: str = "completed", *, workflow: str = "orders", rows: int = 1) -> None:
    """A finished execution with a journal, a message and a line."""
    given_worker(store)
    if workflow not in {each.name for each in store.workflows.list().items}:
        store.workflows.save(workflow, GRAPH, "")
    store.executions.start(replace(NEW_EXECUTION, id=execution_id, workflow=workflow))
    held = claim_one(store)
    send(store, MessageKind.SIGNAL, execution_id)
    written = tuple(row(execution_id, seq) for seq in range(1, rows + 1))
    commit(store, end(held, outcome, seen=1, rows=written))
    store.logs.add([NewLogLine(execution_id, "fetch", "", 1, 1, START, "info", "said", "{}")])


def given_retention(store: Store, workflow: str, said: str) -> None:
    store.workflows.save(workflow, f'{GRAPH[:-1]},"settings":{{"retention":{said}}}}}', "")


def kept(store: Store) -> set[str]:
    return {each.id for each in store.executions.list(limit=200).items}


def leftovers(store: Store, execution_id: str) -> int:
    """Rows that still belong to an execution."""
    lines = store.logs.list(execution_id)
    return len(store.executions.journal(execution_id)) + store.executions.inbox_count(execution_id) + len(lines)


def worked(store: Store, clock: MovableClock, default: Retention) -> int:
    """So many cycles of a keeper that nothing is left to do; how many executions it deleted."""
    keeper = RetentionKeeper(store.upkeep, default)
    return sum(keeper.run_once(clock.now()) for _ in range(SETTLED))


def test_without_a_policy_everything_stays(store: Store, clock: MovableClock) -> None:
    given_finished(store, "exec-1")
    clock.advance(seconds=1000 * DAY)

    assert worked(store, clock, {}) == 0
    assert kept(store) == {"exec-1"}


def test_each_status_has_its_own_age(store: Store, clock: MovableClock) -> None:
    for outcome in ("completed", "failed", "cancelled"):
        given_finished(store, f"exec-{outcome}", outcome)
    clock.advance(seconds=10 * DAY)

    deleted = worked(store, clock, {"completed": 5 * DAY, "failed": 20 * DAY})

    assert deleted == 1
    assert kept(store) == {"exec-failed", "exec-cancelled"}
    assert leftovers(store, "exec-completed") == 0


def test_what_a_workflow_says_wins_for_its_executions(store: Store, clock: MovableClock) -> None:
    given_retention(store, "short", '"1d"')
    given_retention(store, "long", '{"completed": "forever"}')
    for workflow in ("short", "long", "orders"):
        given_finished(store, f"exec-{workflow}", workflow=workflow)
    clock.advance(seconds=2 * DAY)

    early = worked(store, clock, dict.fromkeys(("completed", "failed", "cancelled"), 5 * DAY))
    clock.advance(seconds=20 * DAY)
    late = worked(store, clock, dict.fromkeys(("completed", "failed", "cancelled"), 5 * DAY))

    assert (early, late) == (1, 1)
    assert kept(store) == {"exec-long"}


def test_executions_of_a_deleted_workflow_go_like_all_others(store: Store, clock: MovableClock) -> None:
    given_finished(store, "exec-1")
    store.workflows.delete("orders")
    clock.advance(seconds=2 * DAY)

    assert worked(store, clock, {"completed": DAY}) == 1


def test_a_policy_that_this_release_cannot_read_deletes_nothing(store: Store, clock: MovableClock) -> None:
    given_retention(store, "orders", '{"completed": "whenever"}')
    given_finished(store, "exec-1")
    clock.advance(seconds=1000 * DAY)

    assert worked(store, clock, {"completed": DAY}) == 0


def test_a_cycle_deletes_a_few_and_the_next_goes_on(
    store: Store, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "EXECUTIONS", 2)
    for number in range(5):
        given_finished(store, f"exec-{number}")
    clock.advance(seconds=2 * DAY)
    keeper = RetentionKeeper(store.upkeep, {"completed": DAY})

    deleted = [keeper.run_once(clock.now()) for _ in range(4)]

    assert deleted == [2, 2, 1, 0]
    assert sum(leftovers(store, f"exec-{number}") for number in range(5)) == 0


def test_what_belongs_to_a_large_execution_goes_a_piece_at_a_time(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deleting, "_TABLES", tuple((name, 10) for name, _ in deleting._TABLES))
    given_finished(store, "exec-1", rows=25)
    given_finished(store, "exec-2", rows=3)
    store.upkeep.doom(finished_before=START + timedelta(days=1), limit=10)

    left = []
    while store.upkeep.sweep():
        left.append(leftovers(store, "exec-1") + leftovers(store, "exec-2"))

    assert kept(store) == set()
    assert left[-1] == 0
    assert len(left) == 3
    assert all(before - after <= 40 for before, after in zip([32, *left], left, strict=False))


def test_what_a_dead_process_left_behind_is_swept_by_the_next(store: Store, clock: MovableClock) -> None:
    given_finished(store, "exec-1")
    store.upkeep.doom(finished_before=START + timedelta(days=1), limit=10)

    assert leftovers(store, "exec-1") > 0
    worked(store, clock, {})

    assert leftovers(store, "exec-1") == 0


def test_what_somebody_else_works_on_is_passed_over(postgres_url: str) -> None:
    store = open_store(postgres_url)
    for number in range(2):
        given_finished(store, f"exec-{number}")
    with psycopg.connect(postgres_url) as other:
        other.execute("SELECT 1 FROM execution WHERE id = 'exec-0' FOR UPDATE")

        deleted = store.upkeep.doom(
            finished_before=store.now() + timedelta(days=1), limit=10, status="completed", workflow="orders"
        )

    assert deleted == 1
    assert kept(store) == {"exec-0"}
    store.close()


@pytest.mark.parametrize(
    ("only", "count"),
    [({}, 3), ({"status": "failed"}, 1), ({"workflow": "bills"}, 1), ({"status": "failed", "workflow": "bills"}, 0)],
)
def test_the_count_says_what_a_prune_deletes(store: Store, only: dict[str, Any], count: int) -> None:
    given_finished(store, "exec-1")
    given_finished(store, "exec-2", "failed")
    given_finished(store, "exec-3", workflow="bills")
    given_execution(store, "exec-4")
    before = START + timedelta(days=1)

    foreseen = store.upkeep.count(finished_before=before, status=only.get("status"), workflow=only.get("workflow"))
    deleted = store.executions.prune(finished_before=before, **only)

    assert (foreseen, deleted) == (count, count)


def test_workers_delete_while_executions_run(store_url: str) -> None:
    with open_house(store_url) as house:
        house.hire(retention=dict.fromkeys(("completed", "failed", "cancelled"), DAY))
        house.hire(retention=dict.fromkeys(("completed", "failed", "cancelled"), DAY))
        old = [house.run(graph([node("only", "noop")])).record.id for _ in range(3)]

        house.clock.advance(2 * DAY)
        young = house.run(graph([node("only", "noop")])).record.id

        until(lambda: kept(house.store) == {young})
        until(lambda: sum(leftovers(house.store, each) for each in old) == 0)
        assert status(house.store, young) == "completed"


def test_a_sqlite_file_shrinks_when_much_was_deleted(sqlite_url: str, clock: MovableClock) -> None:
    store = open_store(sqlite_url, clock=clock)
    store.migrate()
    for number in range(5):
        given_finished(store, f"exec-{number}", rows=2000)
    full = store.vitals.capacity().size
    clock.advance(seconds=2 * DAY)

    worked(store, clock, {"completed": DAY})

    assert store.vitals.capacity().size < full / 2
    store.close()


def test_a_file_of_an_older_release_shrinks_once_it_was_written_anew(empty_sqlite_url: str, clock: MovableClock) -> None:
    connection = apsw.Connection(empty_sqlite_url.removeprefix("sqlite:///"))
    connection.execute("PRAGMA auto_vacuum = NONE; CREATE TABLE before (a)")
    connection.close()
    store = open_store(empty_sqlite_url, clock=clock)
    store.migrate()
    given_finished(store, "exec-1", rows=5000)
    store.executions.prune(finished_before=START + timedelta(days=1))
    store.upkeep.give_back()
    before = store.vitals.capacity()

    store.upkeep.compact()

    after = store.vitals.capacity()
    assert before.free > before.size / 4
    assert (after.free, after.size < before.size) == (0, True)
    store.close()


@pytest.fixture
def treadle(tmp_path: Path) -> Treadle:
    made = Treadle(tmp_path)
    made("workflows", "apply", made.file("hello.yaml", HELLO))
    return made


def test_the_command_counts_before_it_deletes(treadle: Treadle) -> None:
    for _ in range(2):
        treadle("run", "hello", "-i", "name=ann", "--local")

    tried = treadle("db", "prune", "--older-than", "0s", "--workflow", "hello", "--dry-run").stderr
    none = treadle("db", "prune", "--older-than", "0s", "--status", "failed", "--yes").stderr
    done = treadle("db", "prune", "--older-than", "0s", "--status", "completed", "--vacuum", "--yes").stderr

    assert tried.startswith("would delete 2 executions")
    assert none.startswith("deleted 0 executions")
    assert done.startswith("deleted 2 executions")


def test_a_copy_made_while_a_worker_runs_is_a_database_of_one_moment(treadle: Treadle) -> None:
    with running_worker(treadle):
        treadle("run", "hello", "-i", "name=ann")
        started = [treadle.json("run", "hello", "-i", "name=bob", "--detach")["id"] for _ in range(2)]
        made = treadle("db", "backup", "copy.db").stderr
    refused = treadle("db", "backup", "copy.db", status=2).stderr

    treadle.environment["TREADLE_DATABASE_URL"] = f"sqlite:///{treadle.folder}/copy.db"
    with running_worker(treadle):
        shown = [treadle.json("executions", "watch", each) for each in started]

    assert made.startswith("wrote copy.db (")
    assert "--force" in refused
    assert [each["output"] for each in shown] == ["hello bob", "hello bob"]
    assert (treadle.folder / "copy.db").stat().st_mode & 0o777 == 0o600
    assert not list(treadle.folder.glob("*.part"))


def test_a_copy_holds_nothing_of_what_is_committed_after_it_began(sqlite_url: str, tmp_path: Path) -> None:
    store = open_store(sqlite_url)
    store.migrate()
    given_finished(store, "exec-1", rows=3000)

    def meanwhile(_: float) -> None:
        if "exec-2" not in kept(store):
            given_execution(store, "exec-2")

    store.upkeep.backup(tmp_path / "copy.db", progress=meanwhile)

    copy = open_store(f"sqlite:///{tmp_path}/copy.db")
    assert kept(store) == {"exec-1", "exec-2"}
    assert kept(copy) == {"exec-1"}
    assert len(copy.executions.journal("exec-1", limit=5000)) == 3000
    copy.close()
    store.close()


def test_a_copy_of_postgres_can_be_restored(
    postgres_url: str, postgres_server_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{binaries()}:{os.environ['PATH']}")
    store = open_store(postgres_url)
    given_finished(store, "exec-1")
    dump = tmp_path / "copy.dump"

    store.upkeep.backup(dump, progress=lambda _: None)

    store.close()
    with psycopg.connect(postgres_server_url, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS restored")
        connection.execute("CREATE DATABASE restored TEMPLATE template0")
        restored_url = database_url(postgres_server_url, "restored")
        subprocess.run([shutil.which("pg_restore") or "", "--no-owner", f"--dbname={restored_url}", dump], check=True)
        restored = open_store(restored_url)
        restored.check()
        assert kept(restored) == {"exec-1"}
        restored.close()
        connection.execute("DROP DATABASE restored WITH (FORCE)")


def test_without_pg_dump_the_way_to_it_is_said(postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    store = open_store(postgres_url)

    with pytest.raises(BackupError, match="postgresql-client"):
        store.upkeep.backup(tmp_path / "copy.dump", progress=lambda _: None)

    store.close()


def test_a_copy_that_fails_leaves_nothing(sqlite_url: str, tmp_path: Path) -> None:
    store = open_store(sqlite_url)
    store.migrate()

    with pytest.raises(BackupError, match="no folder"):
        store.upkeep.backup(tmp_path / "nowhere" / "copy.db", progress=lambda _: None)

    assert list(tmp_path.glob("copy*")) == []
    store.close()

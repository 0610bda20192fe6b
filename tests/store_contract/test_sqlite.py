"""What only SQLite does: one writer, several processes' connections, a full disk, an old library."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random
from threading import Thread

import apsw
import pytest

from conftest import MovableClock
from store_steps import commit, given_claimed, given_execution, given_workflow, row, send, seqs
from treadle.domain.errors import DataRejectedError, SchemaError, StoreError, StoreUnavailableError
from treadle.domain.records import MessageKind, MessageOutcome
from treadle.ports import Store
from treadle.store import open_store, sqlite


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "treadle.db"


@pytest.fixture
def opened(path: Path, clock: MovableClock) -> Iterator[Store]:
    store = open_store(f"sqlite:///{path}", clock=clock)
    store.migrate()
    yield store
    store.close()


def test_the_file_is_written_ahead_and_synchronously(opened: Store) -> None:
    facts = opened.describe()

    assert (facts["journal_mode"], facts["synchronous"]) == ("wal", "full")


def test_a_library_that_can_corrupt_data_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "OLDEST_LIBRARY", (99, 0, 0))

    with pytest.raises(StoreError, match="can corrupt a database"):
        open_store(f"sqlite:///{path}")


def test_two_stores_on_one_file_see_each_other(opened: Store, path: Path, clock: MovableClock) -> None:
    other = open_store(f"sqlite:///{path}", clock=clock)
    given_claimed(opened)

    send(other, MessageKind.SIGNAL)

    assert opened.executions.get("exec-1").inbox_seq == 1
    other.close()


def test_a_writer_that_holds_the_file_too_long_makes_it_unavailable(
    path: Path, opened: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_MS", 20)
    hasty = open_store(f"sqlite:///{path}")
    given_workflow(hasty)
    holder = apsw.Connection(str(path))
    holder.execute("BEGIN IMMEDIATE")

    with pytest.raises(StoreUnavailableError):
        given_execution(hasty)

    assert hasty.executions.list().items == ()
    holder.execute("ROLLBACK")
    given_execution(hasty)
    holder.close()
    hasty.close()


def test_a_file_that_is_deleted_or_replaced_is_written_to_no_more_until_it_is_back(opened: Store, path: Path, tmp_path: Path) -> None:
    given_workflow(opened)
    aside = path.rename(tmp_path / "aside.db")

    with pytest.raises(StoreUnavailableError, match=r"treadle\.db is not the file that was opened: .* put it back"):
        given_execution(opened)
    with pytest.raises(StoreUnavailableError, match="is not the file"):
        opened.executions.list()
    assert not path.exists()
    path.write_bytes(aside.read_bytes())
    with pytest.raises(StoreUnavailableError, match="is not the file"):
        given_execution(opened)

    aside.replace(path)
    given_execution(opened)
    assert len(opened.executions.list().items) == 1


def test_a_handler_that_changes_the_folder_changes_no_database(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    store = open_store("sqlite:///treadle.db")
    store.migrate()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")

    assert store.executions.list().items == ()
    assert list((tmp_path / "elsewhere").iterdir()) == []
    store.close()


def test_a_full_disk_is_unavailable_and_changes_nothing(opened: Store) -> None:
    given_claimed(opened)
    assert isinstance(opened._database, sqlite.SqliteDatabase)  # type: ignore[attr-defined]
    writer = opened._database._open_writer()  # type: ignore[attr-defined]
    pages = writer.pragma("page_count")
    writer.pragma("max_page_count", pages)

    with pytest.raises(StoreUnavailableError):
        commit(opened, rows=[row(output_json=f'"{Random(1).randbytes(500_000).hex()}"')])

    assert seqs(opened) == []
    writer.pragma("max_page_count", pages + 10_000)
    commit(opened, rows=[row()])
    assert seqs(opened) == [1]


def test_a_file_that_is_no_database_is_an_error_of_its_own(path: Path) -> None:
    path.write_text("this is no database, but long enough to be looked at as one" * 100)
    store = open_store(f"sqlite:///{path}")

    with pytest.raises(StoreError) as error:
        store.check()

    assert not isinstance(error.value, StoreUnavailableError)
    store.close()


def test_a_foreign_schema_is_told_from_an_outage(opened: Store, path: Path) -> None:
    stranger = apsw.Connection(str(path))
    stranger.execute("ALTER TABLE execution RENAME COLUMN queue TO lane")
    stranger.close()

    with pytest.raises(SchemaError):
        opened.executions.list()


def test_content_that_the_database_refuses_is_told_from_an_outage(opened: Store) -> None:
    given_claimed(opened)

    with pytest.raises(DataRejectedError):
        commit(opened, rows=[row()._replace(kind=None)])  # type: ignore[arg-type]

    assert seqs(opened) == []


def test_a_worker_that_owns_something_cannot_be_deleted_around_the_protocol(opened: Store, path: Path) -> None:
    given_claimed(opened)
    stranger = apsw.Connection(str(path))
    stranger.execute("PRAGMA foreign_keys = ON")

    with pytest.raises(apsw.ConstraintError):
        stranger.execute("DELETE FROM worker")

    stranger.close()


def test_threads_take_turns(opened: Store) -> None:
    given_claimed(opened)
    outcomes: list[MessageOutcome] = []

    def talk(number: int) -> None:
        for n in range(5):
            outcomes.append(send(opened, MessageKind.SIGNAL, message_id=f"s-{number}-{n}").outcome)
            opened.executions.get("exec-1")

    threads = [Thread(target=talk, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert outcomes == [MessageOutcome.ACCEPTED] * 30
    assert [each.seq for each in opened.ownership.inbox("exec-1", after=0)] == list(range(1, 31))

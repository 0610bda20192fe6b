"""SQLite through apsw, whose wheel brings its own current library.

One connection writes, under a lock; a few read. In memory there is one connection for both.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any, NoReturn

import apsw
import orjson

from treadle.domain.errors import (
    DataRejectedError,
    JournalConflictError,
    SchemaError,
    StoreError,
    StoreUnavailableError,
)
from treadle.ports import Clock
from treadle.store.database import Row, from_micros, to_micros
from treadle.store.pool import Pool
from treadle.store.statements import Dialect, Statement, statements
from treadle.store.write_hints import WriteHints

OLDEST_LIBRARY = (3, 51, 3)
"""The first release without the fault that could corrupt a database when its write-ahead log is reset."""

BUSY_TIMEOUT_MS = 5_000

NEW_FILE = "PRAGMA auto_vacuum = INCREMENTAL"
"""Takes effect before there is any table; on any other file it only waits for the writer."""
SETTINGS = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA foreign_keys = ON
"""

_UNAVAILABLE = (
    apsw.BusyError, apsw.LockedError, apsw.IOError, apsw.FullError, apsw.CantOpenError, apsw.ProtocolError,
    apsw.ReadOnlyError, apsw.InterruptError, apsw.NoMemError, apsw.SchemaChangeError, apsw.ConnectionClosedError,
)  # fmt: skip

_REJECTED = (apsw.ConstraintError, apsw.TooBigError, apsw.MismatchError, apsw.RangeError, ValueError, OverflowError)


class SqliteDatabase:
    """One database file, or one in memory when `path` is `:memory:`."""

    dialect: Dialect = "sqlite"

    def __init__(self, url: str, *, path: str, clock: Clock | None, pool_size: int) -> None:
        library = apsw.sqlite_lib_version()
        if tuple(int(part) for part in library.split(".")) < OLDEST_LIBRARY:
            raise StoreError(f"SQLite {library} can corrupt a database; 3.51.3 or later is needed (pip install -U apsw)")
        self.url = url
        self.write_hints = WriteHints()
        self.path = path
        self._file = os.path.abspath(path)  # a handler may change the working folder
        self._identity: tuple[int, int] | None = None
        self._clock = clock
        self._statements = statements("sqlite")
        self._writer: apsw.Connection | None = None
        self._writer_lock = threading.Lock()
        self._closed = False
        self._readers = Pool(self._connect, apsw.Connection.close, size=pool_size)

    @contextmanager
    def writing(self) -> Iterator[SqliteSession]:
        with self._writer_lock:
            session = SqliteSession(self._open_writer(), self._statements)
            self._check_file()
            session.command("BEGIN IMMEDIATE")
            try:
                yield session
            except BaseException:
                session.rollback()
                raise
            try:
                session.command("COMMIT")
            except StoreUnavailableError:
                # Still in the transaction: nothing was written. In autocommit again: nobody knows.
                session.rollback()
                raise
        self.write_hints.tell()

    writing_once = writing

    @contextmanager
    def reading(self) -> Iterator[SqliteSession]:
        if self.path == ":memory:":
            with self._writer_lock:
                yield SqliteSession(self._open_writer(), self._statements)
            return
        self._check_file()
        connection = self._readers.take()
        session = SqliteSession(connection, self._statements)
        try:
            session.command("BEGIN")
            yield session
        except StoreUnavailableError:
            session.rollback()
            self._readers.discard(connection)
            raise
        except BaseException:
            session.rollback()
            self._readers.give(connection)
            raise
        session.command("COMMIT")
        self._readers.give(connection)

    snapshot = reading

    def time(self, value: Any) -> datetime | None:
        return from_micros(value)

    def facts(self) -> Mapping[str, str]:
        with self.reading() as session:
            levels = {0: "off", 1: "normal", 2: "full", 3: "extra"}
            return {
                "kind": "SQLite",
                "location": self.path,
                "library": f"SQLite {apsw.sqlite_lib_version()}, apsw {apsw.apsw_version()}",
                "journal_mode": str(session.pragma("journal_mode")),
                "synchronous": levels.get(int(session.pragma("synchronous")), "unknown"),
            }

    def compact(self) -> None:
        """Write the file anew, so that it gives unused pages back from now on, too; an old one did not."""
        with self._writer_lock:
            try:
                self._open_writer().execute("PRAGMA auto_vacuum = INCREMENTAL; VACUUM").fetchall()
            except apsw.Error as error:
                _translate(error)

    def close(self) -> None:
        self._readers.close()
        with self._writer_lock:
            self._closed = True
            if self._writer is not None:
                self._writer.close()
                self._writer = None

    def _open_writer(self) -> apsw.Connection:
        if self._closed:
            raise StoreUnavailableError("the store is closed")
        if self._writer is None:
            self._writer = self._connect()
        return self._writer

    def _check_file(self) -> None:
        """What is written to a file that was deleted or replaced is lost when it is closed, and SQLite says nothing."""
        if self._identity is not None and _identity(self._file) != self._identity:
            raise StoreUnavailableError(
                f"{self.path} is not the file that was opened: it was deleted, moved or replaced while in use; "
                "put it back, or stop all that uses it and start again"
            )

    def _connect(self) -> apsw.Connection:
        folder = Path(self._file).parent
        if self.path != ":memory:" and not folder.is_dir():
            raise StoreUnavailableError(f"cannot open {self.path}: there is no folder {folder}")
        try:
            create = apsw.SQLITE_OPEN_CREATE if self._identity is None else 0
            name = self.path if self.path == ":memory:" else self._file
            connection = apsw.Connection(name, flags=apsw.SQLITE_OPEN_READWRITE | create, statementcachesize=200)
            connection.set_busy_timeout(BUSY_TIMEOUT_MS)
            if connection.pragma("page_count") == 0:
                connection.execute(NEW_FILE)
            connection.execute(SETTINGS)
        except apsw.Error as error:
            _translate(error)
        if self.path != ":memory:" and self._identity is None:
            self._identity = _identity(self._file)
        connection.create_scalar_function("treadle_now", self._now, 0)
        connection.create_scalar_function("treadle_after", self._after, 1)
        connection.create_scalar_function("treadle_micros", _micros, 1, deterministic=True)
        return connection

    def _now(self, *_: Any) -> int:
        return to_micros(datetime.now(UTC) if self._clock is None else self._clock.now())

    def _after(self, *arguments: Any) -> int | None:
        [seconds] = arguments
        return None if seconds is None else self._now() + round(seconds * 1_000_000)


class SqliteSession:
    """One connection in use."""

    def __init__(self, connection: apsw.Connection, known: Mapping[str, Statement]) -> None:
        self._connection = connection
        self._known = known

    def rows(self, name: str, /, **parameters: Any) -> list[Row]:
        statement = self._known[name]
        try:
            return self._connection.execute(statement.sql, [_bound(parameters[p]) for p in statement.parameters]).fetchall()
        except (apsw.Error, ValueError, OverflowError) as error:
            _translate(error)

    def row(self, name: str, /, **parameters: Any) -> Row | None:
        found = self.rows(name, **parameters)
        return found[0] if found else None

    def run(self, name: str, /, **parameters: Any) -> int:
        self.rows(name, **parameters)
        return self._connection.changes()

    def run_many(self, name: str, /, parameters: Iterable[Mapping[str, Any]]) -> None:
        names = self._known[name].parameters
        self.run_tuples(name, ([_bound(each[p]) for p in names] for each in parameters))

    def run_tuples(self, name: str, rows: Iterable[Any]) -> None:
        """As `run_many`, for rows whose fields are in the order of the parameters and already as SQLite takes them."""
        try:
            self._connection.executemany(self._known[name].sql, rows)
        except (apsw.Error, ValueError, OverflowError) as error:
            _translate(error)

    def script(self, script: str) -> None:
        try:
            self._connection.execute(script).fetchall()
        except apsw.Error as error:
            _translate(error)

    command = script

    def rollback(self) -> None:
        """Best effort: some errors have already rolled back."""
        if self._connection.in_transaction:
            try:
                self._connection.execute("ROLLBACK")
            except apsw.Error as error:
                _translate(error)

    def pragma(self, name: str) -> Any:
        return self._connection.pragma(name)


def _identity(path: str) -> tuple[int, int] | None:
    """The device and the number of a file; None when there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _micros(*arguments: Any) -> Any:
    """A time as microseconds, which it is here."""
    return arguments[0]


def _bound(value: Any) -> Any:
    """A value as SQLite takes it: times are microseconds, lists are JSON."""
    if isinstance(value, datetime):
        return to_micros(value)
    if isinstance(value, (list, tuple)):
        return orjson.dumps(value).decode()
    return value.value if isinstance(value, Enum) else value


def _translate(error: apsw.Error | ValueError | OverflowError) -> NoReturn:
    """Raise what the library's error means to a caller."""
    if isinstance(error, _UNAVAILABLE):
        raise StoreUnavailableError(f"SQLite: {error}") from error
    if isinstance(error, apsw.ConstraintError) and "journal.execution_id, journal.seq" in str(error):
        raise JournalConflictError(str(error)) from error
    if isinstance(error, _REJECTED):
        raise DataRejectedError(f"the database cannot store this: {error}") from error
    if isinstance(error, apsw.SQLError) and "no such" in str(error):
        raise SchemaError(f"the database's schema is not this release's ({error}); run `treadle db migrate`") from error
    raise StoreError(f"SQLite: {error}") from error

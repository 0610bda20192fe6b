"""PostgreSQL 14 or later through psycopg 3.

Connections run in autocommit: a transaction is an explicit BEGIN, and a lone statement costs one round trip.
Behind a pooler (`pooler.py`) a transaction brings its settings along, and nothing is prepared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, NoReturn

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from psycopg.types.numeric import Int8Dumper

from treadle.domain.errors import (
    DataRejectedError,
    JournalConflictError,
    SchemaError,
    StoreError,
    StoreUnavailableError,
)
from treadle.ports import Clock
from treadle.store import pooler
from treadle.store.database import Row
from treadle.store.pool import Pool
from treadle.store.statements import Dialect, Statement, statements
from treadle.store.write_hints import WriteHints

OLDEST_SERVER = 140000

_DEFAULTS: dict[str, Any] = {
    "application_name": "treadle",
    "connect_timeout": 10,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}

# The idle time-out is shorter than the lease, so that a stopped process cannot hold up its own reaper.
# Sequential scans are off because a plan cached while a table was small turns quadratic when it grows, and plans are
# generic because those are the ones that the tests look at and that are made once.
SESSION_OPTIONS = (
    "-c idle_in_transaction_session_timeout=15s -c statement_timeout=30s -c lock_timeout=5s "
    "-c enable_seqscan=off -c plan_cache_mode=force_generic_plan -c jit=off"
)
FORCED_OPTIONS = "-c timezone=UTC -c client_encoding=UTF8"
"""These come after the URL's own, and so win over them."""

LOCAL_OPTIONS = (
    "; SET LOCAL idle_in_transaction_session_timeout = '15s'; SET LOCAL statement_timeout = '30s'; "
    "SET LOCAL lock_timeout = '5s'; SET LOCAL jit = off"
)
"""What of these matters within a transaction behind a pooler; the other ones are about prepared plans."""

_UNAVAILABLE_CLASSES = ("08", "25", "40", "53", "55", "57", "58")


class PostgresDatabase:
    """A PostgreSQL database and a small pool of connections to it."""

    dialect: Dialect = "postgres"

    def __init__(self, url: str, *, clock: Clock | None, pool_size: int) -> None:
        self.url = url
        self.write_hints = WriteHints()
        self._clock = clock
        self._pooled: bool | None = None
        self._statements = statements("postgres")
        self._pool = Pool(self._connect, _close, size=pool_size)

    @contextmanager
    def writing(self) -> Iterator[PostgresSession]:
        with self._transaction("BEGIN") as session:
            yield session
        self.write_hints.tell()

    @contextmanager
    def snapshot(self) -> Iterator[PostgresSession]:
        with self._transaction("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") as session:
            yield session

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[PostgresSession]:
        with self._session() as session:
            session.command(begin + LOCAL_OPTIONS if self._pooled else begin)
            try:
                yield session
            except BaseException:
                session.rollback()
                raise
            session.command("COMMIT")

    @contextmanager
    def writing_once(self) -> Iterator[PostgresSession]:
        with self._transaction("BEGIN") if self._pooled else self._session() as session:
            yield session
        self.write_hints.tell()

    def reading(self) -> AbstractContextManager[PostgresSession]:
        return self._session()

    def time(self, value: Any) -> Any:
        return value

    def facts(self) -> Mapping[str, str]:
        with self._session() as session:
            return {
                "kind": "PostgreSQL",
                "location": self._location(),
                "server": session.show("server_version"),
                "library": f"psycopg {psycopg.__version__}",
                "fsync": session.show("fsync"),
                "synchronous_commit": session.show("synchronous_commit"),
                "full_page_writes": session.show("full_page_writes"),
            }

    def close(self) -> None:
        self._pool.close()

    @contextmanager
    def _session(self) -> Iterator[PostgresSession]:
        connection = self._pool.take()
        try:
            session = PostgresSession(connection, self._statements)
            if self._clock is not None:
                session.set_clock(self._clock)
            yield session
        except BaseException:
            if connection.closed or connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
                self._pool.discard(connection)
            else:
                self._pool.give(connection)
            raise
        self._pool.give(connection)

    def _connect(self) -> psycopg.Connection[Row]:
        try:
            given = {**_DEFAULTS, **conninfo_to_dict(self.url)}
            connection, self._pooled = pooler.connect(
                given, before=SESSION_OPTIONS, after=FORCED_OPTIONS, pooled=self._pooled, cursor_factory=psycopg.RawCursor[Row]
            )
        except psycopg.Error as error:
            raise StoreUnavailableError(f"cannot connect to PostgreSQL at {self._location()}: {_first_line(error)}") from error
        if connection.info.server_version < OLDEST_SERVER:
            found = connection.info.parameter_status("server_version")
            connection.close()
            raise StoreError(f"PostgreSQL 14 or later is needed; this server is {found}")
        connection.prepare_threshold = None if self._pooled else 2
        connection.prepared_max = 500
        connection.adapters.register_dumper(int, Int8Dumper)
        return connection

    def _location(self) -> str:
        try:
            parts = conninfo_to_dict(self.url)
        except psycopg.Error:
            return "an address that cannot be read"
        host = parts.get("host") or parts.get("hostaddr") or "localhost"
        return f"{host}:{parts.get('port') or 5432}/{parts.get('dbname') or ''}"


class PostgresSession:
    """One connection in use."""

    def __init__(self, connection: psycopg.Connection[Row], known: Mapping[str, Statement]) -> None:
        self._connection = connection
        self._known = known

    def rows(self, name: str, /, **parameters: Any) -> list[Row]:
        return self._execute(name, parameters).fetchall()

    def row(self, name: str, /, **parameters: Any) -> Row | None:
        return self._execute(name, parameters).fetchone()

    def run(self, name: str, /, **parameters: Any) -> int:
        return self._execute(name, parameters).rowcount

    def run_many(self, name: str, /, parameters: Iterable[Mapping[str, Any]]) -> None:
        statement = self._known[name]
        try:
            with self._connection.cursor() as cursor:
                cursor.executemany(statement.sql, [[each[p] for p in statement.parameters] for each in parameters])
        except (psycopg.Error, ValueError) as error:
            _translate(error)

    def script(self, script: str) -> None:
        try:
            self._connection.execute(script)
        except psycopg.Error as error:
            _translate(error)

    def command(self, command: str) -> None:
        """BEGIN or COMMIT."""
        try:
            self._connection.execute(command, prepare=False)
        except psycopg.Error as error:
            _translate(error)

    def rollback(self) -> None:
        """Best effort: a connection that cannot roll back is not idle, and so discarded."""
        try:
            if not self._connection.closed:
                self._connection.execute("ROLLBACK", prepare=False)
        except psycopg.Error:
            self._connection.close()

    def set_clock(self, clock: Clock) -> None:
        """Move treadle_now() of this connection to an injected clock."""
        try:
            self._connection.execute("SELECT set_config('treadle.now', $1, false)", [clock.now().isoformat()])
        except psycopg.Error as error:
            _translate(error)

    def show(self, setting: str) -> str:
        """A server setting."""
        try:
            row = self._connection.execute(sql.SQL("SHOW {}").format(sql.Identifier(setting)), prepare=False).fetchone()
        except psycopg.Error as error:
            _translate(error)
        return str(row[0]) if row else ""

    def _execute(self, name: str, parameters: Mapping[str, Any]) -> psycopg.Cursor[Row]:
        statement = self._known[name]
        values: Sequence[Any] = [parameters[p] for p in statement.parameters]
        try:
            return self._connection.execute(statement.sql, values)
        except (psycopg.Error, ValueError) as error:
            _translate(error)


def _translate(error: psycopg.Error | ValueError) -> NoReturn:
    """Raise what the driver's error means to a caller."""
    if isinstance(error, ValueError):  # a lone surrogate, or a number out of range
        raise DataRejectedError(f"the database cannot store this: {error}") from error
    message = _first_line(error)
    state = error.sqlstate
    if isinstance(error, psycopg.errors.UniqueViolation) and error.diag.constraint_name == "journal_pkey":
        raise JournalConflictError(message) from error
    if isinstance(error, (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedFunction, psycopg.errors.UndefinedColumn)):
        raise SchemaError(f"the database's schema is not this release's ({message}); run `treadle db migrate`") from error
    if isinstance(error, (psycopg.DataError, psycopg.IntegrityError)):
        raise DataRejectedError(message) from error
    if state is None or state[:2] in _UNAVAILABLE_CLASSES:
        raise StoreUnavailableError(message) from error
    raise StoreError(message) from error


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]


def _close(connection: psycopg.Connection[Row]) -> None:
    connection.close()

"""Everything that knows SQL: one store for SQLite and PostgreSQL.

The PostgreSQL driver is only loaded for a PostgreSQL address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from treadle.domain.errors import StoreError
from treadle.ports import Clock, Store, Wakeup
from treadle.store.claims import PostgresClaims, SqliteClaims
from treadle.store.commits import PostgresCommits, SqliteCommits
from treadle.store.sql_store import SqlStore
from treadle.store.sqlite import SqliteDatabase

if TYPE_CHECKING:
    from treadle.store.postgres import PostgresDatabase

__all__ = ["open_store", "open_wakeup", "store_on_postgres", "store_on_sqlite"]

POSTGRES = ("postgresql", "postgres")


def open_store(url: str, *, clock: Clock | None = None, head_start: float = 60.0, pool_size: int = 8) -> Store:
    """The store at a URL: `sqlite:///relative.db`, `sqlite:////absolute.db`, `sqlite://:memory:` or `postgresql://…`.

    Connects at the first use. `clock` replaces the database's clock, for tests. `head_start` is in seconds.
    """
    scheme, _, rest = url.partition("://")
    if scheme == "sqlite":
        path = _sqlite_path(url, rest)
        return store_on_sqlite(SqliteDatabase(url, path=path, clock=clock, pool_size=pool_size), head_start=head_start)
    if scheme in POSTGRES:
        from treadle.store.postgres import PostgresDatabase

        return store_on_postgres(PostgresDatabase(url, clock=clock, pool_size=pool_size), head_start=head_start)
    raise StoreError(f"cannot tell the database from {scheme!r}: a URL begins with sqlite:/// or postgresql://")


def open_wakeup(url: str) -> Wakeup | None:
    """Hints across processes, where the database can carry them; None where it cannot."""
    if url.partition("://")[0] not in POSTGRES:
        return None
    from treadle.store.wakeups import PostgresWakeup

    return PostgresWakeup(url)


def store_on_sqlite(database: SqliteDatabase, *, head_start: float) -> Store:
    """The store over a given database object; `open_store` is this for everyone but tests."""
    micros = round(head_start * 1_000_000)
    commits = SqliteCommits(database, head_start=micros)
    return SqlStore(database, claims=SqliteClaims(database), commits=commits, head_start=micros)


def store_on_postgres(database: PostgresDatabase, *, head_start: float) -> Store:
    """The same for PostgreSQL."""
    micros = round(head_start * 1_000_000)
    commits = PostgresCommits(database, head_start=micros)
    return SqlStore(database, claims=PostgresClaims(database), commits=commits, head_start=micros)


def _sqlite_path(url: str, rest: str) -> str:
    path = rest.removeprefix("/")
    if not path or (path != ":memory:" and not rest.startswith("/")):
        raise StoreError(f"{url!r} names no file: use sqlite:///relative.db or sqlite:////absolute.db")
    return path

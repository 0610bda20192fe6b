"""What both databases offer the verbs: sessions that run named statements, as transactions or as reads.

A verb takes one session and never two, so a pool of any size cannot deadlock with itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from treadle.store.statements import Dialect
from treadle.store.write_hints import WriteHints

Row = tuple[Any, ...]

FAR_FUTURE = datetime(9999, 12, 31, tzinfo=UTC)

SMALLEST_KEY = -(2**63)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Session(Protocol):
    """One connection in use. Parameters a statement does not name are ignored, so that dialects may differ in theirs."""

    def rows(self, name: str, /, **parameters: Any) -> list[Row]:
        """Run the named statement; all its rows. Times come as `Database.time` reads them."""
        ...

    def row(self, name: str, /, **parameters: Any) -> Row | None:
        """The only row of the named statement, or None."""
        ...

    def run(self, name: str, /, **parameters: Any) -> int:
        """Run the named statement; how many rows it changed."""
        ...

    def run_many(self, name: str, /, parameters: Iterable[Mapping[str, Any]]) -> None:
        """Run the named statement once for each mapping, which must name all of its parameters."""
        ...

    def script(self, sql: str) -> None:
        """Run statements without parameters, as a migration has them."""
        ...


class Database(Protocol):
    """One database. Its sessions translate the driver's errors into Treadle's."""

    dialect: Dialect
    url: str
    write_hints: WriteHints

    def writing(self) -> AbstractContextManager[Session]:
        """A transaction: committed at the end of the block, rolled back if it raises."""
        ...

    def writing_once(self) -> AbstractContextManager[Session]:
        """For exactly one statement, which is then a transaction by itself and costs one round trip."""
        ...

    def reading(self) -> AbstractContextManager[Session]:
        """Reads; on PostgreSQL each statement sees what is committed when it begins."""
        ...

    def snapshot(self) -> AbstractContextManager[Session]:
        """Reads of which all see the same moment, for lists that several statements make."""
        ...

    def time(self, value: Any) -> Any:
        """A time as the driver returned it → an aware datetime; None stays None."""
        ...

    def facts(self) -> Mapping[str, str]:
        """Versions, location and durability settings, for people."""
        ...

    def close(self) -> None: ...


def to_micros(moment: datetime) -> int:
    """Microseconds since 1970. Naive datetimes are refused: nobody knows which instant they mean."""
    if moment.tzinfo is None:
        raise ValueError(f"a naive datetime cannot be stored: {moment.isoformat()}")
    return (moment - _EPOCH) // _MICROSECOND


def from_micros(value: int | None) -> datetime | None:
    """The inverse of `to_micros`."""
    return None if value is None else _EPOCH + timedelta(microseconds=value)

"""Retention and backups, as the store offers them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from treadle.domain.errors import BackupError
from treadle.store.backups import backup_postgres, backup_sqlite
from treadle.store.database import Database
from treadle.store.retention import Retention
from treadle.store.sqlite import SqliteDatabase


class Upkeep(Retention):
    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._whole = database

    def compact(self) -> None:
        if isinstance(self._whole, SqliteDatabase):
            self._whole.compact()

    def backup(self, target: Path, *, progress: Callable[[float], None]) -> None:
        if not isinstance(self._whole, SqliteDatabase):
            backup_postgres(self._whole.url, target)
        elif self._whole.path == ":memory:":
            raise BackupError("a database in memory cannot be backed up")
        else:
            backup_sqlite(Path(self._whole.path), target, progress=progress)

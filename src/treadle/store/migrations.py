"""Bringing a database's schema to this release, and refusing one that does not fit.

Migrations only go forward and expand before they contract, so that the previous release can run beside this one.
"""

from __future__ import annotations

from collections.abc import Sequence

from treadle.domain.errors import SchemaError
from treadle.store.database import Database, Session
from treadle.store.statements import schema_files


class Migrations:
    def __init__(self, database: Database) -> None:
        self._database = database

    def migrate(self) -> Sequence[str]:
        """Apply what is missing, under a lock, all or nothing; the names of what was applied."""
        with self._database.writing() as session:
            if self._database.dialect == "postgres":
                session.rows("lock_migrations")
            present = self._present(session)
            self._refuse_ahead(present)
            missing = [name for name in self._known() if _version(name) not in present]
            if not present:
                session.run("create_ledger")
            for name in missing:
                session.script(schema_files(self._database.dialect)[name])
                session.run("record_migration", version=_version(name), name=name)
        return missing

    def check(self) -> None:
        """SchemaError unless the schema is exactly this release's."""
        with self._database.reading() as session:
            present = self._present(session)
        if not present:
            raise SchemaError("the database has no Treadle schema; run `treadle db migrate`")
        self._refuse_ahead(present)
        missing = [name for name in self._known() if _version(name) not in present]
        if missing:
            raise SchemaError(f"the database's schema is behind this release ({', '.join(missing)}); run `treadle db migrate`")

    def version(self) -> str:
        """The newest migration the database has, for people."""
        with self._database.reading() as session:
            present = self._present(session)
        return present[max(present)] if present else "none"

    def _present(self, session: Session) -> dict[int, str]:
        if session.row("ledger_exists") is None:
            return {}
        return dict(session.rows("applied_migrations"))

    def _known(self) -> list[str]:
        return list(schema_files(self._database.dialect))

    def _refuse_ahead(self, present: dict[int, str]) -> None:
        known = {_version(name) for name in self._known()}
        ahead = [name for version, name in sorted(present.items()) if version not in known]
        if ahead:
            raise SchemaError(
                f"the database's schema is ahead of this release ({', '.join(ahead)}); "
                "install the release that wrote it, or a later one"
            )


def _version(name: str) -> int:
    return int(name.split("_", 1)[0])

"""A copy of the whole database in one file, of one moment, while everything goes on."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import apsw

from treadle.domain.errors import BackupError, StoreUnavailableError

PAGES = 2_000
"""Copied between two reports of how far it is."""

Progress = Callable[[float], None]
"""Told the part that is done, from 0 to 1."""


def backup_sqlite(source: Path, target: Path, *, progress: Progress) -> None:
    """A SQLite file that can take the place of the source. Writers are not kept waiting."""
    part = _part_of(target)
    try:
        with closing(_opened(source)) as origin, closing(_opened(part)) as copy:
            # A read transaction keeps the moment: what is committed meanwhile does not make the copy begin anew.
            origin.execute("BEGIN; SELECT count(*) FROM sqlite_schema").fetchall()
            with copy.backup("main", origin, "main") as backup:
                while not backup.done:
                    backup.step(PAGES)
                    progress(1 - backup.remaining / max(backup.page_count, 1))
            origin.execute("ROLLBACK")
            copy.execute("PRAGMA journal_mode = DELETE").fetchall()
            [(verdict,)] = copy.execute("PRAGMA quick_check(1)").fetchall()
            if verdict != "ok":
                raise BackupError(f"the copy is damaged: {verdict}")
        _finish(part, target)
    except apsw.Error as error:
        raise StoreUnavailableError(f"SQLite: {error}") from error
    finally:
        part.unlink(missing_ok=True)


def backup_postgres(url: str, target: Path) -> None:
    """What `pg_dump` writes in its custom form, for `pg_restore`. BackupError says how to do it where there is no `pg_dump`."""
    program = shutil.which("pg_dump")
    if program is None:
        raise BackupError(
            "pg_dump is not on PATH: install PostgreSQL's client programs (Debian: apt-get install postgresql-client), "
            f"or run it where it is: pg_dump --format=custom --file={shlex.quote(target.name)} DATABASE"
        )
    part = _part_of(target)
    try:
        done = subprocess.run(  # noqa: S603 - no shell; the password is not in the arguments, which everybody can read
            [program, "--format=custom", "--no-password", f"--file={part}"], env={**os.environ, **_environment(url)},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise BackupError(f"pg_dump failed: {done.stderr.strip() or done.returncode}")
        _finish(part, target)
    finally:
        part.unlink(missing_ok=True)


def _environment(url: str) -> dict[str, str]:
    """The URL as libpq's variables."""
    from psycopg.conninfo import conninfo_to_dict

    names = {"dbname": "PGDATABASE", "hostaddr": "PGHOSTADDR", "channel_binding": "PGCHANNELBINDING"}
    return {names.get(name, f"PG{name.upper()}"): str(value) for name, value in conninfo_to_dict(url).items()}


def _opened(path: Path) -> apsw.Connection:
    connection = apsw.Connection(str(path))
    connection.set_busy_timeout(5_000)
    return connection


def _part_of(target: Path) -> Path:
    """Where the copy grows, so that a file of the target's name is always whole."""
    if not target.parent.is_dir():
        raise BackupError(f"there is no folder {target.parent}")
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    return part


def _finish(part: Path, target: Path) -> None:
    with part.open("rb") as written:
        os.fchmod(written.fileno(), 0o600)  # it holds all that users store
        os.fsync(written.fileno())
    part.replace(target)

"""A throw-away PostgreSQL server with a streaming standby that can be promoted, for tests of failovers."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from postgres_server import PostgresServer, binaries, new_server, remove_server


@dataclass(frozen=True)
class Pair:
    """Both on loopback. What the primary commits reaches the standby a little later, unless `synchronous` was called."""

    primary: PostgresServer
    standby: PostgresServer

    def synchronous(self) -> None:
        """From now on a commit is answered when the standby has it too."""
        configure(self.primary, "synchronous_standby_names = '*'")

    def fail_over(self) -> None:
        """The primary is gone for good, and the standby takes its place. Returns when it can be written to."""
        self.primary.stop("immediate")
        if not self.standby.running:
            self.standby.start()
        with psycopg.connect(self.standby.url, autocommit=True) as connection:
            assert connection.execute("SELECT pg_promote()").fetchone() == (True,)


def configure(server: PostgresServer, setting: str) -> None:
    """Change a setting; it is in force for all sessions that begin afterwards."""
    name, _, value = setting.partition(" = ")
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(f"ALTER SYSTEM SET {setting}".encode())
        connection.execute("SELECT pg_reload_conf()")
        while connection.execute(f"SHOW {name}".encode()).fetchone() != (value.strip("'"),):
            pass


@contextmanager
def primary_with_standby() -> Iterator[Pair]:
    """Skipped where PostgreSQL comes without `pg_basebackup`."""
    if not (binaries() / "pg_basebackup").exists():
        pytest.skip("pg_basebackup is not installed here (apt install postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="treadle-failover-"))
    folder.chmod(0o755)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        primary = new_server(folder / "primary", fsync=False, port=None)
        stack.callback(remove_server, primary)
        configure(primary, "synchronous_commit = on")
        standby = primary.copy(folder / "standby")
        stack.callback(remove_server, standby)
        standby.start()
        yield Pair(primary, standby)

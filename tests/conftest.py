"""Fixtures for every tier: a clock that tests move, and stores on both databases."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from postgres_server import shared_postgres_server
from treadle.ports import Store
from treadle.store import open_store

BROWSER_TESTS = "tests/browser/"
START = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
IN_MEMORY = Path("/dev/shm")
ROOM = 1 << 30

# Images of containers often switch bytecode off: each of the hundreds of commands that tests start would compile all it imports.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
# A shell starts what runs in the background deaf to Ctrl-C, and a process that a test starts would inherit that.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was not run and why, one line for each reason: a machine without a browser tests less."""
    reasons: Counter[str] = Counter()
    for report in terminalreporter.stats.get("skipped", ()):
        about = "browser tests" if report.nodeid.startswith(BROWSER_TESTS) else "tests"
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reasons[f"{about}: {reason.removeprefix('Skipped: ')}"] += 1
    for reason, count in sorted(reasons.items()):
        terminalreporter.write_line(f"NOT RUN: {count} {reason}", yellow=True, bold=True)


@dataclass
class MovableClock:
    """Time stands still until a test moves it."""

    moment: datetime = field(default=START)

    def now(self) -> datetime:
        return self.moment

    def boottime(self) -> float:
        return self.moment.timestamp()

    def advance(self, seconds: float) -> datetime:
        self.moment += timedelta(seconds=seconds)
        return self.moment


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture(scope="session")
def postgres_server_url(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[str]:
    """A server for the whole run, shared by the processes of pytest-xdist."""
    own = tmp_path_factory.getbasetemp()
    with shared_postgres_server(own if worker_id == "master" else own.parent) as url:
        yield url


@pytest.fixture(scope="session")
def postgres_template(postgres_server_url: str, worker_id: str) -> Iterator[str]:
    """The name of a database with the schema, to be copied for each test."""
    name = f"treadle_template_{worker_id}"
    with psycopg.connect(postgres_server_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}")
        connection.execute(f"CREATE DATABASE {name}")
        store = open_store(database_url(postgres_server_url, name))
        store.migrate()
        store.close()
        yield name
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


_numbers = itertools.count()


@pytest.fixture
def empty_postgres_url(postgres_server_url: str, worker_id: str) -> Iterator[str]:
    """A database without a schema."""
    with new_database(postgres_server_url, f"treadle_{worker_id}_{next(_numbers)}", template="template0") as url:
        yield url


@pytest.fixture
def postgres_url(postgres_server_url: str, postgres_template: str, worker_id: str) -> Iterator[str]:
    """A database with the schema and nothing in it."""
    with new_database(postgres_server_url, f"treadle_{worker_id}_{next(_numbers)}", template=postgres_template) as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the schema, to be copied for each test."""
    path = tmp_path_factory.mktemp("template") / "treadle.db"
    store = open_store(f"sqlite:///{path}")
    store.migrate()
    store.close()
    return path


@pytest.fixture
def empty_sqlite_url(tmp_path: Path) -> str:
    """A file that is not there yet."""
    return f"sqlite:///{tmp_path}/treadle.db"


@pytest.fixture
def sqlite_url(sqlite_template: Path) -> Iterator[str]:
    """A file with the schema and nothing in it."""
    with scratch_folder() as folder:
        yield f"sqlite:///{shutil.copy(sqlite_template, folder)}"


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest) -> str:
    """A database of each kind with the schema and nothing in it."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def store(store_url: str, clock: MovableClock) -> Iterator[Store]:
    """An empty store of each kind whose time is `clock`."""
    opened = open_store(store_url, clock=clock)
    yield opened
    opened.close()


def scratch_folder() -> tempfile.TemporaryDirectory[str]:
    """A folder in memory, where there is room: what a test writes need not reach a disk."""
    roomy = IN_MEMORY.is_dir() and os.access(IN_MEMORY, os.W_OK) and shutil.disk_usage(IN_MEMORY).free > ROOM
    return tempfile.TemporaryDirectory(prefix="treadle-", dir=IN_MEMORY if roomy else None, ignore_cleanup_errors=True)


def database_url(server_url: str, database: str) -> str:
    """The URL of another database of the same server."""
    return urlsplit(server_url)._replace(path=f"/{database}").geturl()


@contextmanager
def new_database(server_url: str, name: str, *, template: str) -> Iterator[str]:
    """The URL of a copy of a template, dropped at the end."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        # Four times faster than the default where nothing is synced.
        strategy = "STRATEGY FILE_COPY" if connection.info.server_version >= 150000 else ""
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} {strategy}")
        yield database_url(server_url, name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")

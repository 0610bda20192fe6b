"""What handlers did, written by themselves where no database can undo it: one synced line for each run.

`faults/ledger_activities.py` makes node types of `step`, `step_async` and `poison`; this module declares nothing, so
that a test process can read the ledger without getting node types.
"""

from __future__ import annotations

import json
import os
import signal
import threading
import time
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path

import apsw
import psycopg

from treadle.domain.activity import Context

FILE = "LEDGER_FILE"
DATABASE_URL = "LEDGER_DATABASE_URL"
"""Where a handler looks for its predecessors' results, past any proxy."""

TOKEN_PREFIX = "tok-"
COMMITTED = "SELECT node_id, output_json FROM journal WHERE execution_id = {} AND kind = 'done'"
SQLITE = "sqlite:///"


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a handler, written before it does anything else."""

    execution_id: str
    node_id: str
    visit: int
    attempt: int
    pid: int
    token: str
    """What this run returns; no other run returns it."""
    after: dict[str, str]
    """The predecessors' results, as the engine gave them."""
    committed: dict[str, str] | None
    """The results that a connection of the handler's own found in the database; None if it could not look."""


def step(ctx: Context, after: dict[str, str] | None = None, seconds: float = 0.0) -> str:
    """Write the run down, work a while, return the run's token."""
    run = record(ctx, after or {})
    time.sleep(seconds)
    return run.token


async def step_async(ctx: Context, after: dict[str, str] | None = None) -> str:
    """The same as a coroutine, without the work."""
    return record(ctx, after or {}).token


def poison(ctx: Context, after: dict[str, str] | None = None) -> str:
    """Write the run down and take the worker along."""
    record(ctx, after or {})
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("not reached")


def record(ctx: Context, after: dict[str, str]) -> Run:
    committed = _committed(ctx.execution_id) if after else {}
    token = f"{TOKEN_PREFIX}{uuid.uuid4().hex}"
    run = Run(ctx.execution_id, ctx.node_id, ctx.visit, ctx.attempt, os.getpid(), token, after, committed)
    _append(Path(os.environ[FILE]), json.dumps(asdict(run)))
    return run


def read_ledger(file: Path) -> list[Run]:
    """All runs, in the order they were written."""
    lines = file.read_text().splitlines() if file.exists() else []
    return [run for line in lines if line and (run := _run_of(line)) is not None]


def _run_of(line: str) -> Run | None:
    """None for a line torn by a kill at a page boundary: that run was not yet to do anything, and returned nothing."""
    try:
        return Run(**json.loads(line))
    except json.JSONDecodeError:
        return None


def _append(file: Path, line: str) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        # The first line break ends what a killed process may have left torn.
        os.write(descriptor, f"\n{line}\n".encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


_local = threading.local()


def _committed(execution_id: str) -> dict[str, str] | None:
    url = os.environ[DATABASE_URL]
    look = _look_sqlite if url.startswith(SQLITE) else _look_postgres
    try:
        return {node: json.loads(output) for node, output in look(url, execution_id)}
    except (psycopg.Error, apsw.Error):
        _local.connection = None
        return None


def _look_postgres(url: str, execution_id: str) -> list[tuple[str, str]]:
    if getattr(_local, "connection", None) is None:
        _local.connection = psycopg.connect(url, autocommit=True, application_name="ledger", connect_timeout=5)
    found: list[tuple[str, str]] = _local.connection.execute(COMMITTED.format("%s"), [execution_id]).fetchall()
    return found


def _look_sqlite(url: str, execution_id: str) -> list[tuple[str, str]]:
    if getattr(_local, "connection", None) is None:
        _local.connection = apsw.Connection(url.removeprefix(SQLITE), flags=apsw.SQLITE_OPEN_READONLY)
        _local.connection.set_busy_timeout(5_000)
    found: list[tuple[str, str]] = _local.connection.execute(COMMITTED.format("?"), [execution_id]).fetchall()
    return found

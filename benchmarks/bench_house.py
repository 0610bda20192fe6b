"""What the benchmarks share: a database, worker processes, and a way to wait for the end."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from treadle.bootstrap import Treadle, open_treadle
from treadle.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))


@contextmanager
def database(kind: str) -> Iterator[str]:
    """The URL of an empty, fully durable database: `sqlite` or `postgres`."""
    if kind == "sqlite":
        with tempfile.TemporaryDirectory(prefix="treadle-bench-") as folder:
            yield f"sqlite:///{folder}/bench.db"
        return
    from postgres_server import running_server

    with running_server(fsync=True) as server:
        yield server.url


@contextmanager
def opened(url: str) -> Iterator[Treadle]:
    treadle = open_treadle(Settings(database_url=url, log_level="ERROR"), migrate=True)
    try:
        yield treadle
    finally:
        treadle.close()


@contextmanager
def workers(url: str, count: int, **settings: object) -> Iterator[list[int]]:
    """Worker processes, stopped gracefully at the end; yields their pids."""
    named = {f"TREADLE_{name.upper()}": str(value) for name, value in settings.items()}
    environment = {**os.environ, "TREADLE_DATABASE_URL": url, "TREADLE_LOG_LEVEL": "ERROR", **named}
    processes = [subprocess.Popen([sys.executable, "-m", "treadle", "worker"], env=environment) for _ in range(count)]
    try:
        yield [process.pid for process in processes]
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(timeout=60)


def until_ended(treadle: Treadle, count: int, *, seconds: float = 600) -> None:
    """Wait until that many executions have ended; SystemExit when they do not."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        counts = treadle.store.executions.counts()
        if sum(counts.get(status, 0) for status in ("completed", "failed", "cancelled")) >= count:
            return
        time.sleep(0.05)
    raise SystemExit(f"{count} executions did not end within {seconds:.0f} s: {treadle.store.executions.counts()}")


def cpu_seconds(pid: int) -> float:
    """User and system time a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

"""Journal rows a second through the store's group commit, one commit in flight.

    python benchmarks/commits.py                       both databases, with fsync
    python benchmarks/commits.py postgresql://…        a server of your own

100 executions are owned; each commit holds so many rows of every one of them.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from postgres_server import postgres_server
from treadle.domain.records import Commit, JournalRow, NewExecution
from treadle.domain.workers import NewWorker
from treadle.store import open_store

EXECUTIONS = 100
OUTPUT = '{"status":200,"body":{"total":120,"currency":"EUR"}}'


@contextmanager
def urls() -> Iterator[list[str]]:
    if len(sys.argv) > 1:
        yield sys.argv[1:]
        return
    with tempfile.TemporaryDirectory() as folder, postgres_server(fsync=True) as server:
        yield [f"sqlite:///{folder}/treadle.db", server]


def measure(url: str) -> None:
    store = open_store(url)
    store.migrate()
    run = time.time_ns()
    worker = f"worker-{run}"
    store.workflows.save("commits", "{}", None)
    store.workers.register(NewWorker(worker, "here", 1, (worker,), EXECUTIONS, ()), lease=3600)
    for number in range(EXECUTIONS):
        store.executions.start(NewExecution(f"exec-{run}-{number:06}", "commits", 1, "{}", "{}", queue=worker))
    owned = [each.execution_id for each in store.ownership.claim(worker, queues=[worker], limit=EXECUTIONS).claims]
    seq = 0
    for rows_each, rounds in ((1, 200), (10, 60)):
        commits = [commit(owned, seq + number * rows_each, rows_each, store.now()) for number in range(rounds)]
        seq += rounds * rows_each
        started = time.perf_counter()
        for each in commits:
            store.ownership.commit(worker, each)
        took = time.perf_counter() - started
        written = rounds * rows_each * len(owned)
        size = f"{rows_each * len(owned):5} rows a commit"
        print(f"{store.describe()['kind']:10}  {size}  {took / rounds * 1000:6.2f} ms  {written / took:9,.0f} rows/s")
    store.workers.leave(worker)
    store.close()


def commit(owned: list[str], after: int, rows_each: int, now: datetime) -> Commit:
    plain = JournalRow(
        "", 0, "done", "fetch_order", "", 1, 1, "completed", "out", output_json=OUTPUT, started_at=now, finished_at=now
    )
    return Commit(
        rows=tuple(plain._replace(execution_id=each, seq=after + number) for number in range(1, rows_each + 1) for each in owned)
    )


if __name__ == "__main__":
    with urls() as found:
        for url in found:
            measure(url)

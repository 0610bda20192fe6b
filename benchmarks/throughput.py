"""1,000 executions of ten sequential `noop` nodes: node results a second, each durable before the next node starts.

python benchmarks/throughput.py [--database sqlite|postgres] [--executions N] [--nodes N] [--workers N] [--concurrency N]
    [--pgbouncer]

`--pgbouncer` measures PostgreSQL twice: directly, and with the workers behind PgBouncer in transaction mode.
"""

from __future__ import annotations

import argparse
import time
from contextlib import AbstractContextManager, nullcontext

from bench_house import database, opened, until_ended, workers

from treadle.domain.records import ExecutionRecord

KINDS = ("sqlite", "postgres")


def measure(kind: str, *, executions: int, nodes: int, processes: int, concurrency: int, pooled: bool = False) -> float:
    """Node results a second, from the first claim to the last end, by the database's own stamps."""
    graph = {
        "nodes": [{"id": f"n{i}", "type": "noop"} for i in range(nodes)],
        "edges": [{"source": f"n{i}", "target": f"n{i + 1}"} for i in range(nodes - 1)],
    }
    with database(kind) as url, opened(url) as treadle, _way(url, pooled=pooled) as workers_url:
        treadle.engine.save_workflow("chain", graph)
        for _ in range(executions):
            treadle.engine.create("chain")
        with workers(workers_url, processes, worker_concurrency=concurrency):
            until_ended(treadle, executions)
        time.sleep(0.1)
        records: list[ExecutionRecord] = []
        cursor = None
        while True:
            page = treadle.store.executions.list(limit=200, cursor=cursor)
            records.extend(page.items)
            cursor = page.next_cursor
            if cursor is None:
                break
        begun = min(r.started_at for r in records if r.started_at)
        ended = max(r.finished_at for r in records if r.finished_at)
        assert all(r.status == "completed" for r in records)
        seconds: float = (ended - begun).total_seconds()
        return executions * nodes / seconds


def _way(url: str, *, pooled: bool) -> AbstractContextManager[str]:
    """How workers reach the database."""
    if not pooled:
        return nullcontext(url)
    from pooler_server import pgbouncer

    return pgbouncer(url)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgres"], action="append")
    parser.add_argument("--executions", type=int, default=1000)
    parser.add_argument("--nodes", type=int, default=10)
    parser.add_argument("--workers", type=int, help="worker processes; 1 on SQLite and 2 on PostgreSQL if not said")
    parser.add_argument("--concurrency", type=int, default=200)
    parser.add_argument("--pgbouncer", action="store_true", help="also with the workers behind PgBouncer; PostgreSQL alone")
    said = parser.parse_args()
    ways = [("postgres", False), ("postgres", True)] if said.pgbouncer else [(kind, False) for kind in said.database or KINDS]
    for kind, pooled in ways:
        processes = said.workers or (1 if kind == "sqlite" else 2)
        size = {"executions": said.executions, "nodes": said.nodes}
        rate = measure(kind, **size, processes=processes, concurrency=said.concurrency, pooled=pooled)
        setting = f"{said.executions} × {said.nodes}, workers: {processes}, executions at once: {said.concurrency}"
        name = f"{kind} behind PgBouncer" if pooled else kind
        print(f"{name}: {rate:,.0f} node results/s ({setting})")


if __name__ == "__main__":
    main()

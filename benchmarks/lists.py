"""How long lists, searches and counts take with much history: median and 95th percentile of each, in milliseconds.

python benchmarks/lists.py [--database sqlite|postgres] [--executions N …] [--rounds N]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import apsw
import psycopg
from bench_house import database, opened

from treadle.bootstrap import Treadle
from treadle.domain.search import parse_search
from treadle.engine import shapes
from treadle.engine.answers import encode

GRAPH = {"nodes": [{"id": "fetch", "type": "noop"}], "edges": []}
WORKFLOWS = 40
DAYS = 30

# Most are completed; 1 in 50 failed, 1 in 200 is open. The oldest failure alone names `the needle`.
EXECUTIONS = """
INSERT INTO execution (id, workflow, version, status, priority, queue, ready_at, claim_key, created_at, started_at, finished_at,
                       wake_at, depth, on_parent_end, trigger_type, trigger_json, input_json, output_json, error_json, parent_id)
SELECT 'exec-' || substr('00000000' || n, -8) || '-019a', 'workflow-' || ((n * 31 + n / 7) % 40), 1, status, 0, 'default',
       created, n, created, created, CASE WHEN status IN ('completed', 'failed', 'cancelled') THEN created END,
       CASE WHEN status = 'waiting' THEN created END, 0, 'cancel', type,
       '{"node":"start","type":"trigger.' || type || '","payload":{"order":"A-' || n || '","amount":12.5}}',
       '{"order":"A-' || n || '","amount":12.5,"note":"0123456789abcdef0123456789abcdef"}',
       CASE WHEN status = 'completed' THEN '{"fetch":{"ok":true,"n":' || n || '}}' END,
       CASE WHEN status = 'failed' THEN '{"type":"HTTPError","message":"' || CASE WHEN n <= 50 THEN 'the needle' ELSE
         'connection refused by host-' || (n % 97) END || '","node_id":"fetch","attempt":3}' END,
       CASE WHEN n % 500 = 0 THEN 'exec-' || substr('00000000' || (n / 500), -8) || '-019a' END
FROM (
  SELECT n, moment AS created,
         CASE WHEN n % 50 = 0 THEN 'failed' WHEN n % 200 = 1 THEN 'waiting' WHEN n % 1000 = 2 THEN 'paused'
              WHEN n % 1000 = 3 THEN 'cancelled' WHEN n > total - 100 AND n % 5 = 4 THEN 'running'
              ELSE 'completed' END AS status,
         CASE WHEN n % 3 = 0 THEN 'schedule' WHEN n % 5000 = 4 THEN 'webhook' ELSE 'manual' END AS type
  FROM numbers
) AS planned
"""
SQLITE_NUMBERS = """
CREATE TEMP VIEW numbers AS
WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < {count})
SELECT n, {count} AS total, {now} - ({count} - n) * {step} AS moment FROM counted;
"""
POSTGRES_NUMBERS = """
CREATE TEMP VIEW numbers AS
SELECT n, {count} AS total, to_timestamp(({now} - ({count} - n) * CAST({step} AS bigint)) / 1000000.0) AS moment
FROM generate_series(CAST(1 AS bigint), {count}) AS n
"""

SEARCHES = [
    "", "status:failed", "status:open", "status:failed,running", "workflow:workflow-4", "workflow:workflow-4 status:failed",
    "since:24h", "until:15d", "workflow-1", "id:exec-0000", "trigger:manual", "trigger:webhook", "-workflow:workflow-4",
    "error:refused", 'error:"the needle"', "needle", "workflow-1 refused",
]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgres"], action="append")
    parser.add_argument("--executions", type=int, nargs="+", default=[10_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=20)
    said = parser.parse_args()
    for count in said.executions:
        for kind in said.database or ["sqlite", "postgres"]:
            with database(kind) as url:
                began = time.monotonic()
                fill(url, count)
                print(f"\n{kind}, {count:,} executions, inserted in {time.monotonic() - began:.0f} s", flush=True)
                with opened(url) as treadle:
                    for name, call in measured(treadle).items():
                        print_times(name, call, said.rounds)


def fill(url: str, count: int) -> None:
    with opened(url) as treadle:
        for number in range(WORKFLOWS):
            treadle.engine.save_workflow(f"workflow-{number}", GRAPH)
        now = int(treadle.store.now().timestamp() * 1_000_000)
    numbers = {"count": count, "now": now, "step": DAYS * 86_400_000_000 // count}
    if url.startswith("sqlite"):
        connection = apsw.Connection(url.removeprefix("sqlite:///"))
        connection.execute(SQLITE_NUMBERS.format(**numbers))
        connection.execute(EXECUTIONS)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        return
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(POSTGRES_NUMBERS.format(**numbers).encode())
        server.execute(EXECUTIONS.replace("substr('0", "right('0").replace(", -8)", ", 8)").encode())
        server.execute("VACUUM ANALYZE execution")


def measured(treadle: Treadle) -> dict[str, Callable[[], Any]]:
    store = treadle.store

    def page(text: str, cursor: str | None = None) -> Callable[[], Any]:
        return lambda: shapes.execution_page(store.executions.list(parse_search(text, now=store.now), limit=50, cursor=cursor))

    def facets(text: str) -> Callable[[], Any]:
        return lambda: shapes.execution_facets(store.executions.facets(parse_search(text, now=store.now)))

    deep = None
    for _ in range(100):
        deep = store.executions.list(limit=100, cursor=deep).next_cursor
    calls = {f"page {text}": page(text) for text in SEARCHES}
    calls["page 100 deep"] = page("", deep)
    calls.update({f"facets {text}": facets(text) for text in SEARCHES})
    calls["stats"] = store.executions.counts
    calls["workflows"] = lambda: shapes.page(store.workflows.list(limit=50), shapes.workflow_row)
    return calls


def print_times(name: str, call: Callable[[], Any], rounds: int) -> None:
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        encode(call())
        times.append((time.perf_counter() - began) * 1000)
    ordered = sorted(times)
    median, high = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)]
    print(f"  {name:42} {median:8.1f} {high:8.1f}   the first time {times[0]:.1f}", flush=True)


if __name__ == "__main__":
    main()

"""The live stream: from the end of a node to its event at a reader, and what idle streams cost the server.

On SQLite server and worker are one process (`treadle up`), on PostgreSQL two.

python benchmarks/live.py [--database sqlite|postgres] [--events N] [--seconds N]
"""

from __future__ import annotations

import argparse
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from random import Random
from urllib.parse import urlencode

from bench_house import cpu_seconds, database, opened, workers

from treadle.bootstrap import Treadle

WATCHED = 50
GRAPH = {
    "nodes": [
        {"id": "door", "type": "signal.wait", "config": {"signal": "go"}},
        {"id": "after", "type": "set", "config": {"value": 1}},
    ],
    "edges": [{"source": "door", "target": "after"}],
}


@contextmanager
def server(url: str, *command: str) -> Iterator[tuple[int, int]]:
    """(pid, port) of a `treadle` process that serves."""
    environment = {**os.environ, "TREADLE_DATABASE_URL": url, "TREADLE_LOG_LEVEL": "ERROR", "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "treadle", *command, "--port", "0"], env=environment, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stderr is not None
        for line in process.stderr:
            if found := re.search(r"http://[^:]+:(\d+)/", line):
                yield process.pid, int(found[1])
                break
    finally:
        process.terminate()
        process.communicate(timeout=60)


def stream(port: int, executions: list[str]) -> socket.socket:
    """A reader of the live stream, whose request has been sent."""
    connection = socket.create_connection(("127.0.0.1", port))
    query = urlencode({"execution": executions}, doseq=True)
    connection.sendall(f"GET /api/v1/live?{query} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    return connection


def waiting(treadle: Treadle, count: int) -> list[str]:
    """Executions that wait for the signal."""
    ids = [treadle.engine.create("live").id for _ in range(count)]
    while any(treadle.store.ownership.state(each).status != "waiting" for each in ids):  # type: ignore[union-attr]
        time.sleep(0.05)
    return ids


def latencies(treadle: Treadle, port: int, events: int) -> Iterator[float]:
    """Seconds from the end of the node `after` (before its commit) until a reader of many executions has its row."""
    random = Random(1)
    for _ in range(0, events, WATCHED):
        ids = waiting(treadle, WATCHED)
        with closing(stream(port, ids)) as connection, connection.makefile("r") as lines:
            time.sleep(1)
            for execution_id in ids:
                time.sleep(random.uniform(0.02, 0.12))
                treadle.engine.signal(execution_id, "go")
                yield time_of_row(lines, execution_id)


def time_of_row(lines: Iterator[str], execution_id: str) -> float:
    for line in lines:
        if line.startswith("data: ") and '"node_id":"after"' in line and '"row"' in line and execution_id in line:
            finished = datetime.fromisoformat(json.loads(line[6:])["row"]["finished_at"])
            return (datetime.now(UTC) - finished).total_seconds()
    raise SystemExit("the stream ended")


def idle_cost(treadle: Treadle, pid: int, port: int, streams: int, seconds: float) -> float:
    """The part of a core that the server takes while so many readers watch one execution that waits."""
    [execution_id] = waiting(treadle, 1)
    with ExitStack() as stack:
        for _ in range(streams):
            stack.enter_context(closing(stream(port, [execution_id])))
        time.sleep(2)
        before, began = cpu_seconds(pid), time.perf_counter()
        time.sleep(seconds)
        return (cpu_seconds(pid) - before) / (time.perf_counter() - began)


def measure(kind: str, treadle: Treadle, pid: int, port: int, said: argparse.Namespace) -> None:
    treadle.engine.save_workflow("live", GRAPH)
    found = list(latencies(treadle, port, said.events))
    worst = statistics.quantiles(found, n=20)[-1] * 1000
    print(f"{kind}: end of a node to its event: median {statistics.median(found) * 1000:.0f} ms, p95 {worst:.0f} ms ({len(found)})")
    for streams in (0, 20, 200):
        cost = idle_cost(treadle, pid, port, streams, said.seconds)
        print(f"{kind}: {streams} idle streams: {100 * cost:.1f} % of a core", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgres"], action="append")
    parser.add_argument("--events", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=10.0)
    said = parser.parse_args()
    for kind in said.database or ["sqlite", "postgres"]:
        with database(kind) as url, opened(url) as treadle:
            if kind == "sqlite":
                with server(url, "up", "--no-examples") as (pid, port):
                    measure(kind, treadle, pid, port, said)
            else:
                with workers(url, 1), server(url, "server") as (pid, port):
                    measure(kind, treadle, pid, port, said)


if __name__ == "__main__":
    main()

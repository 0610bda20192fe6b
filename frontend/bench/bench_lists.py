"""The list of executions over HTTP with little and with much history, on SQLite."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import lists
from bench_numbers import Measure, Number, at_most

from browser.served_ui import API, served_ui

SEARCHES = [
    "",
    "status:failed",
    "status:open",
    "workflow:workflow-4",
    "workflow:workflow-4 status:failed",
    "status:failed,running since:24h",
    "workflow-1",
]
ROUNDS = 30


def pages(folder: Path) -> Iterator[Number]:
    for count, limit in ((10_000, 50), (1_000_000, 150)):
        url = f"sqlite:///{folder}/{count}.db"
        lists.fill(url, count)
        with served_ui(folder, url, "server") as site, httpx.Client(base_url=site.address, trust_env=False, timeout=60) as http:
            slowest = max((p95(http, search), search) for search in SEARCHES)
        yield at_most(
            f"list API, 95th percentile of a page of 50, {count:,} executions",
            limit,
            slowest[0],
            "ms",
            f"the slowest search: `{slowest[1] or 'all'}`",
        )


def p95(http: httpx.Client, search: str) -> float:
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        http.get(f"{API}/executions", params={"limit": 50, **({"q": search} if search else {})}).raise_for_status()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.quantiles(times, n=20)[-1]


MEASURES: dict[str, Measure] = {"lists": pages}

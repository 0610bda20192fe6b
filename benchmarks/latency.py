"""From the call that starts an execution to its end, one `noop` node, wake-ups on: the median and the 95th percentile.

python benchmarks/latency.py [--database sqlite|postgres] [--executions N] [--separate]
"""

from __future__ import annotations

import argparse
import statistics
import time

from bench_house import database, opened, workers

from treadle.bootstrap import Treadle, build_worker


def sample(treadle: Treadle, executions: int) -> list[float]:
    """Seconds from `create` to the first look that finds it completed."""
    found = []
    for _ in range(executions):
        began = time.perf_counter()
        started = treadle.engine.create("one")
        while treadle.store.ownership.state(started.id).status != "completed":  # type: ignore[union-attr]
            time.sleep(0.0005)
        found.append(time.perf_counter() - began)
    return found


def report(kind: str, where: str, found: list[float]) -> None:
    median, worst = statistics.median(found) * 1000, statistics.quantiles(found, n=20)[-1] * 1000
    print(f"{kind}, worker in {where}: median {median:.1f} ms, p95 {worst:.1f} ms ({len(found)} executions)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgres"], action="append")
    parser.add_argument("--executions", type=int, default=200)
    said = parser.parse_args()
    for kind in said.database or ["sqlite", "postgres"]:
        with database(kind) as url, opened(url) as treadle:
            treadle.engine.save_workflow("one", {"nodes": [{"id": "n", "type": "noop"}], "edges": []})
            worker = build_worker(treadle)
            thread = worker.start_in_thread()
            sample(treadle, 20)
            report(kind, "the same process", sample(treadle, said.executions))
            worker.stop()
            thread.join()
            if kind == "postgres":
                with workers(url, 1):
                    time.sleep(2)
                    sample(treadle, 20)
                    report(kind, "a process of its own", sample(treadle, said.executions))


if __name__ == "__main__":
    main()

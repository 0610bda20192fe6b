"""What an idle worker costs with 10,000 waiting executions: its share of one core.

python benchmarks/idle.py [--database sqlite|postgres] [--waiting N] [--seconds S]
"""

from __future__ import annotations

import argparse
import time

from bench_house import cpu_seconds, database, opened, workers


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgres"], action="append")
    parser.add_argument("--waiting", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=20)
    said = parser.parse_args()
    graph = {"nodes": [{"id": "w", "type": "signal.wait", "config": {"signal": "go"}}], "edges": []}
    for kind in said.database or ["sqlite", "postgres"]:
        with database(kind) as url, opened(url) as treadle:
            treadle.engine.save_workflow("wait", graph)
            for _ in range(said.waiting):
                treadle.engine.create("wait")
            with workers(url, 1, worker_concurrency=200) as (pid,):
                while treadle.store.executions.counts().get("waiting", 0) < said.waiting:
                    time.sleep(0.2)
            with workers(url, 1) as (pid,):
                time.sleep(3)
                before, began = cpu_seconds(pid), time.monotonic()
                time.sleep(said.seconds)
                share = (cpu_seconds(pid) - before) / (time.monotonic() - began)
            print(f"{kind}: {share:.2%} of a core, idle with {said.waiting:,} waiting executions")


if __name__ == "__main__":
    main()

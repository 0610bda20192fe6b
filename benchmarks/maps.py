"""How maps and loops grow: ten times the items must cost ten times as much, in time and in memory.

    python benchmarks/maps.py [--items 1000 10000] [--database sqlite|postgres]

Each case runs in a worker process of its own. `waits`: each item waits 20 ms, so the execution parks again and again.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

from bench_house import database, opened, until_ended, workers


def _graph(*nodes: dict[str, Any], edges: tuple[tuple[str, str], ...] = ()) -> dict[str, Any]:
    return {"nodes": list(nodes), "edges": [{"source": source, "target": target} for source, target in edges]}


def _map(inner: dict[str, Any], count: int, **config: Any) -> dict[str, Any]:
    whole = _graph({"id": "each", "type": "for_each", "config": {"count": count, "graph": inner, **config}})
    return {**whole, "settings": {"max_activities": 1_000_000}}


def _loop(count: int) -> dict[str, Any]:
    inner = _graph({"id": "n", "type": "set", "config": {"value": "{{ (previous or 0) + 1 }}"}})
    return _graph({"id": "loop", "type": "repeat", "config": {"max": count, "graph": inner}})


NOOP = _graph({"id": "n", "type": "noop"})
DIAMOND = _graph(
    *({"id": id, "type": "noop"} for id in "abcd"), edges=(("a", "b"), ("a", "c"), ("b", "d"), ("c", "d"))
)
WAIT = _graph({"id": "w", "type": "wait", "config": {"duration": 0.02}})
CASES = {
    "one node, concurrency 10": lambda count: _map(NOOP, count),
    "one node, concurrency 1000": lambda count: _map(NOOP, count, concurrency=1000),
    "diamond, concurrency 10": lambda count: _map(DIAMOND, count),
    "waits, concurrency 100": lambda count: _map(WAIT, count, concurrency=100),
    "waits, all at once": lambda count: _map(WAIT, count, concurrency=count),
    "turns of a loop": _loop,
}


def peak_mib(pid: int) -> float:
    """The most memory a process has held."""
    with open(f"/proc/{pid}/status") as status:
        [line] = [line for line in status if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--database", choices=["sqlite", "postgres"], action="append")
    parser.add_argument("--case", choices=CASES, action="append")
    options = parser.parse_args()
    print(f"{'database':9} {'case':28} {'items':>7} {'seconds':>8} {'us/item':>8} {'MiB':>6}")
    for kind in options.database or ["sqlite"]:
        for name in options.case or CASES:
            for count in options.items:
                _measure(kind, name, count)


def _measure(kind: str, name: str, count: int) -> None:
    with database(kind) as url, opened(url) as treadle:
        treadle.engine.save_workflow("w", CASES[name](count))
        with workers(url, 1, poll_interval=0.05) as [pid]:
            until_started = time.monotonic()
            while not treadle.store.workers.list() and time.monotonic() < until_started + 30:
                time.sleep(0.05)
            begun = time.monotonic()
            execution = treadle.engine.create("w")
            until_ended(treadle, 1)
            seconds = time.monotonic() - begun
            memory = peak_mib(pid)
        status = treadle.store.executions.get(execution.id).status
    print(f"{kind:9} {name:28} {count:7,} {seconds:8.2f} {seconds / count * 1e6:8.0f} {memory:6.0f}  {status}")


if __name__ == "__main__":
    main()

"""Runs task graphs of real scientific workflows, and checks the journal: each node once, no node before its predecessors.

    python benchmarks/graphs.py FILE… [--database sqlite|postgres] [--workers N]

A file is `{name, nodes: [{id, runtime}], edges: [[from, to]]}`; nodes become `noop` nodes with `join: all`.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from pathlib import Path
from typing import Any

from bench_house import database, opened, until_ended, workers

from treadle.bootstrap import Treadle
from treadle.domain.records import JournalRow


def workflow_of(graph: dict[str, Any]) -> dict[str, Any]:
    """The graph_config of a task graph; ids become identifiers."""
    name_of = {node["id"]: re.sub(r"\W", "_", f"t_{node['id']}")[:128] for node in graph["nodes"]}
    targets = {target for _, target in graph["edges"]}
    return {
        "nodes": [
            {"id": name_of[n["id"]], "type": "noop", **({"join": "all"} if n["id"] in targets else {})} for n in graph["nodes"]
        ],
        "edges": [{"source": name_of[source], "target": name_of[target]} for source, target in graph["edges"]],
        "settings": {"output": "null"},
    }


def check(config: dict[str, Any], rows: list[JournalRow]) -> None:
    """AssertionError unless each node has one result, and every predecessor's comes before its successor's start."""
    done = {row.node_id: row for row in rows}
    assert len(rows) == len(done) == len(config["nodes"]), f"{len(rows)} rows of {len(done)} nodes for {len(config['nodes'])}"
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
    for edge in config["edges"]:
        before, after = done[edge["source"]], done[edge["target"]]
        assert before.seq < after.seq, edge
        assert before.finished_at is not None
        assert after.started_at is not None
        assert before.finished_at <= after.started_at, edge


def journal(treadle: Treadle, execution_id: str) -> list[JournalRow]:
    rows: list[JournalRow] = []
    while batch := treadle.store.executions.journal(execution_id, after=rows[-1].seq if rows else 0):
        rows.extend(batch)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--database", choices=["sqlite", "postgres"], action="append")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--copies", type=int, default=2, help="executions of each graph")
    said = parser.parse_args()
    graphs = [json.loads(path.read_text()) for path in said.files]
    for kind in said.database or ["sqlite", "postgres"]:
        with database(kind) as url, opened(url) as treadle, workers(url, said.workers):
            ended = 0
            for graph in graphs:
                config = workflow_of(graph)
                treadle.engine.save_workflow(graph["name"], config)
                began = time.monotonic()
                ids = [treadle.engine.create(graph["name"]).id for _ in range(said.copies)]
                ended += said.copies
                until_ended(treadle, ended)
                took = time.monotonic() - began
                for execution_id in ids:
                    assert treadle.engine.show(execution_id).record.status == "completed"
                    check(config, journal(treadle, execution_id))
                nodes = said.copies * len(config["nodes"])
                print(f"{kind}: {graph['name']}: {nodes:,} nodes in {took:.2f} s, {nodes / took:,.0f}/s; order and counts hold")


if __name__ == "__main__":
    main()

"""Executions are failed by hand, retried from their nodes and forked, while their workers are killed at any moment."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from faults.driver import NODES, PATIENCE, PREDECESSORS, SCALE, Cluster, eventually, five_nodes, pause, rows
from ledger import Run
from treadle.domain.errors import ConflictError, DefinitionError
from treadle.domain.records import ExecutionRecord, JournalRow
from treadle.engine.history import History
from treadle.engine.retrying import journal_of

pytestmark = pytest.mark.timeout(4 * PATIENCE)

EXECUTIONS, KILLS, ENOUGH = 12, 5, 3


def test_going_back_and_forking_under_kills_mixes_no_old_result_with_a_new_one(store_url: str, tmp_path: Path) -> None:
    with Cluster(tmp_path, store_url) as cluster:
        cluster.store.migrate()
        cluster.engine.save_workflow("five", five_nodes(seconds=0.1))
        cluster.start_workers(1 if cluster.store.single_writer else 3)
        cluster.start("five", EXECUTIONS * SCALE)

        done: Counter[str] = Counter()
        for _ in range(KILLS * SCALE):
            for _ in range(8):
                pause(cluster.random.uniform(0.0, 0.1))
                done[_disturb(cluster)] += 1
            cluster.until_no_suspects()
            cluster.until_registered(cluster.replace(cluster.random.choice(cluster.workers)))
        eventually(lambda: _disturbed_enough(cluster, done))
        eventually(lambda: _all_completed(cluster))

        assert rows(store_url, GAPS) == []
        for record in _executions(cluster):
            whole = cluster.store.executions.get(record.id)
            _assert_one_story(whole, journal_of(cluster.store, record.id), cluster.ledger)


GAPS = "SELECT execution_id FROM journal GROUP BY execution_id HAVING min(seq) <> 1 OR max(seq) <> count(*)"


def _disturbed_enough(cluster: Cluster, done: Counter[str]) -> bool:
    """Something happens once more; whether all that can happen has."""
    done[_disturb(cluster)] += 1
    return min(done["failed"], done["went back"], done["forked"]) >= ENOUGH


def _disturb(cluster: Cluster) -> str:
    """Something happens to one of the executions: what it was."""
    found = cluster.random.choice(_executions(cluster))
    node = cluster.random.choice(NODES)
    with suppress(ConflictError, DefinitionError):  # it went on meanwhile, or the node has not run yet
        if found.status == "failed":
            cluster.engine.retry(found.id, from_node=node)
            return "went back"
        if found.status == "completed" or cluster.random.random() < 0.3:
            cluster.engine.fork(found.id, node)
            return "forked"
        cluster.engine.fail_execution(found.id, "for a test")
        return "failed"
    return "too late"


def _executions(cluster: Cluster) -> Sequence[ExecutionRecord]:
    return cluster.store.executions.list(limit=1000).items


def _all_completed(cluster: Cluster) -> bool:
    statuses = {record.id: record.status for record in _executions(cluster)}
    for execution_id, status in statuses.items():
        if status == "failed":
            with suppress(ConflictError):
                cluster.engine.retry(execution_id)
    return set(statuses.values()) == {"completed"}


def _assert_one_story(record: ExecutionRecord, journal: Sequence[JournalRow], ledger: Sequence[Run]) -> None:
    """Of what counts in the end, each node has one result, and it was made from those of its predecessors that count."""
    counted = [row for row in History.of(record.id, journal).rows if row.kind == "done"]
    results = {row.node_id: json.loads(row.output_json or "null") for row in counted}
    assert sorted(row.node_id for row in counted) == sorted(NODES)
    assert json.loads(record.output_json or "null") == results["last"]
    runs = {run.token: run for run in ledger}
    for node_id, token in results.items():
        assert runs[token].node_id == node_id
        assert runs[token].after == {source: results[source] for source in PREDECESSORS[node_id]}

"""An execution that kills each worker that runs it is set aside; its neighbours complete."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from faults.driver import PATIENCE, SCALE, Cluster, five_nodes, rows
from faults.invariants import assert_nothing_forbidden, watch

pytestmark = pytest.mark.timeout(4 * PATIENCE)
CRASHES = 3


def test_poison_is_set_aside_after_three_crashes_and_its_neighbours_complete(store_url: str, tmp_path: Path) -> None:
    poisonous = 2 * SCALE
    with Cluster(tmp_path, store_url) as cluster:
        cluster.store.migrate()
        watch(store_url)
        cluster.engine.save_workflow("five", five_nodes())
        cluster.engine.save_workflow("poison", {"nodes": [{"id": "bad", "type": "ledger.poison"}], "edges": []})
        for _ in range(poisonous):
            cluster.start("five", 20)
            cluster.start("poison", 1)
        cluster.start("five", 20)

        cluster.start_worker()
        cluster.start_worker()
        cluster.until_all_ended()

        assert cluster.stop_workers() == [0, 0]
        assert_nothing_forbidden(cluster)
        ended = rows(store_url, "SELECT workflow, status, count(*) FROM execution GROUP BY workflow, status")
        assert sorted(ended) == [("five", "completed", 20 * poisonous + 20), ("poison", "failed", poisonous)]
        errors = rows(store_url, "SELECT error_json FROM execution WHERE workflow = 'poison'")
        assert [json.loads(text)["type"] for (text,) in errors] == ["crash_loop"] * poisonous
        counted = rows(store_url, "SELECT crashes FROM execution WHERE workflow = 'poison'")
        assert counted == [(CRASHES,)] * poisonous
        # A poison that was claimed and not yet called when the other one killed their worker counts that crash as its own.
        runs = Counter(run.execution_id for run in cluster.ledger if run.node_id == "bad")
        assert max(runs.values()) <= CRASHES <= runs.total()

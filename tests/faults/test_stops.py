"""SIGTERM and Ctrl-C: the worker leaves in good order, and its work goes on elsewhere without waiting for the lease."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from faults.driver import PATIENCE, Cluster, five_nodes, rows
from faults.invariants import assert_all_completed_once, extra_runs, watch

pytestmark = pytest.mark.timeout(4 * PATIENCE)

FOR_EVER = 3000.0
"""A lease that does not run out while a test runs: who gets the work got it from the one that left."""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_told_to_stop_hands_its_work_over(postgres_url: str, tmp_path: Path, number: int) -> None:
    watch(postgres_url)
    with Cluster(tmp_path, postgres_url, lease=FOR_EVER) as cluster:
        cluster.engine.save_workflow("five", five_nodes(seconds=0.2))
        cluster.start_workers(2)
        leaving = cluster.workers.pop(0)
        cluster.gone.append(leaving)
        cluster.start("five", 60)
        cluster.until_held(leaving, 5)

        leaving.signal(number)
        code = leaving.process.wait(timeout=PATIENCE)
        cluster.until_all_ended()

        assert code == 0
        assert "Worker stopped" in leaving.said()
        assert "took over from" not in cluster.workers[0].said()
        assert cluster.stop_workers() == [0]
        assert_all_completed_once(cluster)
        # What ran when it was told has finished and counts.
        assert extra_runs(cluster) == 0
        assert rows(postgres_url, "SELECT id FROM execution WHERE crashes > 0") == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_idle_worker_leaves_no_row(store_url: str, tmp_path: Path, number: int) -> None:
    with Cluster(tmp_path, store_url, lease=FOR_EVER) as cluster:
        cluster.store.migrate()
        cluster.start_workers(1)
        [worker] = cluster.workers

        worker.signal(number)
        code = worker.process.wait(timeout=PATIENCE)

        assert code == 0
        assert cluster.pids() == set()
        assert "Traceback" not in worker.said()

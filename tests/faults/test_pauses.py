"""A worker stopped past its lease wakes up as a stranger: it changes nothing, and begins anew."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from faults.driver import PATIENCE, SCALE, Cluster, Worker, five_nodes
from faults.invariants import assert_all_completed_once, assert_runs_bounded, assert_work_was_interrupted, watch

pytestmark = pytest.mark.timeout(4 * PATIENCE)


def test_a_worker_stopped_past_its_lease_changes_nothing_and_begins_anew(postgres_url: str, tmp_path: Path) -> None:
    watch(postgres_url)
    with Cluster(tmp_path, postgres_url, lease=1.5) as cluster:
        cluster.engine.save_workflow("five", five_nodes(seconds=0.1))
        cluster.start_workers(3)

        for number in range(3 * SCALE):
            victim = cluster.workers[number % 3]
            before = incarnations(cluster)
            cluster.start("five", 40)
            cluster.until_held(victim, 5)
            victim.signal(signal.SIGSTOP)
            cluster.until_gone(victim)
            victim.signal(signal.SIGCONT)
            cluster.until_registered(victim)
            assert incarnations(cluster)[victim.pid] != before[victim.pid]
        cluster.until_all_ended()

        assert cluster.stop_workers() == [0, 0, 0]
        assert_all_completed_once(cluster)
        assert_runs_bounded(cluster)
        assert_work_was_interrupted(cluster)
        assert all(told_of_its_loss(worker) for worker in cluster.workers)


def incarnations(cluster: Cluster) -> dict[int, str]:
    """The id under which each process works."""
    return {row.pid: row.id for row in cluster.store.workers.list()}


def told_of_its_loss(worker: Worker) -> bool:
    return "lost: dropping" in worker.said()

"""Workers killed at any moment: the others go on, and nothing is lost or done twice."""

from __future__ import annotations

from pathlib import Path

import apsw
import pytest

from faults.driver import PATIENCE, SCALE, Cluster, five_nodes, pause, rows
from faults.invariants import assert_all_completed_once, assert_runs_bounded, assert_work_was_interrupted, extra_runs, watch

pytestmark = pytest.mark.timeout(4 * PATIENCE)
CONCURRENCY = 10


@pytest.mark.parametrize(("wakeups", "executions", "kills"), [("true", 300, 10), ("false", 100, 4)])
def test_workers_killed_on_postgresql_lose_nothing(
    postgres_url: str, tmp_path: Path, wakeups: str, executions: int, kills: int
) -> None:
    watch(postgres_url)
    kills *= SCALE
    with Cluster(tmp_path, postgres_url, settings={"TREADLE_WAKEUPS": wakeups}) as cluster:
        cluster.engine.save_workflow("five", five_nodes(seconds=0.15))
        cluster.start_workers(4)

        for _ in range(kills):
            cluster.start("five", executions * SCALE // kills)
            pause(cluster.random.uniform(0.05, 0.3))
            cluster.until_no_suspects()
            cluster.replace(cluster.random.choice(cluster.workers), seen=cluster.random.random() < 0.5)
        cluster.until_all_ended()
        for worker in cluster.gone:
            worker.process.wait()
        codes = cluster.stop_workers()

        assert codes == [0] * 4
        assert_all_completed_once(cluster)
        assert_runs_bounded(cluster)
        assert_work_was_interrupted(cluster)
        # Of one execution at most two nodes run at once.
        assert extra_runs(cluster) <= kills * CONCURRENCY * 2
        assert rows(postgres_url, "SELECT id FROM worker") == []


def test_a_worker_killed_on_sqlite_goes_on_where_it_was(sqlite_url: str, tmp_path: Path) -> None:
    kills = 15 * SCALE
    with Cluster(tmp_path, sqlite_url, lease=300.0) as cluster:
        cluster.store.migrate()
        watch(sqlite_url)
        cluster.engine.save_workflow("five", five_nodes())
        cluster.start("five", 10)
        cluster.start_workers(1)

        for _ in range(kills):
            cluster.start("five", 6)
            pause(cluster.random.uniform(0.0, 0.4))
            cluster.until_no_suspects()
            # The lease is long: only the look at the process table can end the dead one's.
            cluster.until_alone(cluster.replace(cluster.workers[0]))
        cluster.until_all_ended()

        assert cluster.stop_workers() == [0]
        assert_all_completed_once(cluster)
        assert_runs_bounded(cluster)
        assert_work_was_interrupted(cluster)
        assert integrity(sqlite_url) == "ok"


def integrity(url: str) -> str:
    connection = apsw.Connection(url.removeprefix("sqlite:///"))
    try:
        return str(connection.pragma("integrity_check"))
    finally:
        connection.close()

"""Four workers are replaced one after the other under load: nothing is lost, nothing runs twice, nobody waits for a lease."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from faults.driver import PATIENCE, Cluster, five_nodes, rows
from faults.invariants import assert_all_completed_once, extra_runs, watch
from pooler_server import pgbouncer

pytestmark = pytest.mark.timeout(6 * PATIENCE)

FOR_EVER = 3000.0
WORKERS = 4


@pytest.fixture(params=["directly", "through pgbouncer"])
def way(request: pytest.FixtureRequest, postgres_url: str) -> Iterator[str]:
    if request.param == "directly":
        yield postgres_url
        return
    with pgbouncer(postgres_url) as url:
        yield url


def test_a_rolling_restart_under_load_loses_and_doubles_nothing(way: str, postgres_url: str, tmp_path: Path) -> None:
    watch(postgres_url)
    with Cluster(tmp_path, postgres_url, url=way, lease=FOR_EVER) as cluster:
        cluster.engine.save_workflow("five", five_nodes(seconds=0.2))
        cluster.start_workers(WORKERS)
        codes = []

        for leaving in list(cluster.workers):
            while cluster.held_by(leaving) < 3:  # its neighbours may be quicker: there is always more
                cluster.start("five", 10)
            leaving.signal(signal.SIGTERM)
            codes.append(leaving.process.wait(timeout=PATIENCE))
            cluster.workers.remove(leaving)
            cluster.gone.append(leaving)
            cluster.until_registered(cluster.start_worker())
        cluster.until_all_ended()

        assert codes == [0] * WORKERS
        assert cluster.stop_workers() == [0] * WORKERS
        assert_all_completed_once(cluster)
        assert extra_runs(cluster) == 0
        assert rows(postgres_url, "SELECT id FROM execution WHERE crashes > 0") == []
        assert any(rows(postgres_url, "SELECT id FROM execution WHERE claim_no > 1 LIMIT 1")), "nothing was handed over"


def test_killed_workers_are_replaced_behind_a_pooler(postgres_url: str, tmp_path: Path) -> None:
    watch(postgres_url)
    with pgbouncer(postgres_url) as url, Cluster(tmp_path, postgres_url, url=url) as cluster:
        cluster.engine.save_workflow("five", five_nodes())
        cluster.start_workers(2)

        for _ in range(3):
            cluster.start("five", 20)
            cluster.until_no_suspects()
            cluster.replace(cluster.workers[0])
        cluster.until_all_ended()

        assert cluster.stop_workers() == [0, 0]
        assert_all_completed_once(cluster)

"""The database goes away under the workers: crashed and started again, or only its sessions ended."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from faults.driver import PATIENCE, SCALE, Cluster, five_nodes, pause
from faults.invariants import assert_all_completed_once, watch
from postgres_server import PostgresServer, running_server

pytestmark = pytest.mark.timeout(4 * PATIENCE)


def crash(server: PostgresServer) -> None:
    server.stop("immediate")
    server.start()


def end_sessions(server: PostgresServer) -> None:
    ending = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'treadle'"
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(ending)


@pytest.mark.parametrize(("harm", "times"), [(crash, 3), (end_sessions, 12)])
def test_work_goes_on_when_the_database_is_back(tmp_path: Path, harm: Callable[[PostgresServer], None], times: int) -> None:
    # A server that syncs: one that does not may forget commits when it crashes.
    with running_server(fsync=True) as server, Cluster(tmp_path, server.url) as cluster:
        cluster.store.migrate()
        watch(server.url)
        cluster.engine.save_workflow("five", five_nodes())
        cluster.start_workers(3)

        for _ in range(times * SCALE):
            cluster.start("five", 120 // times)
            pause(cluster.random.uniform(0.0, 0.4))
            harm(server)
        cluster.until_all_ended()

        assert cluster.stop_workers() == [0, 0, 0]
        assert_all_completed_once(cluster)

"""The primary dies and its standby is promoted: workers notice that it is another history, and forget what they knew."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from faults.driver import NODES, PATIENCE, Cluster, five_nodes, rows
from faults.invariants import assert_all_completed_once, assert_nothing_forbidden, results_of, watch
from faults.proxy import Proxy
from standby_server import Pair, primary_with_standby

pytestmark = pytest.mark.timeout(4 * PATIENCE)

FOR_EVER = 3000.0
"""Seconds of lease: nothing goes on because a lease has run out."""
DATABASE = "postgresql://postgres@127.0.0.1:{}/postgres"


def fail_over(pair: Pair, proxy: Proxy) -> None:
    pair.fail_over()
    proxy.lead_to(("127.0.0.1", pair.standby.port))


def test_a_failover_to_a_synchronous_standby_loses_and_doubles_nothing(tmp_path: Path) -> None:
    with primary_with_standby() as pair, Proxy(("127.0.0.1", pair.primary.port)) as proxy:
        url = DATABASE.format(proxy.port)
        with Cluster(tmp_path, url, lease=FOR_EVER) as cluster:
            cluster.store.migrate()
            watch(url)
            pair.synchronous()
            cluster.engine.save_workflow("five", five_nodes(seconds=0.1))
            cluster.start_workers(2)
            for worker in cluster.workers:
                while cluster.held_by(worker) < 3:  # the other one may be quicker: there is always more
                    cluster.start("five", 10)

            fail_over(pair, proxy)
            cluster.start("five", 5)
            cluster.until_all_ended()

            assert cluster.stop_workers() == [0, 0]
            assert_all_completed_once(cluster)
            assert rows(url, "SELECT id FROM execution WHERE crashes > 0") == []
            for worker in cluster.workers:
                assert worker.said().count("the database has another history") == 1, worker.said()


@pytest.mark.skipif("TREADLE_CHAOS_ALL" not in os.environ, reason="the longer faults are for `make chaos`")
def test_a_failover_that_loses_commits_leaves_no_journal_with_a_gap(tmp_path: Path) -> None:
    """The standby is behind: workers have in memory what the database has forgotten."""
    with primary_with_standby() as pair, Proxy(("127.0.0.1", pair.primary.port)) as proxy:
        url = DATABASE.format(proxy.port)
        with Cluster(tmp_path, url, lease=FOR_EVER) as cluster:
            cluster.store.migrate()
            watch(url)
            cluster.engine.save_workflow("five", five_nodes(seconds=1.0))
            cluster.start_workers(2)
            cluster.start("five", 10)
            cluster.until_recorded(5)
            pair.standby.stop("fast")
            known = len(rows(url, "SELECT execution_id FROM journal WHERE kind = 'done'"))
            cluster.start("five", 5)
            cluster.until_recorded(known + 20)

            fail_over(pair, proxy)
            kept = len(rows(url, "SELECT id FROM execution"))
            cluster.until_all_ended()

            assert cluster.stop_workers() == [0, 0]
            assert kept == 10, "the standby had not been behind"
            assert_nothing_forbidden(cluster)
            assert rows(url, "SELECT status, count(*) FROM execution GROUP BY status") == [("completed", kept)]
            assert Counter(node for _, node in results_of(url)) == dict.fromkeys(NODES, kept)

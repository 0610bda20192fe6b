"""Connections cut on the way to PostgreSQL: a commit whose reply is lost counts once, neither lost nor doubled."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from faults.driver import PATIENCE, SCALE, Cluster, eventually, five_nodes, pause
from faults.invariants import assert_all_completed_once, extra_runs, watch
from faults.proxy import Cut, Proxy

pytestmark = pytest.mark.timeout(4 * PATIENCE)


@pytest.mark.parametrize("cut", list(Cut))
def test_a_commit_that_is_cut_counts_once(postgres_url: str, tmp_path: Path, cut: Cut) -> None:
    cuts = 5 * SCALE
    watch(postgres_url)
    with proxy_to(postgres_url) as proxy, cluster_behind(proxy, postgres_url, tmp_path) as cluster:
        cluster.engine.save_workflow("five", five_nodes())
        cluster.start_workers(2)

        for _ in range(cuts):
            proxy.cut_commits(cut)
            cluster.start("five", 8)
            eventually(proxy.has_cut)
        cluster.until_all_ended()

        assert cluster.stop_workers() == [0, 0]
        assert proxy.cuts == [cut] * cuts
        assert_all_completed_once(cluster)
        # A cut alone costs no lease: the commit is sent again, and no handler runs again.
        assert extra_runs(cluster) == 0


def test_connections_cut_at_any_moment_lose_nothing(postgres_url: str, tmp_path: Path) -> None:
    watch(postgres_url)
    with proxy_to(postgres_url) as proxy, cluster_behind(proxy, postgres_url, tmp_path) as cluster:
        cluster.engine.save_workflow("five", five_nodes())
        cluster.start_workers(3)

        for _ in range(15 * SCALE):
            cluster.start("five", 8)
            proxy.cut_commits(*cluster.random.choices(list(Cut), k=cluster.random.randrange(3)))
            pause(cluster.random.uniform(0.0, 0.3))
            proxy.cut_all()
        cluster.until_all_ended()

        assert cluster.stop_workers() == [0, 0, 0]
        assert_all_completed_once(cluster)


def proxy_to(url: str) -> Proxy:
    parts = urlsplit(url)
    return Proxy((parts.hostname or "127.0.0.1", parts.port or 5432))


def cluster_behind(proxy: Proxy, url: str, folder: Path) -> Cluster:
    """Workers reach the database through the proxy."""
    user = urlsplit(url).username
    through = urlsplit(url)._replace(netloc=f"{user}@127.0.0.1:{proxy.port}").geturl()
    return Cluster(folder, url, url=through, lease=10.0)

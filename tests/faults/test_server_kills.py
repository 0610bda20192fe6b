"""The API server killed in the instant after its answer: what it answered with 201 is there, and completes."""

from __future__ import annotations

import re
from http.client import HTTPConnection, HTTPException
from json import dumps, loads
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from faults.driver import PATIENCE, SCALE, Cluster, Worker, eventually, five_nodes, rows
from faults.invariants import assert_all_completed_once, watch

pytestmark = pytest.mark.timeout(4 * PATIENCE)


def test_an_answered_start_survives_the_server(store_url: str, tmp_path: Path) -> None:
    answered: list[str] = []
    with Cluster(tmp_path, store_url) as cluster:
        cluster.store.migrate()
        watch(store_url)
        cluster.engine.save_workflow("five", five_nodes())
        cluster.start_workers(1)

        for life in range(4 * SCALE):
            server = cluster.spawn("server", "--port", "0")
            cluster.gone.append(server)
            connection = HTTPConnection("127.0.0.1", port_of(server), timeout=PATIENCE)
            answered += [run(connection, f"{life}-{number}") for number in range(10)]
            server.kill()
            with pytest.raises((HTTPException, OSError)):
                run(connection, f"{life}-9")
            connection.close()
        again = cluster.spawn("server", "--port", "0")
        cluster.gone.append(again)
        connection = HTTPConnection("127.0.0.1", port_of(again), timeout=PATIENCE)
        repeated = run(connection, "0-0", status=200)
        connection.close()
        cluster.until_all_ended()

        assert cluster.stop_workers() == [0]
        assert repeated == answered[0]
        assert {row[0] for row in rows(store_url, "SELECT id FROM execution")} == set(answered)
        cluster.started = len(set(answered))
        assert cluster.started == 40 * SCALE
        assert_all_completed_once(cluster)


def run(connection: HTTPConnection, key: str, *, status: int = 201) -> str:
    body = dumps({"input": None, "idempotency_key": key})
    connection.request("POST", "/api/v1/workflows/five/run", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    said = answer.read()
    assert answer.status == status, said
    return str(loads(said)["id"])


def port_of(server: Worker) -> int:
    eventually(lambda: "listening on" in server.said())
    found = re.search(r"http://\S+", server.said())
    assert found
    port = urlsplit(found[0]).port
    assert port
    return port

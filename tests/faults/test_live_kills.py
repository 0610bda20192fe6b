"""The server killed under the readers of its live stream: who comes again has every row once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from execution_owner import Owner
from faults.driver import PATIENCE, SCALE, Cluster
from faults.test_server_kills import port_of
from served_api import LiveEvent, parse_events
from store_steps import NEW_WORKER, given_execution
from treadle.domain.states import ExecutionStatus

pytestmark = pytest.mark.timeout(4 * PATIENCE)

EXECUTIONS = ("exec-1", "exec-2")
LIVES = 3 * SCALE
EVENTS_A_LIFE = 60
"""A server is killed behind this one, with more on their way."""


def test_a_reader_of_a_killed_server_misses_no_row_and_gets_none_twice(store_url: str, tmp_path: Path) -> None:
    seen: list[LiveEvent] = []
    with Cluster(tmp_path, store_url) as cluster:
        cluster.store.migrate()
        owners = [given_owned(cluster, execution_id) for execution_id in EXECUTIONS]
        enough = threading.Event()
        writer = threading.Thread(target=write_until, args=(owners, enough))
        writer.start()

        for _ in range(LIVES):
            server = cluster.spawn("server", "--port", "0")
            cluster.gone.append(server)
            for number, event in enumerate(follow(port_of(server), last_id(seen))):
                seen.append(event)
                if number == EVENTS_A_LIFE:
                    server.kill()
        enough.set()
        writer.join()
        last = cluster.spawn("server", "--port", "0")
        cluster.gone.append(last)
        ended = 0
        for event in follow(port_of(last), last_id(seen)):
            seen.append(event)
            ended += event.name == "end"
            if ended == len(EXECUTIONS):
                break

        for owner in owners:
            got = [seq for execution_id, seq in rows_of(seen) if execution_id == owner.execution_id]
            assert got == list(range(1, owner.written + 1))


def given_owned(cluster: Cluster, execution_id: str) -> Owner:
    cluster.store.workers.register(replace(NEW_WORKER, id="worker-1"), lease=3600)
    given_execution(cluster.store, execution_id)
    [claim] = cluster.store.ownership.claim("worker-1", queues=["default"], limit=1).claims
    return Owner(cluster.store, execution_id, claim.claim_no)


def write_until(owners: list[Owner], enough: threading.Event) -> None:
    """Rows, one at a time, all the while; in the end both executions are over."""
    while not enough.wait(0.01):
        for owner in owners:
            owner.write(1)
    for owner in owners:
        owner.end(ExecutionStatus.COMPLETED)


def follow(port: int, last_event_id: str | None) -> Iterator[LiveEvent]:
    """The whole events that came before the connection broke."""
    headers = {} if last_event_id is None else {"Last-Event-ID": last_event_id}
    url = f"http://127.0.0.1:{port}/api/v1/live"
    with (
        suppress(httpx.TransportError),
        httpx.Client(trust_env=False, timeout=PATIENCE) as http,
        http.stream("GET", url, params={"execution": EXECUTIONS}, headers=headers) as answer,
    ):
        assert answer.status_code == 200
        yield from parse_events(answer.iter_lines())


def last_id(seen: list[LiveEvent]) -> str | None:
    return seen[-1].id if seen else None


def rows_of(seen: list[LiveEvent]) -> list[tuple[str, int]]:
    return [(event.data["execution_id"], event.data["row"]["seq"]) for event in seen if event.name == "journal"]

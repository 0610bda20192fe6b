"""The live stream: every row once, in order, across reconnections, and an end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from execution_owner import given_owned_execution
from served_api import API, NOTHING_TO_DO, QUICK, ServedApi, served_api
from treadle.api.live import HEARTBEAT, Streams, live_events
from treadle.api.schemas.executions import ExecutionRow, JournalItem
from treadle.domain.states import ExecutionStatus

BATCHES = 450
"""More rows than the stream reads at a time, and not a multiple of it."""


@pytest.fixture
def api(sqlite_url: str) -> Iterator[ServedApi]:
    with served_api(sqlite_url) as served_one:
        served_one.save("only", NOTHING_TO_DO)
        yield served_one


def test_a_stream_shows_every_row_and_status_and_then_ends(api: ServedApi) -> None:
    owner = given_owned_execution(api)
    owner.write(2)
    owner.end(ExecutionStatus.COMPLETED)

    events = list(api.follow(owner.execution_id))

    rows = [JournalItem.model_validate(event.data) for event in events if event.name == "journal"]
    statuses = [ExecutionRow.model_validate(event.data).status for event in events if event.name == "status"]
    journal = api.http.get(f"{API}/executions/{owner.execution_id}/journal").json()["items"]
    assert [event.data for event in events if event.name == "journal"] == journal
    assert [event.id for event in events if event.name == "journal"] == ["1", "2", "3"]
    assert [row.output for row in rows] == ["output 1", "output 2", "output 3"]
    assert statuses == ["completed"]
    assert (events[-1].name, events[-1].data) == ("end", {"id": owner.execution_id, "status": "completed"})


def test_a_reader_sees_what_happens_while_it_reads(api: ServedApi) -> None:
    owner = given_owned_execution(api)
    seen: list[str] = []
    # Each thing the reader sees makes the next one happen.
    happens: dict[str, Callable[[], object]] = {
        "running": lambda: owner.write(1),
        "1": lambda: owner.write(1),
        "2": lambda: owner.end(ExecutionStatus.FAILED, retry_in=3600),
        "failed": lambda: api.http.post(f"{API}/executions/{owner.execution_id}/cancel").raise_for_status(),
    }

    for event in api.follow(owner.execution_id):
        seen.append(event.id or str(event.data["status"]))
        happens.get(seen[-1], lambda: None)()
        if len(seen) == 6 and event.name == "status":
            break

    assert seen[:4] == ["running", "1", "2", "3"]
    assert seen[4:] == ["failed", "running"]


@pytest.mark.parametrize("seen", [0, 1, 199, 200, 201, BATCHES - 1, BATCHES])
def test_a_reader_that_comes_back_goes_on_where_it_was(api: ServedApi, seen: int) -> None:
    owner = given_owned_execution(api)
    owner.write(BATCHES - 1)
    owner.end(ExecutionStatus.COMPLETED)

    by_header = list(api.follow(owner.execution_id, **{"Last-Event-ID": str(seen)}))
    by_query = api.http.get(f"{API}/executions/{owner.execution_id}/events?after={seen}").text

    ids = [event.id for event in by_header if event.name == "journal"]
    assert ids == [str(seq) for seq in range(seen + 1, BATCHES + 1)]
    assert by_query.count("event: journal") == len(ids)
    assert by_header[-1].name == "end"


def test_a_stream_of_an_execution_that_is_over_ends_at_once(api: ServedApi) -> None:
    owner = given_owned_execution(api)
    owner.end(ExecutionStatus.CANCELLED)

    events = list(api.follow(owner.execution_id, **{"Last-Event-ID": "4000000000000000000"}))

    assert [event.name for event in events] == ["status", "end"]


def test_a_failed_execution_that_is_tried_again_has_not_ended(api: ServedApi) -> None:
    owner = given_owned_execution(api)
    owner.end(ExecutionStatus.FAILED, retry_in=3600)

    names = []
    for event in api.follow(owner.execution_id):
        names.append(event.name)
        if event.name == "status":
            assert event.data["next_retry_at"] is not None
            api.app.state.streams.close()

    assert names == ["journal", "status"]


def test_a_quiet_stream_is_kept_open_by_comments(sqlite_url: str) -> None:
    with served_api(sqlite_url, replace(QUICK, heartbeat_interval=0.02)) as api:
        api.save("only", NOTHING_TO_DO)
        execution_id = api.start("only")

        with api.http.stream("GET", f"{API}/executions/{execution_id}/events") as answer:
            comments = []
            for chunk in answer.iter_raw():
                comments += [chunk] if chunk == HEARTBEAT else []
                if len(comments) == 3:
                    break

    assert answer.headers["Content-Type"].startswith("text/event-stream")
    assert answer.headers["Cache-Control"] == "no-store"
    assert comments == [HEARTBEAT] * 3


def test_streams_end_when_the_server_stops(api: ServedApi) -> None:
    execution_id = api.start("only")

    names = []
    for event in api.follow(execution_id):
        names.append(event.name)
        api.app.state.streams.close()

    assert names == ["status"]


def test_a_stream_of_an_execution_that_was_pruned_meanwhile_ends(api: ServedApi) -> None:
    async def collected() -> list[bytes]:
        events = live_events(api.treadle.store, "exec-pruned", after=0, config=QUICK, streams=Streams())
        return [chunk async for chunk in events]

    chunks = asyncio.run(collected())

    assert chunks[1:] == [b'event: end\ndata: {"id":"exec-pruned","status":null}\n\n']

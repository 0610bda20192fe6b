"""The live stream of many executions and lists: every row once and in order, whoever writes it, however slow the reader."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest

from engine_house import until
from execution_owner import Owner, given_owned_execution
from served_api import API, ECHO, NOTHING_TO_DO, QUICK, WAITING, LiveEvent, ServedApi, parse_events, served_api
from treadle.api import feeds, live_stream
from treadle.api.live_cursors import cursor_of, mark_of, parse_cursor
from treadle.api.schemas import live as schemas
from treadle.api.schemas.executions import ExecutionRow
from treadle.api.schemas.fields import Answer
from treadle.domain.states import ExecutionStatus
from treadle.store import open_store

LIVE = f"{API}/live"
MANY = 1700
"""More rows than are kept in memory, and no multiple of what is read at a time."""
SHAPES: dict[str, type[Answer]] = {
    "nodes": schemas.LiveNodes, "journal": schemas.LiveRow, "status": ExecutionRow, "end": schemas.LiveEnd,
    "changed": schemas.LiveChanged,
}  # fmt: skip


@pytest.fixture
def api(store_url: str) -> Iterator[ServedApi]:
    with served_api(store_url) as served_one:
        served_one.save("only", NOTHING_TO_DO)
        yield served_one


@contextmanager
def watching(api: ServedApi, *executions: str, headers: dict[str, str] | None = None, **query: Any) -> Iterator[Iterator[LiveEvent]]:
    """The events of a stream, each of the shape that is documented and with an id, while the block runs."""
    asked = {"execution": list(executions), **query}
    with api.http.stream("GET", LIVE, params=asked, headers=headers or {}) as answer:
        assert answer.status_code == 200, answer.read()
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        yield checked(parse_events(answer.iter_lines()))


def checked(events: Iterator[LiveEvent]) -> Iterator[LiveEvent]:
    for event in events:
        SHAPES[event.name].model_validate(event.data)
        assert event.id is not None
        yield event


def until_end(events: Iterator[LiveEvent], count: int = 1) -> list[LiveEvent]:
    """All events until so many executions have ended."""
    seen = []
    for event in events:
        seen.append(event)
        count -= event.name == "end"
        if not count:
            return seen
    raise AssertionError("the stream ended before the executions did")


def seqs(events: list[LiveEvent], execution_id: str) -> list[int]:
    return [e.data["row"]["seq"] for e in events if e.name == "journal" and e.data["execution_id"] == execution_id]


def nodes_of(events: list[LiveEvent], execution_id: str) -> dict[str, Any]:
    """The states of the nodes, as a reader has them who puts each event on top of those before."""
    found: dict[str, Any] = {}
    for event in events:
        if event.name == "nodes" and event.data["execution_id"] == execution_id:
            found.update(event.data["nodes"])
    return found


def test_several_executions_come_over_one_stream(api: ServedApi) -> None:
    api.save("echo", ECHO)
    with api.working():
        ids = [api.start("echo", input={"n": number}) for number in range(3)]
        with watching(api, *ids) as events:
            seen = until_end(events, 3)

    for execution_id in ids:
        shown = api.http.get(f"{API}/executions/{execution_id}").json()
        journal = api.http.get(f"{API}/executions/{execution_id}/journal").json()["items"]
        rows = [e.data["row"] for e in seen if e.name == "journal" and e.data["execution_id"] == execution_id]
        statuses = [e.data for e in seen if e.name == "status" and e.data["id"] == execution_id]
        assert rows == journal
        assert statuses[-1]["status"] == "completed"
        assert nodes_of(seen, execution_id) == shown["nodes"]
        [end] = [e.data for e in seen if e.name == "end" and e.data["execution_id"] == execution_id]
        assert end["status"] == "completed"


def test_nodes_are_told_when_they_change_and_what_is_waited_for(api: ServedApi) -> None:
    api.save("waiting", WAITING)
    with api.working():
        execution_id = api.start("waiting")
        api.until_status(execution_id, "waiting")
        seen = []
        with watching(api, execution_id) as events:
            for event in events:
                seen.append(event)
                if event.name == "nodes" and event.data["nodes"]["door"]["status"] == "waiting":
                    assert [item["signal"] for item in event.data["waiting_on"]] == ["open"]
                    api.http.post(f"{API}/executions/{execution_id}/signals/open").raise_for_status()
                if event.name == "end":
                    break

    states = [event.data["nodes"]["door"]["status"] for event in seen if event.name == "nodes"]
    assert states[0] == "waiting"
    assert states[-1] == "completed"
    assert [event.data["waiting_on"] for event in seen if event.name == "nodes"][-1] == []


def test_the_stream_stays_when_an_execution_has_ended(api: ServedApi) -> None:
    done = given_owned_execution(api)
    done.end(ExecutionStatus.COMPLETED)
    going = api.start("only")

    with watching(api, done.execution_id, going, "exec-unknown") as events:
        seen = until_end(events, 2)
        api.http.post(f"{API}/executions/{going}/cancel").raise_for_status()
        with api.working():
            seen += until_end(events)

    ends = {event.data["execution_id"]: event.data["status"] for event in seen if event.name == "end"}
    assert ends == {done.execution_id: "completed", "exec-unknown": None, going: "cancelled"}


def test_a_reader_that_comes_again_gets_what_follows_and_nothing_twice(api: ServedApi) -> None:
    one, other = given_owned_execution(api), given_owned_execution(api)
    one.write(3)
    other.write(2)
    seen: list[LiveEvent] = []
    with watching(api, one.execution_id, other.execution_id) as events:
        for event in events:
            seen.append(event)
            if len(seqs(seen, one.execution_id)) == 2:
                break
    one.write(300)
    one.end(ExecutionStatus.COMPLETED)
    other.end(ExecutionStatus.COMPLETED)

    last = seen[-1].id or ""
    with watching(api, one.execution_id, other.execution_id, headers={"Last-Event-ID": last}) as events:
        seen += until_end(events, 2)
    with watching(api, other.execution_id, after=seen[-1].id) as events:
        again = until_end(events)

    assert seqs(seen, one.execution_id) == list(range(1, 305))
    assert seqs(seen, other.execution_id) == [1, 2, 3]
    assert seqs(again, other.execution_id) == []
    assert [event.name for event in again] == ["status", "nodes", "end"]


def test_rows_that_are_no_longer_in_memory_are_read_for_who_is_behind(api: ServedApi, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = given_owned_execution(api)
    owner.write(MANY)
    with watching(api, owner.execution_id) as fast, watching(api, owner.execution_id) as slow:
        seen_slowly = [next(slow)]
        seen = []
        for event in fast:
            seen.append(event)
            if event.name == "journal" and event.data["row"]["seq"] == MANY:
                owner.write(MANY)
                owner.end(ExecutionStatus.COMPLETED)
            if event.name == "end":
                break
        seen_slowly += until_end(slow)

    assert feeds.TAIL < MANY
    assert MANY % live_stream.BATCH
    assert seqs(seen, owner.execution_id) == list(range(1, 2 * MANY + 2))
    assert seqs(seen_slowly, owner.execution_id) == list(range(1, 2 * MANY + 2))


def test_what_another_process_wrote_is_seen(api: ServedApi, store_url: str) -> None:
    owner = given_owned_execution(api)
    elsewhere = open_store(store_url)
    other_process = Owner(elsewhere, owner.execution_id, owner.claim_no)
    seen = []
    try:
        with watching(api, owner.execution_id) as events:
            for event in events:
                seen.append(event)
                if event.name == "status" and event.data["status"] == "running":
                    other_process.write(2)
                if seqs(seen, owner.execution_id) == [1, 2] and event.name == "journal":
                    other_process.end(ExecutionStatus.COMPLETED)
                if event.name == "end":
                    break
    finally:
        elsewhere.close()

    assert seqs(seen, owner.execution_id) == [1, 2, 3]


def test_large_results_stay_where_they_are(api: ServedApi) -> None:
    owner = given_owned_execution(api)
    large = json.dumps("x" * 3000)
    owner.write(1, output_json=large)
    owner.write(1, output_json=large, detail_json='{"index":3}')
    owner.write(1, output_json='"small"', detail_json=None)
    owner.write(1, error_json=json.dumps({"type": "broken", "message": "m" * 5000}))
    owner.end(ExecutionStatus.COMPLETED)

    with watching(api, owner.execution_id) as events:
        rows = [event.data["row"] for event in until_end(events) if event.name == "journal"]

    assert [(row["output"], row["detail"]) for row in rows[:3]] == [
        (None, {"large": True}), (None, {"index": 3, "large": True}), ("small", None),
    ]  # fmt: skip
    assert rows[3]["error"] == {"type": "broken", "message": "m" * 1024}


def test_lists_are_told_of_when_something_in_them_changes(api: ServedApi) -> None:
    with watching(api, topic=["executions", "workflows"]) as events:
        told_at_first = {next(events).data["topic"] for _ in range(2)}
        api.start("only")
        first = next(events)
        api.save("another", ECHO)
        second = next(events)

    assert told_at_first == {"executions", "workflows"}
    assert [first.data, second.data] == [{"topic": "executions", "ids": None}, {"topic": "workflows", "ids": None}]


def test_who_comes_to_a_list_that_others_watch_is_told_to_look(api: ServedApi) -> None:
    with watching(api, topic=["approvals"]) as events, watching(api, topic=["approvals"], after="") as others:
        told = [next(each).data for each in (events, others)]

    assert told == [{"topic": "approvals", "ids": None}] * 2


def test_many_readers_of_one_execution_ask_the_database_as_often_as_one(api: ServedApi, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = given_owned_execution(api)
    store, looked = api.treadle.store, []
    asked = type(store.live).rows

    def counted(self: Any, execution_id: str, *, after: int, limit: int) -> Any:
        looked.append(after)
        return asked(self, execution_id, after=after, limit=limit)

    monkeypatch.setattr(type(store.live), "rows", counted)
    readers = 20

    def read() -> list[LiveEvent]:
        with watching(api, owner.execution_id) as events:
            return until_end(events)

    with ThreadPoolExecutor(readers) as pool:
        asking = [pool.submit(read) for _ in range(readers)]
        until(lambda: api.app.state.watcher.streams == readers)
        owner.write(5)
        owner.end(ExecutionStatus.COMPLETED)
        seen = [each.result() for each in asking]

    assert [seqs(events, owner.execution_id) for events in seen] == [[1, 2, 3, 4, 5, 6]] * readers
    assert len(looked) < readers


def test_nobody_watching_nothing_is_asked(api: ServedApi) -> None:
    execution_id = api.start("only")
    watcher = api.app.state.watcher
    with watching(api, execution_id) as events:
        next(events)
        during = watcher.streams

    until(lambda: not watcher.busy)
    assert during == 1
    assert watcher.streams == 0


def test_streams_end_when_the_server_stops(api: ServedApi) -> None:
    execution_id = api.start("only")

    with watching(api, execution_id) as events:
        next(events)
        api.app.state.streams.close()
        rest = list(events)

    assert "end" not in [event.name for event in rest]


def test_a_quiet_stream_is_kept_open_by_comments(sqlite_url: str) -> None:
    with served_api(sqlite_url, replace(QUICK, heartbeat_interval=0.02)) as api, api.http.stream("GET", LIVE) as answer:
        lines = answer.iter_lines()
        found = [next(lines) for _ in range(6)]

    assert found[0] == "retry: 1000"
    assert found.count("event: ping") == 2


def test_more_streams_than_there_are_places_are_refused(api: ServedApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_stream, "MOST_STREAMS", 1)
    with watching(api, topic=["workers"]):
        until(lambda: api.app.state.watcher.streams == 1)
        refused = api.http.get(LIVE)

    assert refused.status_code == 503
    assert refused.json()["title"] == "Too many streams"
    assert refused.headers["Retry-After"] == "5"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"execution": [f"exec-{number}" for number in range(51)]}, 422),
        ({"topic": "weather"}, 422),
        ({"executions": "exec-1"}, 422),
        ({"after": "no cursor"}, 400),
        ({"after": mark_of("exec-1") + "9" * 19}, 400),
    ],
)
def test_what_cannot_be_watched_is_refused(api: ServedApi, query: dict[str, Any], status: int) -> None:
    answer = api.http.get(LIVE, params=httpx.QueryParams(query))

    assert answer.status_code == status


def test_a_cursor_says_where_a_reader_is_in_each_execution() -> None:
    seqs = {mark_of(f"exec-{number}"): number for number in range(50)}

    assert parse_cursor(cursor_of(seqs)) == seqs
    assert len(cursor_of(seqs)) < 1000
    assert parse_cursor("") == {}

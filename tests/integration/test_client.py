"""`treadle.Client` against a real server: typed answers, refusals as exceptions, requests repeated where that is safe."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from served_api import ASKING, ECHO, FAILING, WAITING, ServedApi, served_api, with_tokens
from treadle import Client, Workflow
from treadle.client import ConflictingError, InvalidRequestError, MissingError, RefusedError, UnreachableError
from treadle.client.transport import Transport


@pytest.fixture
def api(store_url: str) -> Iterator[ServedApi]:
    with served_api(store_url) as api:
        yield api


@pytest.fixture
def client(api: ServedApi) -> Iterator[Client]:
    with Client(str(api.http.base_url)) as client:
        yield client


def test_a_workflow_is_saved_run_and_waited_for(api: ServedApi, client: Client) -> None:
    flow = Workflow("greet", description="Says hello.")
    flow.set("hello", f"hello {flow.input.name}")

    saved = flow.save(client)
    with api.working():
        started = client.run("greet", {"name": "Ada"})
        done = client.wait(started.id)

    assert (saved.name, saved.version) == ("greet", 1)
    assert (done.status, done.output, done.nodes["hello"].status) == ("completed", "hello Ada", "completed")
    assert [row.node_id for row in client.executions.journal(started.id)] == ["hello"]
    assert [row.name for row in client.workflows.find()] == ["greet"]
    assert client.workflows.get("greet", 1).graph_config == client.workflows.get("greet").graph_config
    assert [row.version for row in client.workflows.versions("greet")] == [1]


def test_lists_go_on_over_their_pages(client: Client) -> None:
    client.save_workflow("echo", ECHO)
    started = [client.run("echo", number).id for number in range(205)]

    found = [row.id for row in client.executions.find(workflow="echo")]

    assert found == started[::-1]


def test_a_person_decides(api: ServedApi, client: Client) -> None:
    client.save_workflow("ask", ASKING)
    with api.working():
        started = client.run("ask")
        api.until_status(started.id, "waiting")
        (asked,) = client.approvals.find(status="open", assignee="ann")

        decided = client.approvals.decide(asked.id, "approved", by="ann", comment="fine")

        assert decided.decisions[0].comment == "fine"
        assert client.wait(started.id).status == "completed"
        with pytest.raises(ConflictingError) as late:
            client.approvals.decide(asked.id, "rejected", by="bob")
    assert late.value.state == "decided"


def test_an_execution_is_steered(api: ServedApi, client: Client) -> None:
    client.save_workflow("door", WAITING)
    with api.working():
        started = client.run("door")
        api.until_status(started.id, "waiting")
        assert client.executions.why(started.id)[0].kind == "signal"
        client.executions.pause(started.id)
        api.until_status(started.id, "paused")
        client.executions.resume(started.id)
        client.executions.signal(started.id, "open", {"by": "key"}, signal_id="s1")
        again = client.executions.signal(started.id, "open", {"by": "key"}, signal_id="s1")
        done = client.wait(started.id)

    assert again.outcome == "duplicate"
    assert done.output == {"by": "key"}
    with pytest.raises(ConflictingError, match="completed"):
        client.executions.cancel(started.id)
    fork = client.executions.fork(started.id, "door", dry_run=True)
    assert (fork.id, fork.again) == (None, ["door"])


def test_an_execution_is_moved_and_past_ones_are_replayed(api: ServedApi, client: Client) -> None:
    client.save_workflow("waiting", WAITING)
    with api.working():
        started, other = client.run("waiting"), client.run("waiting")
        for each in (started, other):
            api.until_status(each.id, "waiting")
        hall = {"nodes": [*WAITING["nodes"], {"id": "hall", "type": "noop"}], "edges": [{"source": "door", "target": "hall"}]}
        client.save_workflow("waiting", hall)
        assert [each.place for each in client.executions.move(started.id, 2, by="ann").changed] == ["hall"]
        assert other.id in [each.id for each in client.workflows.move("waiting", 1, 2).items]
        client.executions.signal(started.id, "open")
        assert client.wait(started.id).version == 2

    found = client.workflows.replay("waiting", WAITING)
    assert [(each.result, each.not_run) for each in found.items] == [("differs", ["hall"])]


def test_many_are_steered_over_all_pages(api: ServedApi, client: Client) -> None:
    client.save_workflow("door", WAITING)
    started = [client.run("door").id for _ in range(5)]

    dry = client.executions.bulk("signal", signal="open", q="workflow:door", dry_run=True, limit=2)
    told = client.executions.bulk("signal", signal="open", payload=1, q="workflow:door", limit=2)
    refused = client.executions.bulk("retry", ids=[*started, "exec-none"])

    assert (dry.matched, dry.done) == (5, 0)
    assert (told.matched, told.done, told.refused) == (5, 5, [])
    assert (refused.refused_count, refused.refused[-1].state) == (6, "not_found")
    assert [api.treadle.store.executions.get(each).inbox_seq for each in started] == [1] * 5


def test_a_failure_is_seen_and_retried(api: ServedApi, client: Client) -> None:
    client.save_workflow("bad", FAILING)
    with api.working():
        started = client.run("bad")
        failed = client.wait(started.id)
        assert failed.error is not None
        assert (failed.status, failed.error.type) == ("failed", "luck")

        assert client.executions.retry(started.id).outcome == "accepted"

        assert len(list(client.executions.follow(started.id))) > 1


def test_schedules_are_made_changed_and_asked(client: Client) -> None:
    client.save_workflow("echo", ECHO)

    made = client.schedules.create("echo", cron="0 9 * * *", timezone="Europe/Berlin", start_at=datetime(2026, 1, 1, tzinfo=UTC))
    paused = client.schedules.pause(made.id)
    fire = client.schedules.run(made.id)

    assert (made.status, paused.status, client.schedules.resume(made.id).status) == ("active", "paused", "active")
    assert [each.execution_id for each in client.schedules.fires(made.id)] == [fire.execution_id]
    preview = client.schedules.preview(cron="0 9 * * *", start=datetime(2026, 1, 1, tzinfo=UTC), count=2)
    assert preview == [datetime(2026, 1, 1, 9, tzinfo=UTC), datetime(2026, 1, 2, 9, tzinfo=UTC)]
    client.schedules.delete(made.id)
    assert list(client.schedules.find(workflow="echo")) == []
    with pytest.raises(ValueError, match="no time zone"):
        client.schedules.preview(interval="1h", start=datetime(2026, 1, 1))  # noqa: DTZ001


def test_webhooks_are_made_changed_and_called(api: ServedApi, client: Client) -> None:
    client.workflows.save("echo", ECHO)

    made = client.webhooks.create("echo", description="from the shop", input="{{ trigger.body }}")
    delivered = api.http.post(made.path, json={"a": 1}).raise_for_status().json()["id"]
    paused, resumed, rotated = client.webhooks.pause(made.id), client.webhooks.resume(made.id), client.webhooks.rotate(made.id)

    assert [each.execution_id for each in client.webhooks.deliveries(made.id)] == [delivered]
    assert client.executions.get(delivered).input == {"a": 1}
    assert (paused.status, resumed.status, client.webhooks.get(made.id).path) == ("paused", "active", rotated.path)
    assert rotated.path != made.path
    assert [each.id for each in client.webhooks.find(workflow="echo")] == [made.id]
    client.webhooks.delete(made.id)
    assert list(client.webhooks.find()) == []


def test_the_system_is_asked(api: ServedApi, client: Client) -> None:
    with api.working():
        pass

    assert client.stats().version == "1.2.3"
    assert "set" in {each.type for each in client.node_types()}
    assert isinstance(client.workers(), list)


def test_refusals_are_exceptions_that_name_the_place(client: Client) -> None:
    with pytest.raises(MissingError, match="nowhere"):
        client.run("nowhere")
    with pytest.raises(InvalidRequestError) as invalid:
        client.save_workflow("wrong", {"nodes": [{"id": "a", "type": "nop"}], "edges": []})

    assert invalid.value.errors[0]["path"] == "nodes[0].type"
    assert "nodes[0].type" in str(invalid.value)


def test_a_token_is_needed_where_the_server_asks_for_one(store_url: str) -> None:
    with served_api(store_url, with_tokens("secret")) as api:
        url = str(api.http.base_url)
        with Client(url) as nobody, Client(url, token="secret") as somebody:
            with pytest.raises(RefusedError, match="token"):
                nobody.stats()
            assert somebody.stats().executions["running"] == 0


@contextmanager
def breaking_server(answers: list[bytes]) -> Iterator[tuple[str, list[bytes]]]:
    """One connection for each answer; an empty one breaks the connection after the request. Gives what was asked."""
    asked: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for answer in answers:
            connection, _ = listener.accept()
            with connection:
                asked.append(_request(connection))
                connection.sendall(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", asked
    finally:
        thread.join()
        listener.close()


def _request(connection: socket.socket) -> bytes:
    """Head and body; to close with a part unread would reset the connection and lose the answer."""
    request = b""
    while b"\r\n\r\n" not in request:
        request += connection.recv(65536)
    head, _, body = request.partition(b"\r\n\r\n")
    lengths = [int(line.split(b":")[1]) for line in head.lower().splitlines() if line.startswith(b"content-length:")]
    while len(body) < sum(lengths):
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def _answer(status: str, body: bytes) -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body


AWAY = _answer("503 Service Unavailable", b'{"title": "Away", "status": 503, "detail": "no database", "errors": []}')


def test_a_start_is_repeated_with_the_same_key_until_it_is_answered() -> None:
    pauses: list[float] = []
    with breaking_server([b"", AWAY, _answer("201 Created", b'{"id": "exec-1"}')]) as (url, asked):
        transport = Transport(url, token=None, sleep=pauses.append)

        answer = transport.ask("POST", "/x", body={}, headers={"Idempotency-Key": "k"}, repeatable=True)

    assert answer == {"id": "exec-1"}
    assert len(asked) == 3
    assert len(set(asked)) == 1
    assert pauses == [0.2, 0.4]


def test_what_may_have_been_done_is_not_repeated() -> None:
    with breaking_server([b""]) as (url, asked):
        transport = Transport(url, token=None, sleep=lambda _: pytest.fail("tried again"))

        with pytest.raises(UnreachableError, match="does not answer"):
            transport.ask("POST", "/x", body={})

    assert len(asked) == 1


def test_a_server_that_is_not_there_is_named_with_the_mend() -> None:
    pauses: list[float] = []
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    with pytest.raises(UnreachableError, match=f"127.0.0.1:{port} does not answer .* is `treadle up`"):
        Transport(f"http://127.0.0.1:{port}", token=None, sleep=pauses.append).ask("GET", "/stats")

    assert pauses == [0.2, 0.4, 0.8]


def test_events_go_on_behind_the_last_one_when_the_connection_breaks() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
    first = head + b'retry: 1000\n\n: still here\n\nid: 7\nevent: journal\ndata: {"seq": 7}\n\nid: 8\nevent: jour'
    second = head + b'event: end\ndata: {"id": "x"}\n\n'
    with breaking_server([first, second]) as (url, asked):
        transport = Transport(url, token=None, sleep=lambda _: None)

        events = [(event.name, event.data) for event in transport.events("/executions/x/events")]

    assert events == [("journal", {"seq": 7}), ("end", {"id": "x"})]
    assert b"last-event-id: 7" in asked[1].lower()

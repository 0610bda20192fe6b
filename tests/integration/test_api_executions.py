"""Starting, finding, looking at and steering executions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from served_api import API, ECHO, FAILING, NOTHING_TO_DO, WAITING, ServedApi, served_api
from treadle.api.schemas import executions as schemas
from treadle.api.schemas.fields import Reply

EXECUTIONS = f"{API}/executions"


@pytest.fixture
def api(sqlite_url: str) -> Iterator[ServedApi]:
    with served_api(sqlite_url) as served_one:
        for name, graph in {"echo": ECHO, "only": NOTHING_TO_DO, "waiting": WAITING, "failing": FAILING}.items():
            served_one.save(name, graph)
        yield served_one


def shown(api: ServedApi, execution_id: str) -> schemas.Execution:
    return schemas.Execution.model_validate_json(api.http.get(f"{EXECUTIONS}/{execution_id}").raise_for_status().content)


def test_a_start_is_answered_with_the_id_and_where_to_look(api: ServedApi) -> None:
    answer = api.http.post(f"{API}/workflows/echo/run", json={"input": {"a": 1}})

    started = schemas.StartedExecution.model_validate_json(answer.content)
    assert answer.status_code == 201
    assert started.url == answer.headers["Location"] == f"{EXECUTIONS}/{started.id}"
    assert api.http.get(started.url).json()["input"] == {"a": 1}


def test_a_start_needs_no_body(api: ServedApi) -> None:
    answer = api.http.post(f"{API}/workflows/only/run")

    assert answer.status_code == 201
    assert shown(api, answer.json()["id"]).input is None


def test_a_start_that_waits_is_answered_with_the_end(api: ServedApi) -> None:
    with api.working():
        answer = api.http.post(f"{API}/workflows/echo/run?wait=60s", json={"input": {"a": [1, 2.5, None, "ü"]}})

    execution = schemas.Execution.model_validate_json(answer.content)
    assert answer.status_code == 201
    assert execution.status == "completed"
    assert execution.output == execution.input == {"a": [1, 2.5, None, "ü"]}
    assert execution.nodes["echo"].status == "completed"
    assert execution.error is None


@pytest.mark.parametrize("wait", ["0.05", "0s", "50ms", "PT0.05S"])
def test_a_start_that_waited_long_enough_is_answered_with_what_there_is(api: ServedApi, wait: str) -> None:
    answer = api.http.post(f"{API}/workflows/only/run", params={"wait": wait}, json={})

    assert answer.status_code == 201
    assert schemas.Execution.model_validate_json(answer.content).status == "running"


@pytest.mark.parametrize("wait", ["", "soon", "-1", "-1s", "nan", "inf", "1e9", "."])
def test_a_wait_that_is_no_duration_starts_nothing(api: ServedApi, wait: str) -> None:
    answer = api.http.post(f"{API}/workflows/only/run", params={"wait": wait}, json={})

    assert answer.status_code == 422
    assert api.http.get(EXECUTIONS).json()["items"] == []


def test_a_repeated_idempotency_key_starts_nothing_new(api: ServedApi) -> None:
    run = f"{API}/workflows/echo/run"

    first = api.http.post(run, json={"input": 1, "idempotency_key": "k"})
    in_header = api.http.post(run, json={"input": 1}, headers={"Idempotency-Key": "k"})
    in_both = api.http.post(run, json={"input": 1, "idempotency_key": "k"}, headers={"Idempotency-Key": "k"})
    other_body = api.http.post(run, json={"input": 2}, headers={"Idempotency-Key": "k"})
    two_keys = api.http.post(run, json={"input": 1, "idempotency_key": "k"}, headers={"Idempotency-Key": "l"})

    assert [answer.status_code for answer in (first, in_header, in_both, other_body, two_keys)] == [201, 200, 200, 422, 422]
    assert in_header.json() == in_both.json() == first.json()
    assert in_header.headers["Idempotent-Replayed"] == "true"
    assert len(api.http.get(EXECUTIONS).json()["items"]) == 1


def test_a_start_that_joins_a_debounced_one_is_no_replay(api: ServedApi) -> None:
    api.save("late", {**NOTHING_TO_DO, "settings": {"debounce": {"wait": "10m"}}})

    first, second = (api.http.post(f"{API}/workflows/late/run") for _ in range(2))

    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json()["id"] == first.json()["id"]
    assert "Idempotent-Replayed" not in second.headers


@pytest.mark.parametrize(
    ("priority", "name"), [("low", "low"), (-1, "low"), (0, "normal"), ("normal", "normal"), (1, "high"), (2, "critical")]
)
def test_a_priority_is_a_name_or_its_level(api: ServedApi, priority: int | str, name: str) -> None:
    execution_id = api.start("only", priority=priority)

    assert shown(api, execution_id).priority == name


def test_an_execution_runs_the_version_asked_for(api: ServedApi) -> None:
    api.save("only", ECHO)

    old = api.http.post(f"{API}/workflows/only/run", json={"version": 1}).json()["id"]
    new = api.http.post(f"{API}/workflows/only/run", json={}).json()["id"]
    missing = api.http.post(f"{API}/workflows/only/run", json={"version": 9})

    assert (shown(api, old).version, shown(api, new).version, missing.status_code) == (1, 2, 404)


def test_an_input_that_its_schema_refuses_is_422(api: ServedApi) -> None:
    api.save("strict", {**NOTHING_TO_DO, "input_schema": {"type": "object", "required": ["order_id"]}})

    answer = api.http.post(f"{API}/workflows/strict/run", json={"input": {}})

    assert answer.status_code == 422
    assert "order_id" in answer.json()["detail"]


def test_an_execution_is_found_by_the_beginning_of_its_id(api: ServedApi) -> None:
    execution_id = api.start("only")

    answers = [api.http.get(f"{EXECUTIONS}/{execution_id[:-3]}{path}") for path in ("", "/journal", "/why")]
    steered = api.http.post(f"{EXECUTIONS}/{execution_id[:5]}/cancel")

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert answers[0].json()["id"] == execution_id
    assert shown(api, execution_id).status == "running"
    assert steered.status_code == 404


def test_executions_are_listed_newest_first_in_pages_without_payloads(api: ServedApi) -> None:
    started = [api.start("echo", input="secret payload") for _ in range(5)]

    listed: list[str] = []
    cursor: str | None = None
    pages = 0
    while pages == 0 or cursor:
        answer = api.http.get(EXECUTIONS, params={"limit": 2} | ({"cursor": cursor} if cursor else {}))
        page = schemas.ExecutionPage.model_validate_json(answer.content)
        assert "payload" not in answer.text
        listed += [item.id for item in page.items]
        cursor, pages = page.next_cursor, pages + 1

    assert listed == started[::-1]
    assert pages == 3


def test_executions_are_filtered(api: ServedApi) -> None:
    echo, only = api.start("echo"), api.start("only")

    def found(**params: Any) -> list[str]:
        return [item["id"] for item in api.http.get(EXECUTIONS, params=params).raise_for_status().json()["items"]]

    assert found(workflow="echo") == [echo]
    assert found(status="running") == [only, echo]
    assert found(status="completed") == []
    assert found(q="ech") == [echo]
    assert found(q=only) == [only]
    assert found(parent=echo) == []
    assert found(q="status:running,waiting since:1h workflow:echo") == [echo]
    assert found(q="status:running", status="failed") == []
    assert found(q="trigger:manual until:24h") == []


def test_facets_count_what_a_search_finds(api: ServedApi) -> None:
    for name in ("echo", "echo", "only"):
        api.start(name)

    answer = api.http.get(f"{EXECUTIONS}/facets", params={"q": "status:open", "workflow": "echo"})

    facets = schemas.ExecutionFacets.model_validate_json(answer.content)
    assert (facets.status["running"], facets.total, facets.capped) == (2, 2, False)
    assert [(each.value, each.count) for each in facets.workflow] == [("echo", 2), ("only", 1)]


@pytest.mark.parametrize("path", ["", "/facets"])
def test_a_search_that_cannot_be_read_is_answered_with_its_place(api: ServedApi, path: str) -> None:
    answer = api.http.get(f"{EXECUTIONS}{path}", params={"q": "echo stauts:failed"})

    [error] = answer.json()["errors"]
    assert (answer.status_code, error["path"]) == (422, "query.q")
    assert error["message"] == "column 6: there is no 'stauts' to search by"
    assert "did you mean 'status'?" in error["hint"]


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({"staus": "failed"}, 422),
        ({"status": "done"}, 422),
        ({"limit": "0"}, 422),
        ({"limit": "201"}, 422),
        ({"limit": "many"}, 422),
        ({"cursor": "zzz"}, 400),
        ({"cursor": "ünï"}, 400),
        ({"cursor": "MTIz"}, 400),
    ],
)
def test_a_list_refuses_what_it_does_not_understand(api: ServedApi, params: dict[str, str], status: int) -> None:
    answer = api.http.get(EXECUTIONS, params=params)

    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_the_journal_comes_in_order_and_in_pages(api: ServedApi) -> None:
    chain = {
        "nodes": [{"id": name, "type": "set", "config": {"value": name}} for name in ("a", "b", "c")],
        "edges": [{"source": "a", "target": "b"}, {"source": "b", "target": "c"}],
    }
    api.save("chain", chain)
    with api.working():
        execution_id = api.http.post(f"{API}/workflows/chain/run?wait=60s", json={}).json()["id"]

    whole = schemas.JournalPage.model_validate_json(api.http.get(f"{EXECUTIONS}/{execution_id}/journal").content)
    first = api.http.get(f"{EXECUTIONS}/{execution_id}/journal", params={"limit": 2}).json()
    rest = api.http.get(f"{EXECUTIONS}/{execution_id}/journal", params={"cursor": first["next_cursor"]}).json()
    after = api.http.get(f"{EXECUTIONS}/{execution_id}/journal", params={"after": 2}).json()

    done = [item for item in whole.items if item.kind == "done"]
    assert [(item.node_id, item.output, item.port) for item in done] == [(name, name, "out") for name in "abc"]
    assert [item.seq for item in whole.items] == list(range(1, len(whole.items) + 1))
    assert whole.next_cursor is None
    assert [item["seq"] for item in first["items"] + rest["items"]] == [item.seq for item in whole.items]
    assert after["items"] == rest["items"]


@pytest.mark.parametrize("cursor", ["x", "-1", "1.5", "²", "99999999999999999999", "9223372036854775807"])
def test_a_journal_cursor_that_is_none_is_400(api: ServedApi, cursor: str) -> None:
    execution_id = api.start("only")

    journal = api.http.get(f"{EXECUTIONS}/{execution_id}/journal", params={"cursor": cursor})
    events = api.http.get(f"{EXECUTIONS}/{execution_id}/events", headers={b"Last-Event-ID": cursor.encode("latin-1")})

    assert (journal.status_code, events.status_code) == (400, 400)


def test_an_execution_that_does_not_exist_is_404_everywhere(api: ServedApi) -> None:
    gets = [api.http.get(f"{EXECUTIONS}/exec-none{path}") for path in ("", "/journal", "/events", "/why")]
    posts = [
        api.http.post(f"{EXECUTIONS}/exec-none/{path}") for path in ("cancel", "pause", "resume", "retry", "signals/s", "sprout")
    ]

    assert [answer.status_code for answer in gets + posts] == [404] * 10


def test_a_failed_execution_says_what_failed(api: ServedApi) -> None:
    with api.working():
        answer = api.http.post(f"{API}/workflows/failing/run?wait=60s", json={})

    execution = schemas.Execution.model_validate_json(answer.content)
    assert execution.status == "failed"
    assert execution.error is not None
    assert (execution.error.type, execution.error.message, execution.error.node_id) == ("luck", "no luck", "bad")
    assert execution.nodes["bad"].error is not None


def test_why_says_what_a_waiting_execution_waits_for(api: ServedApi) -> None:
    execution_id = api.start("waiting")
    with api.working():
        api.until_status(execution_id, "waiting")
        reasons = schemas.Reasons.model_validate_json(api.http.get(f"{EXECUTIONS}/{execution_id}/why").content)
        execution = shown(api, execution_id)

    assert [(reason.kind, reason.node_id) for reason in reasons.reasons] == [("signal", "door")]
    assert "open" in reasons.reasons[0].sentence
    assert [(wait.kind, wait.node_id) for wait in execution.waiting_on] == [("signal", "door")]


def test_a_signal_is_taken_once_and_ends_the_wait(api: ServedApi) -> None:
    execution_id = api.start("waiting")
    send = f"{EXECUTIONS}/{execution_id}/signals/open"

    first = api.http.post(send, json={"payload": {"who": "ann"}, "signal_id": "one"})
    again = api.http.post(send, json={"payload": {"who": "ann"}, "signal_id": "one"})
    with api.working():
        events = list(api.follow(execution_id))

    replies = [schemas.SignalReply.model_validate_json(answer.content) for answer in (first, again)]
    assert [(first.status_code, again.status_code), *(reply.outcome for reply in replies)] == [
        (202, 202),
        "accepted",
        "duplicate",
    ]
    assert events[-1].data["status"] == "completed"
    assert shown(api, execution_id).output == {"who": "ann"}


def test_a_signal_over_the_limit_is_413(api: ServedApi) -> None:
    execution_id = api.start("waiting")

    answer = api.http.post(f"{EXECUTIONS}/{execution_id}/signals/open", json={"payload": "x" * (65 << 10)})

    assert answer.status_code == 413


def test_a_cancelled_execution_can_be_steered_no_more(api: ServedApi) -> None:
    execution_id = api.start("waiting")

    accepted = api.http.post(f"{EXECUTIONS}/{execution_id}/cancel", json={"reason": "a mistake"})
    with api.working():
        events = list(api.follow(execution_id))
    late = [
        api.http.post(f"{EXECUTIONS}/{execution_id}/{verb}") for verb in ("cancel", "pause", "resume", "retry", "signals/open")
    ]

    assert Reply.model_validate_json(accepted.content).outcome == "accepted"
    assert events[-1].data["status"] == "cancelled"
    assert [(answer.status_code, answer.json()["state"]) for answer in late] == [(409, "cancelled")] * 5


def test_a_paused_execution_goes_on_after_resume(api: ServedApi) -> None:
    execution_id = api.start("waiting")
    with api.working():
        api.until_status(execution_id, "waiting")
        paused = api.http.post(f"{EXECUTIONS}/{execution_id}/pause", json={})
        api.until_status(execution_id, "paused")
        resumed = api.http.post(f"{EXECUTIONS}/{execution_id}/resume")
        api.until_status(execution_id, "waiting")

    assert (paused.status_code, resumed.status_code) == (202, 202)


def test_a_failed_execution_is_retried(api: ServedApi) -> None:
    with api.working():
        execution_id = api.http.post(f"{API}/workflows/failing/run?wait=60s", json={}).json()["id"]
    failures = len(api.http.get(f"{EXECUTIONS}/{execution_id}/journal").json()["items"])

    accepted = api.http.post(f"{EXECUTIONS}/{execution_id}/retry")
    with api.working():
        events = list(api.follow(execution_id))

    assert accepted.status_code == 202
    assert events[-1].data["status"] == "failed"
    assert len(api.http.get(f"{EXECUTIONS}/{execution_id}/journal").json()["items"]) > failures


def test_a_failed_execution_is_retried_from_a_chosen_node(api: ServedApi) -> None:
    with api.working():
        execution_id = api.http.post(f"{API}/workflows/failing/run?wait=60s", json={}).json()["id"]

    unknown = api.http.post(f"{EXECUTIONS}/{execution_id}/retry", json={"from_node": "bda"})
    accepted = api.http.post(f"{EXECUTIONS}/{execution_id}/retry", json={"from_node": "bad"})
    late = api.http.post(f"{EXECUTIONS}/{execution_id}/retry", json={"from_node": "bad"})
    with api.working():
        api.until_status(execution_id, "failed")

    assert (unknown.status_code, accepted.status_code, late.status_code) == (404, 202, 409)
    assert late.json()["state"] == "running"
    assert shown(api, execution_id).nodes["bad"].attempts == 2


def test_what_is_not_failed_is_not_retried(api: ServedApi) -> None:
    execution_id = api.start("waiting")

    answer = api.http.post(f"{EXECUTIONS}/{execution_id}/retry")

    assert (answer.status_code, answer.json()["state"]) == (409, "running")


def limited(**concurrency: Any) -> dict[str, Any]:
    return {**NOTHING_TO_DO, "settings": {"concurrency": {"limit": 1, **concurrency}}}


def test_a_start_that_waits_for_a_slot_says_so_and_who_holds_it(api: ServedApi) -> None:
    api.save("one", limited())
    first, second = (api.http.post(f"{API}/workflows/one/run").json() for _ in range(2))

    [item] = api.http.get(second["url"]).json()["waiting_on"]

    assert (first["status"], second["status"]) == ("running", "waiting")
    assert item == {"kind": "slot", "node_id": None, "key": "", "limit": 1, "held": 1, "holders": [first["id"]]}


def test_a_start_that_a_limit_refuses_is_a_conflict(api: ServedApi) -> None:
    api.save("one", limited(on_limit="skip"))
    first = api.http.post(f"{API}/workflows/one/run").json()

    refused = api.http.post(f"{API}/workflows/one/run")

    assert (refused.status_code, refused.json()["state"]) == (409, "concurrency")
    assert first["id"] in refused.json()["detail"]

"""Many executions steered by one request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from served_api import API, FAILING, WAITING, ServedApi, served_api
from treadle.api.schemas import bulk as schemas

BULK = f"{API}/executions/bulk"


@pytest.fixture
def api(sqlite_url: str) -> Iterator[ServedApi]:
    with served_api(sqlite_url) as served_one:
        served_one.save("waiting", WAITING)
        served_one.save("failing", FAILING)
        yield served_one


def steered(api: ServedApi, path: str = BULK, **body: Any) -> schemas.Steered:
    return schemas.Steered.model_validate_json(api.http.post(path, json=body).raise_for_status().content)


def test_a_dry_run_counts_and_a_cancel_ends_them_all(api: ServedApi) -> None:
    started = [api.start("waiting") for _ in range(3)]

    dry = steered(api, action="cancel", workflow="waiting", dry_run=True)
    done = steered(api, action="cancel", workflow="waiting", reason="ordered twice")
    with api.working():
        for execution_id in started:
            api.until_status(execution_id, "cancelled")

    assert (dry.matched, dry.done) == (3, 0)
    assert (done.matched, done.done, done.refused) == (3, 3, [])
    assert api.http.get(f"{API}/executions/{started[0]}").json()["error"]["message"] == "ordered twice"


def test_a_broadcast_counts_once_with_one_signal_id_and_goes_on_at_its_cursor(api: ServedApi) -> None:
    started = [api.start("waiting") for _ in range(3)]
    body = {"payload": {"n": 1}, "signal_id": "s-1", "where": "workflow:waiting since:1h", "status": ["running", "waiting"], "limit": 2}

    first = steered(api, f"{API}/signals/open", **body)
    rest = steered(api, f"{API}/signals/open", **body, cursor=first.next)
    again = steered(api, f"{API}/signals/open", **{**body, "limit": 10})

    assert (first.done, rest.done, rest.next, again.done) == (2, 1, None, 3)
    assert [api.treadle.store.executions.get(each).inbox_seq for each in started] == [1, 1, 1]


def test_a_broadcast_needs_no_body_and_may_be_for_those_that_wait(api: ServedApi) -> None:
    with api.working():
        execution_id = api.start("waiting")
        api.until_status(execution_id, "waiting")

        other = steered(api, f"{API}/signals/other", waiting=True)
        answer = api.http.post(f"{API}/signals/open")
        api.until_status(execution_id, "completed")

    assert other.matched == 0
    assert answer.json()["done"] == 1


def test_ids_that_cannot_be_steered_come_back_with_their_state(api: ServedApi) -> None:
    execution_id = api.start("waiting")

    answer = steered(api, action="retry", ids=[execution_id, "exec-none"])

    assert [(each.id, each.state) for each in answer.refused] == [(execution_id, "running"), ("exec-none", "not_found")]
    assert (answer.matched, answer.done, answer.refused_count) == (1, 0, 2)


def test_one_idempotency_key_counts_once_in_the_body_or_the_header(api: ServedApi) -> None:
    execution_id = api.start("waiting")

    steered(api, action="pause", idempotency_key="k")
    api.http.post(BULK, json={"action": "pause"}, headers={"Idempotency-Key": "k"}).raise_for_status()
    differs = api.http.post(BULK, json={"action": "pause", "idempotency_key": "k"}, headers={"Idempotency-Key": "l"})

    assert api.treadle.store.executions.get(execution_id).inbox_seq == 1
    assert differs.status_code == 422


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"action": "delete"}, "action"),
        ({}, "action"),
        ({"action": "cancel", "status": "done"}, "status"),
        ({"action": "cancel", "q": "statsu:failed"}, "q"),
        ({"action": "cancel", "limit": 10_001}, "limit"),
        ({"action": "cancel", "ids": ["a"], "workflow": "w"}, "ids"),
        ({"action": "cancel", "ids": [""]}, "ids[0]"),
        ({"action": "cancel", "payload": 1}, "payload"),
        ({"action": "signal"}, "signal"),
        ({"action": "signal", "signal": "open", "reason": "x"}, "reason"),
        ({"action": "retry", "waiting": True}, "waiting"),
        ({"action": "retry", "form": "x"}, "form"),
    ],
)
def test_a_request_that_cannot_be_meant_is_refused_at_its_place(api: ServedApi, body: dict[str, Any], path: str) -> None:
    execution_id = api.start("waiting")

    answer = api.http.post(BULK, json=body)

    assert answer.status_code == 422
    assert path in {error["path"].split(".")[0] for error in answer.json()["errors"]}
    assert api.treadle.store.executions.get(execution_id).inbox_seq == 0


def test_a_cursor_of_another_list_is_a_bad_one(api: ServedApi) -> None:
    answer = api.http.post(BULK, json={"action": "pause", "cursor": "nonsense"})

    assert answer.status_code == 400

"""Webhooks over HTTP: making them, and delivering at them as other systems do."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from served_api import API, QUICK, WAITING, ServedApi, served_api, with_tokens
from treadle.api.schemas import webhooks as schemas
from treadle.api.schemas.fields import Problem
from treadle.api.shields import loggable
from treadle.domain.values import decode

HOOKS = f"{API}/webhooks"
SIGNED: dict[str, Any] = {"signing": "hmac", "secret": {"secret": "shared"}}
STANDARD_SECRET = f"whsec_{base64.b64encode(b'0123456789abcdef').decode()}"
LISTENING = {
    "nodes": [{"id": "hook", "type": "trigger.webhook"}, {"id": "said", "type": "set", "config": {"value": "{{ trigger.body }}"}}],
    "edges": [{"source": "hook", "target": "said"}],
}
ONE_AT_A_TIME = {**LISTENING, "settings": {"concurrency": {"limit": 1, "on_limit": "skip"}}}
WANTS_A_NAME = {
    **LISTENING,
    "input_schema": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]},
}


@pytest.fixture
def api(sqlite_url: str) -> Iterator[ServedApi]:
    with served_api(sqlite_url, replace(QUICK, max_hook_body=100_000)) as served:
        yield with_shop(served)


@pytest.fixture
def any_api(store_url: str) -> Iterator[ServedApi]:
    """On each database."""
    with served_api(store_url) as served:
        yield with_shop(served)


def with_shop(api: ServedApi) -> ServedApi:
    api.save("shop", LISTENING)
    return api


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TREADLE_SECRET_SHARED", "s3cret")
    monkeypatch.setenv("TREADLE_SECRET_SVIX", STANDARD_SECRET)


def given_webhook(api: ServedApi, workflow: str = "shop", **fields: Any) -> schemas.Webhook:
    answer = api.http.post(HOOKS, json={"workflow": workflow, **fields})
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"] == f"{HOOKS}/{answer.json()['id']}"
    return schemas.Webhook.model_validate_json(answer.content)


def look(api: ServedApi, webhook: schemas.Webhook) -> schemas.Webhook:
    return schemas.Webhook.model_validate_json(api.http.get(f"{HOOKS}/{webhook.id}").content)


def started(api: ServedApi) -> list[str]:
    return [row.id for row in api.treadle.store.executions.list().items]


def trigger_of(api: ServedApi, execution_id: str) -> dict[str, Any]:
    said: dict[str, Any] = decode(api.treadle.store.executions.get(execution_id).trigger_json)
    return said


def signed(body: bytes, *, at: float | None = None, secret: str = "s3cret") -> dict[str, str]:
    stamp = str(int(time.time() if at is None else at))
    signature = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return {"Treadle-Timestamp": stamp, "Treadle-Signature": f"v1={signature}"}


def test_a_delivery_starts_an_execution_with_what_was_sent(api: ServedApi) -> None:
    webhook = given_webhook(api, description="from the shop", priority="high")

    answer = api.http.post(
        f"{webhook.path}?a=1", json={"order": 7}, headers={"X-Topic": "paid", "Authorization": "Bearer x", "X-Api-Key": "k"}
    )

    delivered = schemas.Delivered.model_validate_json(answer.content)
    assert (answer.status_code, delivered.status) == (202, "running")
    trigger = trigger_of(api, delivered.id)
    assert (trigger["node"], trigger["type"]) == ("hook", "trigger.webhook")
    payload = trigger["payload"]
    assert (payload["method"], payload["query"], payload["body"]) == ("POST", {"a": "1"}, {"order": 7})
    assert (payload["content_type"], payload["webhook_id"]) == ("application/json", webhook.id)
    assert payload["headers"]["x-topic"] == "paid"
    assert not {"authorization", "x-api-key"} & set(payload["headers"])
    assert (look(api, webhook).deliveries, api.treadle.store.executions.get(delivered.id).priority) == (1, 1)


def test_a_delivery_that_is_repeated_many_times_at_once_is_one_execution(any_api: ServedApi) -> None:
    api = any_api
    webhook = given_webhook(api)

    with api.working():
        with ThreadPoolExecutor(20) as pool:
            answers = list(
                pool.map(lambda _: api.http.post(webhook.path, json={"n": 1}, headers={"Treadle-Delivery": "d-1"}), range(20))
            )
        [execution_id] = {answer.json()["id"] for answer in answers}
        api.until_status(execution_id, "completed")

    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [202]
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotent-Replayed" in answer.headers for answer in answers) == 19
    assert started(api) == [execution_id]
    assert decode(api.treadle.store.executions.get(execution_id).output_json or "null") == {"n": 1}
    assert [one["id"] for one in api.http.get(f"{HOOKS}/{webhook.id}/deliveries").json()["items"]] == ["d-1"]


def test_a_repeat_is_answered_as_the_first_time_though_the_workflow_is_another_by_now(api: ServedApi) -> None:
    webhook = given_webhook(api)
    first = api.http.post(webhook.path, json={}, headers={"Idempotency-Key": "k"})
    api.save("shop", WANTS_A_NAME)

    again = api.http.post(webhook.path, json={"n": 2}, headers={"Idempotency-Key": "k"})
    other = api.http.post(webhook.path, json={}, headers={"Idempotency-Key": "k2"})

    assert [(answer.status_code, answer.content == first.content) for answer in (again, other)] == [(200, True), (422, False)]


def test_without_an_id_each_delivery_is_its_own(api: ServedApi) -> None:
    webhook = given_webhook(api)

    answers = [api.http.post(webhook.path, json={}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [202, 202]
    assert len(started(api)) == 2


def test_the_input_is_made_of_what_was_delivered(api: ServedApi) -> None:
    api.save("shop", WANTS_A_NAME)
    webhook = given_webhook(api, input={"name": "{{ trigger.body.customer }}"})

    taken = api.http.post(webhook.path, json={"customer": "Ada"})
    misfits = [api.http.post(webhook.path, json=body) for body in ({}, {"customer": 5})]

    assert decode(api.treadle.store.executions.get(taken.json()["id"]).input_json or "") == {"name": "Ada"}
    assert [misfit.status_code for misfit in misfits] == [422, 422]
    assert len(started(api)) == 1
    assert look(api, webhook).refusals == 2


def test_a_signed_webhook_takes_what_is_signed_lately_and_nothing_else(api: ServedApi) -> None:
    webhook = given_webhook(api, **SIGNED)
    body, now = b'{"a": 1}', time.time()

    good = api.http.post(webhook.path, content=body, headers=signed(body))
    bad = [
        api.http.post(webhook.path, content=body),
        api.http.post(webhook.path, content=body + b" ", headers=signed(body)),
        api.http.post(webhook.path, content=body, headers=signed(body, secret="other")),
        api.http.post(webhook.path, content=body, headers=signed(body, at=now - 1000)),
        api.http.post(webhook.path, content=body, headers=signed(body, at=now + 1000)),
    ]

    assert good.status_code == 202
    assert {(answer.status_code, answer.content) for answer in bad} == {(401, bad[0].content)}
    assert Problem.model_validate_json(bad[0].content).title == "Not authenticated"
    assert len(started(api)) == 1
    seen = look(api, webhook)
    assert (seen.deliveries, seen.refusals) == (1, 5)
    assert "ahead of this clock" in (seen.last_refusal or "")


def test_github_stripe_and_standard_webhooks_are_understood(api: ServedApi) -> None:
    body = b'{"id": "evt_1"}'
    stamp, secret = str(int(time.time())), b"s3cret"
    over = {name: hmac.new(key, said, hashlib.sha256) for name, key, said in (
        ("github", secret, body), ("stripe", secret, f"{stamp}.".encode() + body),
        ("standard", b"0123456789abcdef", f"msg_1.{stamp}.".encode() + body),
    )}  # fmt: skip
    headers = {
        "github": {"X-Hub-Signature-256": f"sha256={over['github'].hexdigest()}", "X-GitHub-Delivery": "guid-1"},
        "stripe": {"Stripe-Signature": f"t={stamp},v1={over['stripe'].hexdigest()}"},
        "standard": {
            "webhook-id": "msg_1", "webhook-timestamp": stamp,
            "webhook-signature": f"v1,{base64.b64encode(over['standard'].digest()).decode()}",
        },
    }  # fmt: skip
    json_too = {"Content-Type": "application/json"}

    for signing, said in headers.items():
        webhook = given_webhook(api, signing=signing, secret={"secret": "svix" if signing == "standard" else "shared"})
        answers = [api.http.post(webhook.path, content=body, headers={**said, **json_too}) for _ in range(2)]

        assert [answer.status_code for answer in answers] == [202, 200], (signing, answers[0].text)
        assert api.http.post(webhook.path, content=b"{}", headers={**said, **json_too}).status_code == 401

    ids = [trigger_of(api, each)["payload"]["delivery_id"] for each in started(api)]
    assert sorted(ids) == ["evt_1", "guid-1", "msg_1"]


def test_a_secret_that_is_gone_makes_senders_come_again(api: ServedApi, monkeypatch: pytest.MonkeyPatch) -> None:
    webhook = given_webhook(api, **SIGNED)
    monkeypatch.delenv("TREADLE_SECRET_SHARED")

    answer = api.http.post(webhook.path, content=b"x", headers=signed(b"x"))

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert "shared" not in answer.text
    assert "there is no secret 'shared'" in (look(api, webhook).last_refusal or "")


def test_a_secret_is_known_to_be_used_by_the_workflow_of_a_webhook(api: ServedApi) -> None:
    api.treadle.vault.set("shared", "s3cret")
    given_webhook(api, **SIGNED)

    assert api.http.get(f"{API}/secrets/shared").json()["workflows"] == ["shop"]


def test_unknown_paused_rotated_and_deleted_addresses_are_answered_alike(api: ServedApi) -> None:
    paused, rotated, deleted = (given_webhook(api) for _ in range(3))
    api.http.patch(f"{HOOKS}/{paused.id}", json={"paused": True})
    new = api.http.post(f"{HOOKS}/{rotated.id}/rotate").json()["path"]
    assert api.http.delete(f"{HOOKS}/{deleted.id}").status_code == 204
    never = "/hooks/" + "A" * 22
    paths = [never, paused.path, rotated.path, deleted.path, new[:-1], new + "A", "/hooks/x", "/hooks/%00", "/hooks/%F0%9F%98%80"]

    answers = [api.http.post(path, json={}) for path in paths]

    assert {(answer.status_code, answer.content) for answer in answers} == {(404, answers[0].content)}
    assert [api.http.post(new, json={}).status_code, api.http.delete(f"{HOOKS}/{deleted.id}").status_code] == [202, 404]
    api.http.patch(f"{HOOKS}/{paused.id}", json={"paused": False})
    assert api.http.post(paused.path, json={}).status_code == 202


def test_only_post_delivers(api: ServedApi) -> None:
    path = given_webhook(api).path

    answers = [api.http.request(method, path) for method in ("GET", "HEAD", "PUT", "DELETE")]

    assert {(answer.status_code, answer.headers["Allow"]) for answer in answers} == {(405, "POST")}


def test_any_media_type_is_taken_up_to_the_limit(api: ServedApi) -> None:
    webhook = given_webhook(api)
    cap = 100_000

    full = api.http.post(webhook.path, content=b"x" * cap)
    over = [
        api.http.post(webhook.path, content=b"x" * (cap + 1)),
        api.http.post(webhook.path, content=iter([b"x" * cap, b"x"])),
    ]
    kinds = [
        api.http.post(webhook.path, content=b"\x89PNG\0", headers={"Content-Type": kind}) for kind in ("image/png", "x", "application/xml")
    ]

    assert full.status_code == 202
    assert [answer.status_code for answer in over] == [413, 413]
    assert [answer.status_code for answer in kinds] == [202] * 3
    assert "limit" in (look(api, webhook).last_refusal or "")


def test_a_body_that_grows_too_large_as_json_is_refused(sqlite_url: str) -> None:
    with served_api(sqlite_url) as served:
        webhook = given_webhook(with_shop(served))

        answers = [served.http.post(webhook.path, content=body) for body in (b"x" * (1 << 20), "ä".encode() * 300_000)]

        assert [answer.status_code for answer in answers] == [413, 413]
        assert started(served) == []


def test_a_body_that_does_not_come_is_waited_for_only_so_long(sqlite_url: str) -> None:
    with served_api(sqlite_url, replace(QUICK, hook_body_seconds=0.05)) as served:
        path = given_webhook(with_shop(served)).path
        with socket.create_connection((served.http.base_url.host, served.http.base_url.port or 0)) as slow:
            slow.sendall(f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc".encode())
            slow.settimeout(60)
            answer = slow.recv(10_000)

        assert answer.startswith(b"HTTP/1.1 408 ")
        assert started(served) == []


def test_what_cannot_be_used_is_refused_with_its_place(api: ServedApi) -> None:
    webhook = given_webhook(api)
    unusable = [
        ("Treadle-Delivery", b"x" * 201, "header.treadle-delivery"),
        ("Treadle-Delivery", b"a\x85b", "header.treadle-delivery"),
        ("Idempotency-Key", b"", "header.idempotency-key"),
        ("Content-Type", b"application/json", "line 1 column 2"),
    ]

    for name, value, path in unusable:
        answer = api.http.post(webhook.path, content=b"{", headers=[(name.encode(), value)])

        assert answer.status_code == 422, answer.text
        assert [each.path for each in Problem.model_validate_json(answer.content).errors] == [path]
    assert started(api) == []


def test_a_workflow_that_is_full_asks_to_come_again(api: ServedApi) -> None:
    api.save("shop", ONE_AT_A_TIME)
    webhook = given_webhook(api)
    api.http.post(webhook.path, headers={"Treadle-Delivery": "1"})

    full = [api.http.post(webhook.path, headers={"Treadle-Delivery": "2"}) for _ in range(2)]
    api.treadle.engine.complete(started(api)[0])

    assert [(answer.status_code, answer.headers["Retry-After"]) for answer in full] == [(429, "10")] * 2
    assert started(api)[0] not in full[0].text


def test_a_database_that_is_away_asks_to_come_again(sqlite_url: str) -> None:
    with served_api(sqlite_url) as served:
        path = given_webhook(with_shop(served)).path
        served.treadle.store.close()

        answer = served.http.post(path, json={})

        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")


def test_a_delivery_signals_the_execution_that_it_names(any_api: ServedApi) -> None:
    api = any_api
    api.save("door", WAITING)
    waiting = [api.start("door"), api.start("door")]
    webhook = given_webhook(api, "door", signal="open", execution="trigger.body.order", input={"by": "{{ trigger.body.by }}"})
    other = api.http.post(given_webhook(api).path, json={}).json()["id"]

    with api.working():
        sent = {"json": {"order": waiting[0], "by": "Ada"}, "headers": {"Idempotency-Key": "pay-1"}}
        answers = [api.http.post(webhook.path, **sent) for _ in range(2)]  # type: ignore[arg-type]
        api.until_status(waiting[0], "completed")
    refused = [api.http.post(webhook.path, json={"order": order, "by": "Bo"}) for order in (waiting[0], other, "exec-none", "", 5, None)]

    assert [(answer.status_code, answer.json()["id"]) for answer in answers] == [(202, waiting[0]), (200, waiting[0])]
    assert api.treadle.store.executions.inbox_count(waiting[0]) == 1
    assert api.treadle.store.executions.inbox_count(waiting[1]) == 0
    assert [answer.status_code for answer in refused] == [409, 409, 409, 422, 422, 422]
    assert other not in refused[1].text


def test_a_webhook_is_listed_changed_and_guarded(api: ServedApi) -> None:
    webhook = given_webhook(api, trigger="hook")

    listed = schemas.WebhookPage.model_validate_json(api.http.get(HOOKS, params={"workflow": "shop"}).content)
    changed = api.http.patch(f"{HOOKS}/{webhook.id}", json={**SIGNED, "input": 1})
    back = api.http.patch(f"{HOOKS}/{webhook.id}", json={"signing": "none", "description": "new"}).json()

    assert [row.id for row in listed.items] == [webhook.id]
    assert webhook.path.rsplit("/", 1)[1] not in api.http.get(HOOKS).text
    assert (changed.json()["secret"], changed.json()["path"]) == ({"secret": "shared"}, webhook.path)
    assert (back["secret"], back["description"], back["input"]) == (None, "new", 1)
    assert api.http.get(HOOKS, params={"workflow": "other"}).json()["items"] == []
    for path in ("", "/rotate", "/deliveries"):
        method = "POST" if path == "/rotate" else "GET"
        assert api.http.request(method, f"{HOOKS}/hook-none{path}").status_code == 404


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"workflow": "shop", "pathh": "x"}, "pathh"),
    ({"workflow": "shop", "path": "A" * 22}, "path"),
    ({"workflow": "shop", "signing": "md5"}, "signing"),
    ({"workflow": "shop", "signing": "hmac"}, "secret"),
    ({"workflow": "shop", "signing": "hmac", "secret": "plain"}, "secret"),
    ({"workflow": "shop", "signing": "hmac", "secret": {"secret": "none"}}, "secret"),
    ({"workflow": "shop", "secret": {"secret": "shared"}}, "secret"),
    ({"workflow": "shop", "trigger": "said"}, "trigger"),
    ({"workflow": "shop", "input": "{{ trigger.( }}"}, "input"),
    ({"workflow": "shop", "input": {"a": ["{{ input.x }}"]}}, "input.a[0]"),
    ({"workflow": "shop", "signal": "paid"}, "execution"),
    ({"workflow": "shop", "execution": "trigger.body"}, "signal"),
    ({"workflow": "shop", "signal": "paid", "execution": "nodes.x"}, "execution"),
    ({"workflow": "shop", "signal": "pa/id", "execution": "trigger.body"}, "signal"),
    ({"workflow": "shop", "signal": "paid", "execution": "trigger.body", "trigger": "hook"}, "trigger"),
    ({"workflow": "shop", "description": "a\nb"}, "description"),
    ({"workflow": "shop", "priority": "urgent"}, "priority"),
    ({}, "workflow"),
]


def test_a_webhook_that_cannot_be_is_refused_with_its_place(api: ServedApi) -> None:
    for body, path in REFUSED:
        answer = api.http.post(HOOKS, json=body)

        assert answer.status_code == 422, answer.text
        assert path in [each["path"] for each in answer.json()["errors"]], answer.text
    assert api.http.get(HOOKS).json()["items"] == []


def test_an_address_needs_no_token_and_all_else_does(sqlite_url: str) -> None:
    with served_api(sqlite_url, with_tokens("t")) as served:
        served.http.headers["Authorization"] = "Bearer t"
        path = given_webhook(with_shop(served)).path
        del served.http.headers["Authorization"]

        taken = served.http.post(path, json={}, headers={"Origin": "https://elsewhere.example"})
        foreign = served.http.post(path, json={}, headers={"Host": "elsewhere.example"})
        others = [
            served.http.request(method, at)
            for method, at in (("GET", HOOKS), ("POST", "/hooks/x"), ("POST", f"{path}/x"), ("POST", f"{path}A"), ("POST", f"/hooks/../api{HOOKS}"))
        ]

        assert (taken.status_code, foreign.status_code) == (202, 400)
        assert {answer.status_code for answer in others} == {401}
        assert served.http.post("/hooks/" + "A" * 22).status_code == 404


def test_nothing_of_a_path_or_a_body_is_logged(
    sqlite_url: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("treadle"), "propagate", True)
    with served_api(sqlite_url) as served, caplog.at_level(logging.DEBUG):
        webhook = given_webhook(with_shop(served), **SIGNED)
        for body in (b"password-one", b"password-two"):
            served.http.post(webhook.path, content=body, headers=signed(b"password-one"))
        httpx_free = [record for record in caplog.records if not record.name.startswith(("httpx", "httpcore"))]

    told = json.dumps([{**vars(record), "message": record.getMessage()} for record in httpx_free], default=str)
    assert [name in told for name in ("webhook_delivered", "webhook_refused")] == [True, True]
    assert webhook.path.rsplit("/", 1)[1] not in told
    assert "password" not in told
    assert loggable(webhook.path) == "/hooks/…"
    assert loggable(f"{API}/stats") == f"{API}/stats"


def test_huge_headers_and_strange_queries_do_no_harm(api: ServedApi) -> None:
    webhook = given_webhook(api)

    answers = [
        api.http.post(webhook.path, headers={"X-Long": "v" * 20_000}),
        api.http.post(f"{webhook.path}?{'a=1&' * 2000}"),
        api.http.post(f"{webhook.path}?a=%00"),
        api.http.post(f"{webhook.path}?a=%FF"),
        api.http.post(f"{webhook.path}?💥=%F0%9F%92%A5"),
    ]

    assert [answer.status_code for answer in answers] == [202, 422, 422, 422, 202]
    assert len(started(api)) == 2


def test_deleting_a_workflow_ends_its_webhooks(api: ServedApi) -> None:
    webhook = given_webhook(api)
    assert api.http.delete(f"{API}/workflows/shop").status_code == 204

    answer = api.http.post(webhook.path, json={})
    api.save("shop", LISTENING)

    assert answer.status_code == 404
    assert api.http.post(webhook.path, json={}).status_code == 404
    assert look(api, webhook).status == "paused"

"""What each role may do: every route and method, for nobody, for somebody unknown, and for each role; and how a token ends."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace

import httpx
import pytest

from served_api import API, JSON, QUICK, WAITING, ServedApi, served, served_api
from treadle.api.app import create_app
from treadle.api.config import InsecureBindError
from treadle.api.gate import PUBLIC, SESSION
from treadle.api.permissions import TABLE, needed_role
from treadle.domain.access import Role

PAGES = ("GET /", "GET /docs", "GET /openapi.json")
HIDDEN = frozenset({"/style.css"})
FREE = PUBLIC | {SESSION, "/hooks/{path}"}


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedApi]:
    """A server that has stored tokens alone."""
    with served_api(f"sqlite:///{tmp_path_factory.mktemp('roles')}/treadle.db") as api:
        api.treadle.engine.tokens.create("first", Role.ADMIN)
        api.app.state.credentials.roll.refresh(after=0.0)
        yield api


@pytest.fixture(scope="module")
def tokens(guarded: ServedApi) -> Mapping[Role, str]:
    return {role: guarded.treadle.engine.tokens.create(f"the-{role}", role) for role in Role}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def operations(api: ServedApi) -> Iterator[str]:
    """`METHOD /path/{}` of every route."""
    for path, methods in api.app.openapi()["paths"].items():
        plain = "/".join("{}" if part.startswith("{") else part for part in path.split("/"))
        yield from (f"{method.upper()} {plain}" for method in methods if path not in FREE)
    yield from PAGES


def test_the_table_names_every_route_and_nothing_else(guarded: ServedApi) -> None:
    assert sorted(TABLE) == sorted(operations(guarded))


def test_every_route_asks_for_its_role(guarded: ServedApi, tokens: Mapping[Role, str]) -> None:
    shown = {"none": {}, "wrong": bearer("wrong"), **{role.value: bearer(token) for role, token in tokens.items()}}
    answers = {}

    for (line, needed), (who, headers) in itertools.product(TABLE.items(), shown.items()):
        method, _, path = line.partition(" ")
        with guarded.http.stream(method, path.replace("{}", "none"), headers={**JSON, **headers}) as answer:
            answers[line, who] = (answer.status_code, needed)

    strangers = {place: status for place, (status, _) in answers.items() if place[1] in ("none", "wrong")}
    assert set(strangers.values()) == {401}
    wrong = {
        (line, who): status
        for (line, who), (status, needed) in answers.items()
        if who not in ("none", "wrong") and (status == 403) is Role(who).includes(needed)
    }
    assert wrong == {}
    assert {place: status for place, (status, _) in answers.items() if status >= 500} == {}


@pytest.mark.parametrize(("method", "path", "role"), [
    ("HEAD", f"{API}/workflows", Role.VIEWER), ("PUT", f"{API}/workflows", Role.ADMIN), ("GET", f"{API}/nothing", Role.ADMIN),
    ("GET", f"{API}/executions/facets", Role.VIEWER), ("GET", f"{API}/executions/a/b/c/d", Role.ADMIN), ("TRACE", "/", Role.ADMIN),
    ("POST", f"{API}/workflows/validate", Role.OPERATOR), ("GET", f"{API}/secrets/a%2fb", Role.ADMIN), ("GET", "", Role.ADMIN),
])  # fmt: skip
def test_what_is_not_in_the_table_needs_the_highest(method: str, path: str, role: Role) -> None:
    assert needed_role(method, path) is role


def test_a_refusal_names_the_role_that_is_needed(guarded: ServedApi, tokens: Mapping[Role, str]) -> None:
    answer = guarded.http.put(f"{API}/workflows/mine", json={}, headers=bearer(tokens[Role.OPERATOR]))

    assert answer.status_code == 403
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"] == "this needs the role admin, and the token 'the-operator' has the role operator"


def test_a_token_ends_with_its_session_and_its_streams(guarded: ServedApi) -> None:
    created = guarded.http.post(
        f"{API}/tokens", json={"name": "short", "role": "operator", "expires": "1h"}, headers=bearer(given_admin(guarded))
    )
    token = created.json()["token"]
    with httpx.Client(base_url=guarded.http.base_url, trust_env=False, timeout=30) as browser:
        own = {"Origin": str(browser.base_url).rstrip("/")}
        opened = browser.post(SESSION, json={"token": token}, headers=own)
        session = browser.get(SESSION).json()
        with browser.stream("GET", f"{API}/live?topic=workflows") as stream:
            pieces = stream.iter_raw()
            first = next(pieces)

            revoked = guarded.http.delete(f"{API}/tokens/short", headers=bearer(given_admin(guarded)))
            guarded.http.put(f"{API}/workflows/changed", json={"graph_config": WAITING}, headers=bearer(given_admin(guarded)))
            rest = list(pieces)

        after = browser.get(SESSION).json(), browser.get(f"{API}/stats").status_code

    assert (created.status_code, opened.status_code, revoked.status_code) == (201, 204, 204)
    assert (session["authenticated"], session["role"], session["name"]) == (True, "operator", "short")
    assert first.startswith(b"retry")
    assert b"".join(rest).count(b"event: changed") <= 1, "the one that every stream begins with"
    assert (after[0]["authenticated"], after[0]["role"], after[1]) == (False, None, 401)
    assert guarded.http.get(f"{API}/stats", headers=bearer(token)).status_code == 401


def test_a_token_works_as_soon_as_it_is_made_elsewhere(guarded: ServedApi) -> None:
    statuses = [guarded.http.get(f"{API}/stats", headers=bearer(given_admin(guarded))).status_code for _ in range(2)]
    unknown = guarded.http.get(f"{API}/stats", headers=bearer("trd_unknown")).status_code

    assert (statuses, unknown) == ([200, 200], 401)


def test_the_list_of_tokens_says_what_became_of_them_and_no_token(guarded: ServedApi) -> None:
    desk = guarded.treadle.engine.tokens
    made = desk.create("listed", Role.VIEWER, by="ann")
    desk.revoke("listed")

    answer = guarded.http.get(f"{API}/tokens", headers=bearer(given_admin(guarded)))

    [listed] = [each for each in answer.json()["items"] if each["name"] == "listed"]
    assert (listed["role"], listed["state"], listed["created_by"], listed["expires_at"]) == ("viewer", "revoked", "ann", None)
    assert made not in answer.text
    assert "digest" not in answer.text


def test_a_token_is_not_made_twice_or_for_ever_too_long(guarded: ServedApi, tokens: Mapping[Role, str]) -> None:
    refused = [
        guarded.http.post(f"{API}/tokens", json=body, headers=bearer(tokens[Role.ADMIN])).status_code
        for body in ({"name": "the-viewer"}, {"name": "a", "expires": "0s"}, {"name": "a/b"}, {"name": "a", "role": "king"})
    ]

    assert refused == [409, 422, 422, 422]


def test_the_last_token_revoked_does_not_open_the_door(sqlite_url: str) -> None:
    with served_api(sqlite_url) as api:
        before = api.http.get(f"{API}/stats").status_code
        token = api.http.post(f"{API}/tokens", json={"name": "only", "role": "admin"}).json()["token"]
        unasked = api.http.get(f"{API}/stats").status_code
        api.http.delete(f"{API}/tokens/only", headers=bearer(token))
        with served(create_app(api.treadle.engine, QUICK)) as later:
            closed = later.get(f"{API}/stats").status_code
        api.treadle.engine.tokens.forget("only")
        with served(create_app(api.treadle.engine, QUICK)) as last:
            forgotten = last.get(f"{API}/stats").status_code

    assert (before, unasked, closed, forgotten) == (200, 401, 401, 200)


def test_a_stored_token_lets_a_server_listen_beyond_this_machine(guarded: ServedApi, sqlite_url: str) -> None:
    beyond = replace(QUICK, host="0.0.0.0")
    with served_api(sqlite_url) as api:
        with pytest.raises(InsecureBindError, match="treadle tokens create"):
            create_app(api.treadle.engine, beyond)
        api.treadle.engine.tokens.create("only", Role.VIEWER)
        app = create_app(api.treadle.engine, beyond)
        api.treadle.engine.tokens.forget("only")
        with served(app) as http:
            assert http.get(f"{API}/stats").status_code == 401


def given_admin(api: ServedApi) -> str:
    """A new token for everything."""
    desk = api.treadle.engine.tokens
    if any(each.name == "root" and each.revoked_at is None for each in desk.list()):
        desk.revoke("root")
    return desk.create("root", Role.ADMIN)

"""Who may come in, from where, and what a browser is told."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from served_api import API, NOTHING_TO_DO, QUICK, ServedApi, served, served_api, with_tokens
from treadle.api.app import create_app
from treadle.api.config import BadTokenError, InsecureBindError, check_bind
from treadle.api.gate import PUBLIC, SAFE_METHODS, SESSION, STYLE

TOKEN = "a-token-that-nobody-guesses"
RIGHT = {"Authorization": f"Bearer {TOKEN}"}
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW")
PAGES = ("/", "/docs", "/style.css", "/openapi.json")
ELSEWHERE = ("/nowhere", "/healthz/", "/HEALTHZ", "//healthz", "/healthz/../api/v1/stats", "/readyz%2f", f"{API}/healthz")


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedApi]:
    """A server that wants a token."""
    with served_api(f"sqlite:///{tmp_path_factory.mktemp('guarded')}/treadle.db", with_tokens("another-token", TOKEN)) as api:
        yield api


@pytest.fixture(scope="module")
def open_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedApi]:
    """A server for one person on one machine."""
    with served_api(f"sqlite:///{tmp_path_factory.mktemp('open')}/treadle.db") as api:
        yield api


def paths_of(api: ServedApi) -> list[str]:
    """Every path there is, with something in the place of its parameters, live streams included."""
    templates = [*api.app.openapi()["paths"], *PAGES]
    return [template.replace("{", "").replace("}", "") for template in templates]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": f"Bearer {TOKEN}x"},
        {"Authorization": f"Bearer {TOKEN[:-1]}"},
        {"Authorization": f"Basic {TOKEN}"},
        {"Authorization": TOKEN},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer ünïcödé".encode("latin-1")},
    ],
    ids=["none", "wrong", "longer", "shorter", "basic", "bare", "empty", "not ascii"],
)
def test_without_the_right_token_no_route_answers_any_method(guarded: ServedApi, headers: dict[str, Any]) -> None:
    paths = [path for path in (*paths_of(guarded), *ELSEWHERE) if path not in (*PUBLIC, SESSION)]
    tried = [(method, path) for path in paths for method in METHODS if path != STYLE or method not in SAFE_METHODS]

    answers = {(method, path): guarded.http.request(method, path, headers=headers) for method, path in tried}

    assert {place: answer.status_code for place, answer in answers.items() if answer.status_code != 401} == {}
    assert all(answer.headers["WWW-Authenticate"].startswith("Bearer ") for answer in answers.values())


def test_with_the_right_token_every_route_answers(guarded: ServedApi) -> None:
    tried = [(method, path) for path in (*paths_of(guarded), *ELSEWHERE) for method in METHODS]

    statuses = {}
    for method, path in tried:
        with guarded.http.stream(method, path, headers=RIGHT) as answer:  # a live stream does not end by itself
            statuses[method, path] = answer.status_code

    assert {place: status for place, status in statuses.items() if status in (401, 403)} == {}
    assert {place: status for place, status in statuses.items() if status >= 500} == {}


def test_the_public_routes_are_the_two_that_probes_ask(guarded: ServedApi) -> None:
    answers = {path: guarded.http.get(path, headers={"Host": "10.2.3.4:8765"}) for path in sorted(PUBLIC)}

    assert {path: answer.json() for path, answer in answers.items()} == {
        "/healthz": {"status": "ok"},
        "/readyz": {"status": "ok"},
    }


def test_a_token_may_be_configured_as_its_hash(sqlite_url: str) -> None:
    digest = hashlib.sha256(TOKEN.encode()).hexdigest()
    with served_api(sqlite_url, with_tokens(f"sha256:{digest}")) as api:
        with_token = api.http.get(f"{API}/stats", headers=RIGHT)
        with_hash = api.http.get(f"{API}/stats", headers={"Authorization": f"Bearer sha256:{digest}"})

    assert (with_token.status_code, with_hash.status_code) == (200, 401)


@pytest.mark.parametrize("token", ["", " ", "two words", "tab\t", "naïve", "sha256:", "sha256:12ab", "sha256:" + "g" * 64])
def test_a_token_that_protects_nothing_is_refused_at_the_start(guarded: ServedApi, token: str) -> None:
    with pytest.raises(BadTokenError):
        create_app(guarded.treadle.engine, with_tokens(token))


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "", "192.168.1.5", "treadle.example", "localhost.example", "127.0.0.1.example"]
)
def test_listening_beyond_this_machine_needs_tokens(guarded: ServedApi, host: str) -> None:
    with pytest.raises(InsecureBindError, match="refusing to listen"):
        check_bind(host, ())
    with pytest.raises(InsecureBindError):
        create_app(guarded.treadle.engine, replace(QUICK, host=host))

    check_bind(host, (TOKEN,))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "localhost", "LOCALHOST", "::1", "[::1]"])
def test_listening_on_this_machine_needs_none(host: str) -> None:
    check_bind(host, ())


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "0.0.0.0", "10.0.0.1", "[::2]", "[", "a b", ""]
)
def test_another_name_that_points_here_is_refused(open_api: ServedApi, host: str) -> None:
    answers = [open_api.http.request(method, f"{API}/stats", headers={"Host": host}) for method in ("GET", "POST")]

    assert [answer.status_code for answer in answers] == [400, 400]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8765", "localhost:80", "LocalHost", "[::1]", "[::1]:8765"])
def test_the_names_of_this_machine_are_known(open_api: ServedApi, host: str) -> None:
    answer = open_api.http.get(f"{API}/stats", headers={"Host": host})

    assert answer.status_code == 200


def test_further_names_are_configured(open_api: ServedApi) -> None:
    config = replace(QUICK, allowed_hosts=("Treadle.example", "[fd00::1]"))
    with served(create_app(open_api.treadle.engine, config)) as http:
        statuses = [
            http.get(f"{API}/stats", headers={"Host": host}).status_code
            for host in ("treadle.example:8765", "[fd00::1]", "evil.example")
        ]
    with served(create_app(open_api.treadle.engine, replace(QUICK, allowed_hosts=("*",)))) as http:
        anything = http.get(f"{API}/stats", headers={"Host": "evil.example"})

    assert statuses == [200, 200, 400]
    assert anything.status_code == 200


def test_the_host_is_checked_before_the_token(guarded: ServedApi) -> None:
    answer = guarded.http.get(f"{API}/stats", headers={"Host": "evil.example", **RIGHT})

    assert answer.status_code == 400


@pytest.mark.parametrize("origin", ["http://evil.example", "https://localhost", "null", "http://127.0.0.1:1", "file://"])
def test_a_page_of_another_site_changes_nothing(open_api: ServedApi, origin: str) -> None:
    open_api.save("kept", NOTHING_TO_DO)

    refused = [
        open_api.http.request(method, f"{API}/workflows/kept", headers={"Origin": origin}, json={"graph_config": {}})
        for method in ("PUT", "POST", "PATCH", "DELETE")
    ]

    assert [answer.status_code for answer in refused] == [403, 403, 403, 403]
    assert open_api.http.get(f"{API}/workflows/kept").json()["version"] == 1


def test_a_page_of_this_server_may_change_things(open_api: ServedApi) -> None:
    own = f"http://127.0.0.1:{open_api.http.base_url.port}"

    answer = open_api.http.put(
        f"{API}/workflows/mine", headers={"Origin": own, "Host": own[7:]}, json={"graph_config": NOTHING_TO_DO}
    )

    assert answer.status_code == 201


def test_no_answer_invites_other_sites_to_read_it(open_api: ServedApi) -> None:
    asked = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}

    answers = [open_api.http.request(method, f"{API}/stats", headers=asked) for method in ("GET", "OPTIONS")]

    assert [name for answer in answers for name in answer.headers if name.startswith("access-control-")] == []


@pytest.mark.parametrize("path", ["/", "/docs", "/healthz", "/nowhere", f"{API}/stats", f"{API}/workflows/none/run"])
def test_every_answer_keeps_browsers_strict(open_api: ServedApi, guarded: ServedApi, path: str) -> None:
    answers = [open_api.http.get(path), open_api.http.get(path, headers={"Host": "evil.example"}), guarded.http.get(path)]

    for answer in answers:
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_pages_hold_no_script_no_style_and_nothing_from_elsewhere(open_api: ServedApi, path: str) -> None:
    page = open_api.http.get(path).text

    assert page.startswith("<!doctype html>")
    assert [word for word in ("<script", "<style", "style=", "onload=", "//", "javascript:") if word in page] == []


def test_a_wrong_token_is_told_from_a_missing_one(guarded: ServedApi) -> None:
    missing = guarded.http.get(f"{API}/stats")
    wrong = guarded.http.get(f"{API}/stats", headers={"Authorization": "Bearer wrong"})

    assert "invalid_token" not in missing.headers["WWW-Authenticate"]
    assert "invalid_token" in wrong.headers["WWW-Authenticate"]


def test_a_websocket_is_refused(guarded: ServedApi) -> None:
    asked = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "AAAA"}

    answer: httpx.Response = guarded.http.get(f"{API}/stats", headers=asked)

    assert answer.status_code == 401

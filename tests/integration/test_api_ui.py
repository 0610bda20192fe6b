"""The web UI as the server gives it out: its page at its addresses, its files, and nothing beside them."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path

import pytest

from served_api import API, QUICK, ServedApi, served_api, with_tokens
from treadle.api.ui_files import NO_PAGES

INDEX = '<!doctype html><script type="module" src="/assets/app-1a2b.js"></script>'
SCRIPT = "console.log('x');" * 100
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
TOKEN = "a-token-that-nobody-guesses"
OUR_PAGES = (
    "/", "/w", "/w/refund", "/w/refund/versions", "/x", "/x/exec-1", "/approvals", "/approvals/a-1", "/schedules",
    "/schedules/s-1", "/secrets", "/health", "/login",
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a build leaves behind, with a secret beside it."""
    home = tmp_path_factory.mktemp("ui")
    (home / "secret.txt").write_text("secret")
    built = home / "built"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_text(INDEX)
    (built / "favicon.svg").write_text("<svg/>")
    (built / "assets" / "app-1a2b.js").write_text(SCRIPT)
    (built / "assets" / "app-1a2b.js.gz").write_bytes(gzip.compress(SCRIPT.encode()))
    (built / "assets" / "app-1a2b.js.br").write_bytes(b"not really brotli")
    (built / "assets" / "app-1a2b.js.map").write_text("{}")
    return built


@pytest.fixture(scope="module")
def api(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedApi]:
    """A server that wants a token, with a UI."""
    url = f"sqlite:///{tmp_path_factory.mktemp('api')}/treadle.db"
    with served_api(url, replace(with_tokens(TOKEN), ui_folder=folder)) as served_one:
        yield served_one


def test_the_page_is_public_at_every_address_of_the_ui(api: ServedApi) -> None:
    answers = {path: api.http.get(path) for path in OUR_PAGES}

    assert {path: answer.text for path, answer in answers.items()} == dict.fromkeys(OUR_PAGES, INDEX)
    assert {answer.headers["Cache-Control"] for answer in answers.values()} == {"no-cache"}
    assert {answer.headers["Content-Type"] for answer in answers.values()} == {"text/html; charset=utf-8"}


def test_a_browser_sees_the_page_where_there_is_nothing_and_a_program_does_not(api: ServedApi) -> None:
    browser = api.http.get("/no/such/place", headers=BROWSER)
    program = api.http.get("/no/such/place", headers={"Authorization": f"Bearer {TOKEN}"})
    posted = api.http.post("/no/such/place", headers={**BROWSER, "Authorization": f"Bearer {TOKEN}"})

    assert browser.text == INDEX
    assert [program.status_code, posted.status_code] == [404, 404]
    assert program.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path", [f"{API}/stats", f"{API}/nothing", "/api", "/docs", "/openapi.json", "/metrics", "/hooks/x"])
def test_a_browser_gets_no_page_in_place_of_the_api(api: ServedApi, path: str) -> None:
    assert api.http.get(path, headers=BROWSER).status_code == 401


def test_no_route_of_the_api_is_where_the_ui_would_answer(api: ServedApi) -> None:
    paths = list(api.app.openapi()["paths"])

    assert len(paths) > 30
    assert [path for path in paths if path.split("/")[1] not in NO_PAGES] == []


def test_the_page_is_asked_for_anew_and_answered_shortly_when_it_is_the_same(api: ServedApi) -> None:
    first = api.http.get("/x")
    again = api.http.get("/x/exec-1", headers={"If-None-Match": first.headers["ETag"]})

    assert again.status_code == 304
    assert again.content == b""


def test_files_with_hashed_names_are_kept_for_ever(api: ServedApi) -> None:
    answer = api.http.get("/assets/app-1a2b.js", headers={"Accept-Encoding": "identity"})

    assert answer.text == SCRIPT
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert api.http.get("/favicon.svg").headers["Content-Type"].startswith("image/svg+xml")
    assert api.http.head("/assets/app-1a2b.js").status_code == 200


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("gzip", "gzip"), ("gzip, br", "br"), ("identity", None), ("", None), ("gzip;q=0", None), ("br;q=0, gzip;q=0.5", "gzip")],
)
def test_a_compressed_copy_is_sent_to_who_takes_it(api: ServedApi, accepted: str, encoding: str | None) -> None:
    with api.http.stream("GET", "/assets/app-1a2b.js", headers={"Accept-Encoding": accepted}) as answer:
        sent = b"".join(answer.iter_raw())

    assert answer.headers.get("Content-Encoding") == encoding
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    kinds = {None: SCRIPT.encode(), "br": b"not really brotli"}
    assert (gzip.decompress(sent) if encoding == "gzip" else sent) == kinds.get(encoding, SCRIPT.encode())


@pytest.mark.parametrize(
    "path",
    [
        "/assets/../../secret.txt", "/assets/%2e%2e/%2e%2e/secret.txt", "/assets/..%2f..%2fsecret.txt", "/../secret.txt",
        "/assets//etc/passwd", "/assets/%00", "/assets/..\\..\\secret.txt", "/assets/app-1a2b.js.map", "/assets/", "/assets",
    ],
)  # fmt: skip
def test_nothing_beside_the_ui_is_given_out(api: ServedApi, path: str) -> None:
    status, text = asked_as_it_is(api, path)

    assert "secret" not in text
    assert status == 401 if path.startswith("/assets") else text == INDEX


def asked_as_it_is(api: ServedApi, path: str) -> tuple[int, str]:
    """httpx would tidy the path."""
    connection = HTTPConnection("127.0.0.1", api.http.base_url.port, timeout=30)
    try:
        connection.request("GET", path, headers=BROWSER)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def test_the_page_may_run_its_own_scripts_and_workers_and_no_others(api: ServedApi) -> None:
    policy = api.http.get("/").headers["Content-Security-Policy"]

    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert {name: rules[name] for name in ("default-src", "script-src", "style-src", "worker-src", "connect-src")} == dict.fromkeys(
        ("default-src", "script-src", "style-src", "worker-src", "connect-src"), "'self'"
    )
    assert rules["img-src"] == "'self' data:"


def test_a_name_that_points_here_gets_no_page(api: ServedApi) -> None:
    assert api.http.get("/", headers={"Host": "evil.example"}).status_code == 400


def test_a_ui_that_is_built_while_the_server_runs_is_shown(tmp_path: Path, sqlite_url: str) -> None:
    built = tmp_path / "ui"
    with served_api(sqlite_url, replace(QUICK, ui_folder=built)) as api:
        before = api.http.get("/").text
        built.mkdir()
        (built / "index.html").write_text("first")
        first = api.http.get("/").text
        (built / "index.html").write_text("later")
        os.utime(built / "index.html", (0, 0))
        later = api.http.get("/").text

    assert "<code>make ui</code>" in before
    assert [first, later] == ["first", "later"]

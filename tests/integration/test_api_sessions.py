"""How a browser gets in: a token is exchanged for a cookie, which is good for what the token is good for, and no longer."""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx
import pytest

from served_api import API, NOTHING_TO_DO, ServedApi, served, served_api, with_tokens
from treadle.api.app import create_app
from treadle.api.credentials import COOKIE, SECONDS, Credentials

TOKEN, OTHER = "a-token-that-nobody-guesses", "another-token"
SESSION = f"{API}/session"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedApi]:
    with served_api(f"sqlite:///{tmp_path_factory.mktemp('sessions')}/treadle.db", with_tokens(OTHER, TOKEN)) as api:
        yield api


@pytest.fixture
def browser(guarded: ServedApi) -> Iterator[httpx.Client]:
    """A client without cookies."""
    with httpx.Client(base_url=guarded.http.base_url, trust_env=False, timeout=30) as client:
        yield client


def own_origin(browser: httpx.Client) -> dict[str, str]:
    return {"Origin": str(browser.base_url).rstrip("/")}


def cookie(value: str) -> dict[str, str]:
    return {"Cookie": f"{COOKIE}={value}"}


def cookie_of(token: str, *, now: float | None = None) -> str:
    made = Credentials([token], now=lambda: time.time() if now is None else now).cookie_for(token)
    assert made is not None
    return made


def test_somebody_logs_in_looks_around_and_logs_out(browser: httpx.Client) -> None:
    before = browser.get(SESSION).json()
    opened = browser.post(SESSION, json={"token": TOKEN}, headers=own_origin(browser))
    during = browser.get(SESSION).json()
    looked = browser.get(f"{API}/stats")
    changed = browser.put(f"{API}/workflows/mine", json={"graph_config": NOTHING_TO_DO}, headers=own_origin(browser))
    closed = browser.delete(SESSION, headers=own_origin(browser))
    after = browser.get(SESSION).json()

    assert before == {"required": True, "authenticated": False, "role": None, "name": None, "version": "1.2.3"}
    assert (opened.status_code, closed.status_code) == (204, 204)
    assert during["authenticated"] is True
    assert looked.status_code == 200
    assert changed.is_success
    assert after["authenticated"] is False
    assert browser.get(f"{API}/stats").status_code == 401


def test_the_cookie_is_for_this_site_alone_and_out_of_reach_of_scripts(browser: httpx.Client) -> None:
    plain = browser.post(SESSION, json={"token": TOKEN}).headers["Set-Cookie"]
    secure = browser.post(SESSION, json={"token": TOKEN}, headers={"X-Forwarded-Proto": "https"}).headers["Set-Cookie"]

    assert {part.strip().lower() for part in plain.split(";")[1:]} == {
        "httponly", f"max-age={SECONDS}", "path=/", "samesite=strict",
    }  # fmt: skip
    assert "Secure" in secure


@pytest.mark.parametrize("token", ["wrong", f"{TOKEN}x", TOKEN[:-1], "ünïcödé", "sha256:"])
def test_a_wrong_token_opens_no_session(browser: httpx.Client, token: str) -> None:
    answer = browser.post(SESSION, json={"token": token})

    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "Set-Cookie" not in answer.headers


def test_a_cookie_that_is_not_ours_is_no_cookie(browser: httpx.Client) -> None:
    good = cookie_of(TOKEN)
    expires, _, signature = good.partition(".")
    forged = {
        "longer": f"{int(expires) + 1}.{signature}",
        "flipped": good[:-2] + ("A" if good[-2] != "A" else "B") + good[-1],
        "unsigned": f"{expires}.",
        "only a time": expires,
        "empty": "",
        "token itself": TOKEN,
        "of a token that is unknown here": cookie_of("a-third-token"),
        "expired": cookie_of(TOKEN, now=time.time() - SECONDS - 1),
        "not ascii": "ü.ü",
    }

    statuses = {
        name: browser.get(f"{API}/stats", headers={b"Cookie": f"{COOKIE}={value}".encode()}).status_code
        for name, value in forged.items()
    }

    assert browser.get(f"{API}/stats", headers=cookie(good)).status_code == 200
    assert browser.get(f"{API}/stats", headers=cookie(cookie_of(OTHER))).status_code == 200
    assert statuses == dict.fromkeys(forged, 401)


def test_a_cookie_ends_when_its_token_is_taken_away(guarded: ServedApi) -> None:
    good = cookie_of(TOKEN)

    with served(create_app(guarded.treadle.engine, with_tokens(OTHER))) as later:
        answer = later.get(f"{API}/stats", headers=cookie(good))

    assert answer.status_code == 401


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"Origin": "http://evil.example"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "same-origin"},
        {"Origin": "OWN", "Sec-Fetch-Site": "same-site"},
        {"Origin": "OWN", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://evil.example", "Sec-Fetch-Site": "same-origin"},
    ],
)
def test_a_cookie_changes_nothing_unless_our_own_page_asks(browser: httpx.Client, said: dict[str, str]) -> None:
    headers = {name: own_origin(browser)["Origin"] if value == "OWN" else value for name, value in said.items()}

    answer = browser.put(
        f"{API}/workflows/foreign", headers={**cookie(cookie_of(TOKEN)), **headers}, json={"graph_config": NOTHING_TO_DO}
    )

    assert answer.status_code == 403
    assert browser.get(f"{API}/workflows/foreign", headers=cookie(cookie_of(TOKEN))).status_code == 404


def test_another_site_logs_nobody_in_or_out(browser: httpx.Client) -> None:
    answers = [
        browser.request(method, SESSION, json={"token": TOKEN}, headers={"Origin": "http://evil.example"})
        for method in ("POST", "DELETE")
    ]

    assert [answer.status_code for answer in answers] == [403, 403]


def test_a_token_in_the_header_counts_rather_than_the_cookie(browser: httpx.Client) -> None:
    both = {**cookie(cookie_of(TOKEN)), "Authorization": "Bearer wrong"}

    assert browser.get(f"{API}/stats", headers=both).status_code == 401
    assert browser.get(SESSION, headers=both).json()["authenticated"] is False
    assert browser.get(SESSION, headers={"Authorization": f"Bearer {TOKEN}"}).json()["authenticated"] is True


def test_without_tokens_everybody_is_in(sqlite_url: str) -> None:
    with served_api(sqlite_url) as api:
        said = api.http.get(SESSION).json()
        opened = api.http.post(SESSION, json={"token": "anything"})

    assert said == {"required": False, "authenticated": True, "role": "admin", "name": None, "version": "1.2.3"}
    assert opened.status_code == 204
    assert "Set-Cookie" not in opened.headers

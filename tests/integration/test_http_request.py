"""`http.request` against a real server on this machine."""

from __future__ import annotations

import asyncio
import gzip
import json
import shutil
import ssl
import subprocess
import threading
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from treadle.activities.http import HttpRequest
from treadle.domain.activity import Context
from treadle.domain.errors import ActivityError, Fatal, RetryAfter

NOW = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)

Answer = Callable[[BaseHTTPRequestHandler], None]


class Site:
    """A server whose answers a test writes, and what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[dict[str, Any]] = []
        self.connections: set[Any] = set()
        self.stopping = threading.Event()
        site = self

        class Requests(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one_request(self) -> None:
                site.connections.add(self.client_address)
                super().handle_one_request()

            def any(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                site.asked.append({"method": self.command, "path": self.path, "headers": headers, "body": body})
                site.answers[self.path.partition("?")[0]](self)

            do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = any  # noqa: N815  # the base class's

            def log_message(self, format: str, *args: Any) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Requests)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __setitem__(self, path: str, answer: Answer) -> None:
        self.answers[path] = answer


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    thread = threading.Thread(target=site.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield site
    site.stopping.set()
    site.server.shutdown()
    thread.join()
    site.server.server_close()


def answers(body: bytes | str = b"", *, status: int = 200, **headers: str) -> Answer:
    data = body.encode() if isinstance(body, str) else body

    def send(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.send_header("Content-Length", str(len(data)))
        request.end_headers()
        if request.command != "HEAD":
            request.wfile.write(data)

    return send


def context(**fields: Any) -> Context:
    given = {"execution_id": "exec-1", "workflow": "w", "node_id": "n", "scope": "", "visit": 2, "attempt": 1, "now": NOW}
    return Context(**{**given, **fields})


def call(*configs: dict[str, Any], allow_private: bool = True, **fields: Any) -> Any:
    """The outputs of calls made one after the other with one handler; a single one by itself."""

    async def run() -> list[Any]:
        handler = HttpRequest(allow_private=allow_private)
        try:
            return [(await handler.run(context(**fields), config)).output for config in configs]
        finally:
            await handler.aclose()

    outputs = asyncio.run(run())
    return outputs if len(outputs) > 1 else outputs[0]


def test_json_is_parsed_and_comes_with_status_and_headers(site: Site) -> None:
    site["/order"] = answers('{"total": 12.5}', Content_Type="application/vnd.api+json; charset=utf-8", X_Test="yes")

    output = call({"url": f"{site.url}/order"})

    assert (output["status"], output["body"], output["headers"]["x-test"]) == (200, {"total": 12.5}, "yes")
    assert "base64" not in output
    assert site.asked[0]["method"] == "GET"


@pytest.mark.parametrize(("body", "content_type", "fields"), [
    (b"hello", "text/plain", {"body": "hello"}),
    ("grün".encode("latin-1"), "text/plain; charset=latin-1", {"body": "grün"}),
    (b"gr\xfcn", "text/plain; charset=no-such-charset", {"body": "gr\ufffdn"}),
    (b"<a/>", "application/xml", {"body": "<a/>"}),
    (b"plain", "", {"body": "plain"}),
    (b"", "application/json", {"body": None}),
    (b"", "", {"body": ""}),
    (b"{broken", "application/json", {"body": "{broken"}),
    (b"\x89PNG\xff\x00", "image/png", {"body": "iVBOR/8A", "base64": True}),
    (b"a\x00b", "text/plain", {"body": "YQBi", "base64": True}),
])  # fmt: skip
def test_a_body_is_json_or_text_or_marked_base64(site: Site, body: bytes, content_type: str, fields: dict[str, Any]) -> None:
    site["/"] = answers(body, Content_Type=content_type)

    output = call({"url": site.url})

    assert {key: output[key] for key in ("body", "base64") if key in output} == fields


def test_method_query_headers_and_json_are_sent(site: Site) -> None:
    site["/order"] = answers(status=201)

    output = call({
        "method": "POST", "url": f"{site.url}/order?a=1", "json": {"total": 1, "name": "grün"},
        "query": {"b": [1, "x y"], "c": True, "d": None}, "headers": {"X-Number": 7, "X-Yes": True},
    })  # fmt: skip

    (asked,) = site.asked
    assert (asked["method"], asked["path"]) == ("POST", "/order?a=1&b=1&b=x+y&c=true&d=")
    assert json.loads(asked["body"]) == {"total": 1, "name": "grün"}
    assert asked["headers"]["content-type"] == "application/json"
    assert (asked["headers"]["x-number"], asked["headers"]["x-yes"]) == ("7", "true")
    assert output["status"] == 201


def test_a_text_body_is_sent_as_it_is(site: Site) -> None:
    site["/"] = answers()

    call({"method": "PUT", "url": site.url, "body": "a,b\n1,2\n", "headers": {"Content-Type": "text/csv"}})

    assert (site.asked[0]["body"], site.asked[0]["headers"]["content-type"]) == (b"a,b\n1,2\n", "text/csv")


@pytest.mark.parametrize(("method", "key"), [
    ("POST", "exec-1/n#2"), ("PUT", "exec-1/n#2"), ("PATCH", "exec-1/n#2"), ("DELETE", "exec-1/n#2"),
    ("GET", None), ("HEAD", None), ("OPTIONS", None),
])  # fmt: skip
def test_what_changes_something_carries_the_idempotency_key(site: Site, method: str, key: str | None) -> None:
    site["/"] = answers("x")

    call({"url": site.url, "method": method})

    assert site.asked[0]["headers"].get("idempotency-key") == key


def test_an_idempotency_key_that_is_given_stays(site: Site) -> None:
    site["/"] = answers()

    call({"url": site.url, "method": "POST", "headers": {"idempotency-key": "mine"}})

    assert site.asked[0]["headers"]["idempotency-key"] == "mine"


def test_secrets_are_put_in_only_for_the_call(site: Site) -> None:
    site["/"] = answers()
    token = {"secret": "token"}
    config = {"url": site.url, "method": "POST", "headers": {"Authorization": token}, "json": {"key": token}}

    places = (("headers", "Authorization"), ("json", "key"))
    call(config, secrets={"token": "Bearer abc"}.__getitem__, secret_places=places)

    assert site.asked[0]["headers"]["authorization"] == "Bearer abc"
    assert json.loads(site.asked[0]["body"]) == {"key": "Bearer abc"}
    assert config["headers"] == {"Authorization": {"secret": "token"}}


def test_a_status_that_is_not_good_fails_with_status_and_body(site: Site) -> None:
    site["/"] = answers("x" * 5000, status=404, Content_Type="text/plain")

    with pytest.raises(ActivityError, match=r"^GET 127\.0\.0\.1 answered 404 Not Found$") as failed:
        call({"url": site.url})

    assert (failed.value.type, failed.value.retryable) == ("http.status", True)
    assert failed.value.details == {"status": 404, "body": "x" * 2000 + "…"}


def test_which_statuses_are_good_can_be_said(site: Site) -> None:
    site["/missing"] = answers(status=404)
    site["/found"] = answers(status=200)

    output = call({"url": f"{site.url}/missing", "ok": [404]})
    with pytest.raises(ActivityError, match="answered 200"):
        call({"url": f"{site.url}/found", "ok": [404]})

    assert output["status"] == 404


@pytest.mark.parametrize(("status", "said", "delay"), [
    (429, "30", 30.0),
    (503, format_datetime(NOW + timedelta(minutes=2), usegmt=True), 120.0),
    (503, format_datetime(NOW - timedelta(minutes=2), usegmt=True), 0.0),
    (429, "99999999999999999999", 86400.0),
])  # fmt: skip
def test_a_server_that_says_when_to_come_back_is_obeyed(site: Site, status: int, said: str, delay: float) -> None:
    site["/"] = answers(status=status, Retry_After=said)

    with pytest.raises(RetryAfter, match=f"answered {status}") as failed:
        call({"url": site.url})

    assert (failed.value.delay, failed.value.type) == (delay, "http.status")


@pytest.mark.parametrize(("status", "said"), [
    (429, "soon"), (503, ""), (500, "30"), (429, "-5"), (429, "٣"), (429, "Sun, 29 Mar 2026 01:00:00"),
])  # fmt: skip
def test_without_a_usable_word_the_retry_policy_decides(site: Site, status: int, said: str) -> None:
    site["/"] = answers(status=status, Retry_After=said.encode().decode("latin-1"))

    with pytest.raises(ActivityError) as failed:
        call({"url": site.url})

    assert not isinstance(failed.value, RetryAfter)
    assert failed.value.details["status"] == status


def test_redirects_are_followed_as_a_browser_does(site: Site) -> None:
    site["/old"] = answers(status=303, Location="/new")
    site["/new"] = answers("here", Content_Type="text/plain")

    output = call({"url": f"{site.url}/old", "method": "POST", "json": 1, "headers": {"X-Key": "k"}})

    assert output["body"] == "here"
    assert [(asked["method"], asked["path"]) for asked in site.asked] == [("POST", "/old"), ("GET", "/new")]
    assert site.asked[1]["headers"]["x-key"] == "k"


def test_headers_that_may_be_credentials_do_not_follow_to_another_origin(site: Site) -> None:
    other = site.url.replace("127.0.0.1", "localhost")
    site["/old"] = answers(status=307, Location=f"{other}/new")
    site["/new"] = answers()

    call({"url": f"{site.url}/old", "headers": {"X-Key": "k", "Authorization": "a", "Cookie": "c", "Accept": "text/plain"}})

    kept = site.asked[1]["headers"]
    assert kept["accept"] == "text/plain"
    assert not {"x-key", "authorization", "cookie"} & kept.keys()


def test_a_redirect_is_the_answer_if_its_status_is_wanted(site: Site) -> None:
    site["/old"] = answers(status=302, Location="/new")

    output = call({"url": f"{site.url}/old", "ok": [302]})

    assert (output["status"], output["headers"]["location"]) == (302, "/new")


@pytest.mark.parametrize(("location", "said"), [("/old", "more than 5 redirects"), ("ftp://127.0.0.1/x", "not followed")])
def test_redirects_end_somewhere(site: Site, location: str, said: str) -> None:
    site["/old"] = answers(status=302, Location=location)

    with pytest.raises(Fatal, match=said) as failed:
        call({"url": f"{site.url}/old"})

    assert failed.value.type == "http.redirect"


def test_without_the_setting_this_machine_is_out_of_reach(site: Site) -> None:
    with pytest.raises(Fatal, match=r"127\.0\.0\.1 is loopback.*TREADLE_HTTP_ALLOW_PRIVATE") as failed:
        call({"url": site.url}, allow_private=False)

    assert failed.value.type == "http.refused"
    assert site.asked == []


def test_cookies_are_not_kept_between_calls(site: Site) -> None:
    site["/"] = answers(Set_Cookie="session=abc; Path=/")

    first, _ = call({"url": site.url}, {"url": site.url})

    assert "cookie" not in site.asked[1]["headers"]
    assert first["headers"]["set-cookie"] == "session=abc; Path=/"


def test_calls_share_their_connection(site: Site) -> None:
    site["/"] = answers("x")

    call({"url": site.url}, {"url": site.url}, {"url": site.url})

    assert len(site.connections) == 1


def test_each_loop_has_its_own_client(site: Site) -> None:
    site["/"] = answers("x")
    handler = HttpRequest(allow_private=True)

    async def once() -> int:
        try:
            return int((await handler.run(context(), {"url": site.url})).output["status"])
        finally:
            await handler.aclose()

    assert [asyncio.run(once()), asyncio.run(once())] == [200, 200]


def test_a_compressed_body_is_unpacked(site: Site) -> None:
    site["/gzip"] = answers(gzip.compress(b'{"a": 1}', mtime=0), Content_Encoding="gzip", Content_Type="application/json")
    site["/deflate"] = answers(zlib.compress(b'{"a": 2}'), Content_Encoding="deflate", Content_Type="application/json")

    gzipped, deflated = call({"url": f"{site.url}/gzip"}, {"url": f"{site.url}/deflate"})

    assert (gzipped["body"], deflated["body"]) == ({"a": 1}, {"a": 2})


@pytest.mark.parametrize(("body", "encoding", "kind"), [
    (b"x" * ((1 << 20) + 1), "identity", "http.too_large"),
    (gzip.compress(bytes(64 << 20), mtime=0), "gzip", "http.too_large"),
    (b"not gzip", "gzip", "http.encoding"),
    (gzip.compress(b"x" * 1000, mtime=0)[:-12], "gzip", "http.encoding"),
    (b"abc", "br", "http.encoding"),
])  # fmt: skip
def test_a_body_too_large_or_not_what_it_says_fails_for_good(site: Site, body: bytes, encoding: str, kind: str) -> None:
    site["/"] = answers(body, Content_Encoding=encoding)

    with pytest.raises(Fatal) as failed:
        call({"url": site.url})

    assert failed.value.type == kind


def test_a_body_of_exactly_the_limit_is_taken(site: Site) -> None:
    site["/"] = answers(b"x" * (1 << 20), Content_Type="text/plain")

    assert len(call({"url": site.url})["body"]) == 1 << 20


def test_an_answer_that_does_not_come_in_time_is_a_timeout(site: Site) -> None:
    def hang(request: BaseHTTPRequestHandler) -> None:
        site.stopping.wait(30)

    site["/"] = hang

    with pytest.raises(ActivityError, match=r"no answer within 0\.05 s") as failed:
        call({"url": site.url, "timeout": "50ms"})

    assert (failed.value.type, failed.value.retryable) == ("http.timeout", True)


def test_a_body_that_never_ends_is_a_timeout_too(site: Site) -> None:
    def trickle(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", "100")
        request.end_headers()
        request.wfile.write(b"x")
        request.wfile.flush()
        site.stopping.wait(30)

    site["/"] = trickle

    with pytest.raises(ActivityError) as failed:
        call({"url": site.url, "timeout": "50ms"})

    assert failed.value.type == "http.timeout"


def test_a_port_where_nobody_listens_is_a_connect_error(site: Site) -> None:
    closed = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    closed.server_close()

    with pytest.raises(ActivityError, match="cannot connect") as failed:
        call({"url": f"http://127.0.0.1:{closed.server_port}"})

    assert (failed.value.type, failed.value.retryable) == ("http.connect", True)


def test_a_name_that_does_not_exist_is_a_connect_error() -> None:
    with pytest.raises(ActivityError, match="cannot resolve") as failed:
        call({"url": "http://no-such-host.invalid/"}, allow_private=False)

    assert failed.value.type == "http.connect"


def test_a_connection_cut_in_the_middle_is_worth_another_try(site: Site) -> None:
    def cut(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", "100")
        request.end_headers()
        request.wfile.write(b"x")
        request.close_connection = True

    site["/"] = cut

    with pytest.raises(ActivityError, match="the connection broke") as failed:
        call({"url": site.url})

    assert (failed.value.type, failed.value.retryable) == ("http.protocol", True)


@pytest.mark.parametrize(("config", "said"), [
    ({"headers": {"X-A": "a\r\nX-B: b"}}, r"config\.headers: a name or value has a character that no header can carry$"),
    ({"headers": {"X A": "a"}}, r"config\.headers"),
    ({"headers": {"X-A": ["a"]}}, r"config\.headers\.X-A: is a list"),
    ({"headers": {"X-A": "grün €"}}, r"config\.headers"),
    ({"json": 1, "body": "a"}, "either"),
    ({"body": {"a": 1}}, r"config\.body: is a dict"),
    ({"timeout": 0}, r"config\.timeout"),
    ({"timeout": "soon"}, r"config\.timeout"),
    ({"json": float("nan")}, r"config\.json"),
])  # fmt: skip
def test_what_cannot_be_sent_fails_for_good_and_names_the_field(site: Site, config: dict[str, Any], said: str) -> None:
    with pytest.raises(Fatal, match=said) as failed:
        call({"url": site.url, "method": "POST", **config})

    assert failed.value.type == "config"
    assert site.asked == []


def test_environment_proxies_are_not_asked(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site["/"] = answers("direct", Content_Type="text/plain")
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    assert call({"url": site.url})["body"] == "direct"


@pytest.fixture
def secure_site(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """The site over TLS, with a certificate for `localhost` that this process trusts."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("the openssl command makes the certificate")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    names = ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*command, *names], check=True, capture_output=True)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    site.server.socket = tls.wrap_socket(site.server.socket, server_side=True, do_handshake_on_connect=False)
    site.url = f"https://localhost:{site.server.server_port}"
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    return site


def test_the_certificate_must_be_the_hosts_though_its_address_is_connected_to(secure_site: Site) -> None:
    secure_site["/"] = answers("secure", Content_Type="text/plain")

    output = call({"url": secure_site.url})
    with pytest.raises(ActivityError, match="certificate") as failed:
        call({"url": secure_site.url.replace("localhost", "127.0.0.1")})

    assert output["body"] == "secure"
    assert failed.value.type == "http.connect"


def test_a_redirect_away_from_tls_is_not_followed(secure_site: Site) -> None:
    secure_site["/"] = answers(status=302, Location="http://localhost/")

    with pytest.raises(Fatal, match="not followed"):
        call({"url": secure_site.url})

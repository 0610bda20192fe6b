"""A secret that is used, echoed, logged and thrown is afterwards nowhere to be found."""

from __future__ import annotations

import json
import threading
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import quote, quote_plus

import psycopg
import pytest

from served_api import API, QUICK, ServedApi, served
from treadle.activities.registry import ActivityRegistry
from treadle.activities.secrets import resolve
from treadle.api.app import create_app
from treadle.bootstrap import build_worker, open_treadle
from treadle.domain.activity import Context, Done, Event
from treadle.domain.node_types import NodeType
from treadle.engine.secret_keys import new_key
from treadle.settings import Settings

CANARY = 'Canary/7f3a+"q9 ü-wings'
GRAPH = {
    "nodes": [
        {"id": "call", "type": "http.request", "config": {
            "method": "POST", "url": "{{ input.url }}", "headers": {"X-Key": {"secret": "canary-ascii"}},
            "json": {"key": {"secret": "canary"}, "user": "ann"}, "query": {"k": {"secret": "canary"}},
        }},
        {"id": "refused", "type": "http.request", "on_error": "continue", "config": {
            "url": "http://127.0.0.1:1/", "query": {"k": {"secret": "canary"}},
        }},
        {"id": "leak", "type": "canary.leak", "config": {"key": {"secret": "canary"}}},
        {"id": "throw", "type": "canary.throw", "config": {"key": {"secret": "canary"}}, "on_error": "continue"},
    ],
    "edges": [
        {"source": "call", "target": "leak"}, {"source": "leak", "target": "refused"}, {"source": "refused", "target": "throw"},
    ],
}  # fmt: skip
ASCII = "Canary-2b81-feather"


class Echo(BaseHTTPRequestHandler):
    """Answers with all that it was sent, in plain and in Base64."""

    heard: list[str]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.heard.append(f"{self.headers['X-Key']} {json.loads(body)['key']}")
        packed = b64encode(b"user:" + self.headers["X-Key"].encode()).decode()
        answer = {"headers": dict(self.headers), "body": json.loads(body), "packed": packed, "path": self.path, "text": body.decode()}
        data = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing to standard error."""


@contextmanager
def echoing() -> Iterator[tuple[str, list[str]]]:
    heard: list[str] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Heard", (Echo,), {"heard": heard}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", heard
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Leak:
    """Says its secret in every way there is."""

    mode = "thread"
    node_type = NodeType(type="canary.leak", summary="", category="test", config_schema={"type": "object"})

    def run(self, ctx: Context, config: Mapping[str, Any]) -> Any:
        return leak(ctx, resolve(ctx, config)["key"])

    def resume(self, ctx: Context, config: Mapping[str, Any], event: Event) -> Done:
        raise NotImplementedError


class Throw(Leak):
    """Fails with its secret."""

    node_type = NodeType(type="canary.throw", summary="", category="test", config_schema={"type": "object"})

    def run(self, ctx: Context, config: Mapping[str, Any]) -> Any:
        key = resolve(ctx, config)["key"]
        raise ValueError(f"bad key {key} in https://x/?k={quote(key)}")


def leak(ctx: Context, key: str) -> dict[str, Any]:
    ctx.log(f"using {key}", header=f"Basic {b64encode(key.encode()).decode()}", url=f"https://x/?k={quote_plus(key)}")
    ctx.heartbeat({"key": key})
    ctx.progress(f"with {key}")
    return {key: [key, f"?key={quote(key, safe='')}"], "parts": (b64encode(f"a:{key}".encode()).decode(), json.dumps({"k": key}))}


def forms(secret: str) -> list[str]:
    data = secret.encode()
    packed = {b64encode(b"\0" * before + data).decode()[(before * 8 + 5) // 6 : -4] for before in range(3)}
    return [secret, quote(secret), quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1], *packed]


def dump(url: str) -> str:
    """Every row of every table, as text."""
    if url.startswith("sqlite"):
        from apsw import Connection

        connection = Connection(url.removeprefix("sqlite:///"))
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return "\n".join(str(row) for table in tables for row in connection.execute(f'SELECT * FROM "{table}"'))
    with psycopg.connect(url) as opened:
        tables = [name for (name,) in opened.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()]
        return "\n".join(str(row) for table in tables for row in opened.execute(f'SELECT * FROM "{table}"').fetchall())


def answers(api: ServedApi, execution_id: str) -> str:
    """What every GET route says, about this execution where it is about one."""
    known = {"{execution_id}": execution_id, "{name}": "canary", "{place}": "call", "{version}": "1"}
    said = []
    for path, methods in api.app.openapi()["paths"].items():
        for node in ("call", "leak", "refused", "throw") if "{place}" in path else ("",):
            there = path
            for parameter, value in known.items():
                there = there.replace(parameter, node if parameter == "{place}" else value)
            if "get" in methods and "{" not in there and not there.endswith("/live"):
                said.append(api.http.get(there).text)
    return "\n".join(said)


def test_a_secret_that_was_used_is_found_nowhere(store_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    settings = Settings(
        database_url=store_url, secrets_key=new_key(), poll_interval=0.05, http_allow_private=True,
        log_format="json", log_level="DEBUG",
    )  # fmt: skip
    treadle = open_treadle(settings, migrate=True)
    assert isinstance(treadle.handlers, ActivityRegistry)
    for handler in (Leak(), Throw()):
        treadle.handlers.register(handler)
    app = create_app(treadle.engine, QUICK)
    worker = build_worker(treadle)
    thread = worker.start_in_thread()
    try:
        with echoing() as (url, heard), served(app) as http:
            api = ServedApi(http, treadle, app)
            for name, value in (("canary", CANARY), ("canary-ascii", ASCII)):
                http.put(f"{API}/secrets/{name}", json={"value": value}).raise_for_status()
            api.save("canary", GRAPH)
            execution_id = api.start("canary", input={"url": url})
            api.until_status(execution_id, "completed")
            tested = http.post(
                f"{API}/workflows/canary/test-node",
                json={"graph_config": GRAPH, "node_id": "throw", "execution_id": execution_id},
            ).raise_for_status()
            api.until_status(tested.json()["id"], "failed")
            said = answers(api, execution_id) + answers(api, tested.json()["id"])
    finally:
        worker.stop()
        thread.join()
        treadle.close()

    assert heard == [f"{ASCII} {CANARY}"]
    places = {"database": dump(store_url), "answers": said, "log": capsys.readouterr().err}
    assert "bad key ***" in places["answers"]
    assert "using ***" in places["log"]
    found = {(place, form) for place, text in places.items() for secret in (CANARY, ASCII) for form in forms(secret) if form in text}
    assert found == set()

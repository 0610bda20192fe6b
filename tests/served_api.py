"""The API as a browser meets it: a real server on a free port, a real engine on a fresh database."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI

from treadle.api.app import ApiConfig, create_app
from treadle.bootstrap import Treadle, build_worker, open_treadle
from treadle.settings import Settings

API = "/api/v1"
NO_UI = Path(__file__).parent / "no-such-folder"
QUICK = ApiConfig(version="1.2.3", poll_interval=0.01, ui_folder=NO_UI)
JSON = {"Content-Type": "application/json"}

NOTHING_TO_DO = {"nodes": [{"id": "only", "type": "noop"}], "edges": []}
ECHO = {"nodes": [{"id": "echo", "type": "set", "config": {"value": "{{ input }}"}}], "edges": []}
WAITING = {"nodes": [{"id": "door", "type": "signal.wait", "config": {"signal": "open"}}], "edges": []}
FAILING = {"nodes": [{"id": "bad", "type": "fail", "config": {"message": "no luck", "type": "luck"}}], "edges": []}
ASKING = {
    "nodes": [{"id": "ask", "type": "approval", "config": {"title": "Refund?", "body": "over 100", "assignees": ["ann"]}}],
    "edges": [],
}


@dataclass(frozen=True)
class ServedApi:
    """`http` speaks to the server; its paths are absolute."""

    http: httpx.Client
    treadle: Treadle
    app: FastAPI

    def save(self, name: str, graph: object) -> None:
        self.http.put(f"{API}/workflows/{name}", json={"graph_config": graph}).raise_for_status()

    def start(self, name: str, **body: Any) -> str:
        answer = self.http.post(f"{API}/workflows/{name}/run", json=body).raise_for_status()
        return str(answer.json()["id"])

    @contextmanager
    def working(self) -> Iterator[None]:
        """A worker turns while the block runs."""
        worker = build_worker(self.treadle)
        thread = worker.start_in_thread()
        try:
            yield
        finally:
            worker.stop()
            thread.join()

    def follow(self, execution_id: str, **headers: str) -> Iterator[LiveEvent]:
        """The events of an execution until the server ends the stream or the reader leaves."""
        path = f"{API}/executions/{execution_id}/events"
        with self.http.stream("GET", path, headers=headers) as answer:
            assert answer.status_code == 200
            yield from parse_events(answer.iter_lines())

    def until_status(self, execution_id: str, status: str) -> None:
        """Return when the execution has that status."""
        for event in self.follow(execution_id):
            if event.name == "status" and event.data["status"] == status:
                return
        raise AssertionError(f"{execution_id} ended without having been {status}")


@dataclass(frozen=True)
class LiveEvent:
    name: str
    data: Any
    id: str | None


def parse_events(lines: Iterator[str]) -> Iterator[LiveEvent]:
    """Server-sent events as the standard reads them; comments and `retry` are left out."""
    fields: dict[str, str] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
            continue
        if "data" in fields:
            yield LiveEvent(fields["event"], json.loads(fields["data"]), fields.get("id"))
        fields = {}


@contextmanager
def served_api(url: str, config: ApiConfig = QUICK) -> Iterator[ServedApi]:
    treadle = open_treadle(Settings(database_url=url, poll_interval=0.05), migrate=True)
    try:
        app = create_app(treadle.engine, config)
        with served(app) as http:
            yield ServedApi(http, treadle, app)
    finally:
        treadle.close()


@contextmanager
def served(app: FastAPI) -> Iterator[httpx.Client]:
    """A client of a server in a thread. The socket listens before the server runs, so the first request waits for it."""
    # asyncio turns Nagle's algorithm off only for sockets that say they are TCP, which create_server's do not.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", ws="none", lifespan="off", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}", trust_env=False, timeout=30) as http:
            yield http
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


def with_tokens(*tokens: str) -> ApiConfig:
    return replace(QUICK, tokens=tokens)

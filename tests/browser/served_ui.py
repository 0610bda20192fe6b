"""The product as a person meets it: `treadle` processes on a port of their own, with the built pages and a database."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

API = "/api/v1"
PATIENCE = float(os.environ.get("TREADLE_TEST_PATIENCE", "60"))
"""Seconds after which what must come about counts as never coming; a limit, far above what it takes."""


@dataclass
class Site:
    """A server on one database. After `kill` and `start` it is at the same address."""

    folder: Path
    database: str
    command: tuple[str, ...] = ("up", "--no-examples")
    settings: dict[str, str] = field(default_factory=dict)
    port: int = 0
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start the server and wait until it listens; a `server` gets a worker beside it."""
        server, log = self._spawn(*self.command, "--port", str(self.port))
        self.port = listening_port(server, log)
        if self.command[0] == "server":
            self._spawn("worker")

    def kill(self) -> None:
        """End all of it as a power cut would."""
        for process in self.processes:
            process.kill()
        for process in self.processes:
            process.wait()
        self.processes.clear()

    def save(self, name: str, graph: object, **more: Any) -> None:
        self.call("PUT", f"/workflows/{name}", json={"graph_config": graph, **more})

    def run(self, name: str, **body: Any) -> str:
        return str(self.call("POST", f"/workflows/{name}/run", json=body)["id"])

    def run_to_end(self, name: str, **body: Any) -> str:
        answer = self.call("POST", f"/workflows/{name}/run?wait=60s", json=body)
        assert answer["finished_at"], answer
        return str(answer["id"])

    def until(self, execution_id: str, status: str) -> None:
        """Return when the execution has this status, as the live stream tells it."""
        path = f"{API}/executions/{quote(execution_id)}/events"
        with httpx.stream("GET", self.address + path, timeout=PATIENCE, trust_env=False, headers=self.headers) as stream:
            for line in stream.iter_lines():
                if line.startswith("data: ") and f'"status":"{status}"' in line:
                    return
        raise AssertionError(f"{execution_id} ended without having been {status}")

    def call(self, method: str, path: str, **more: Any) -> Any:
        answer = httpx.request(method, self.address + API + path, timeout=PATIENCE, trust_env=False, headers=self.headers, **more)
        assert answer.status_code < 400, answer.text
        return answer.json() if answer.content else None

    @property
    def headers(self) -> dict[str, str]:
        token = self.settings.get("TREADLE_TOKENS")
        return {"Authorization": f"Bearer {token}"} if token else {}

    def _spawn(self, *command: str) -> tuple[subprocess.Popen[bytes], Path]:
        log = self.folder / f"{command[0]}-{len(list(self.folder.glob('*.log')))}.log"
        environment = {**os.environ, "TREADLE_DATABASE_URL": self.database, "TREADLE_POLL_INTERVAL": "0.1", **self.settings}
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "treadle", *command], stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                cwd=self.folder, env=environment,
            )  # fmt: skip
        self.processes.append(process)
        return process, log


def listening_port(server: subprocess.Popen[bytes], log: Path) -> int:
    """The port that the server says it listens on, when it says so."""
    for _ in range(int(PATIENCE * 20)):
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", log.read_text())
        if found:
            return int(found[1])
        try:
            server.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
        break
    raise AssertionError(f"the server did not start: {log.read_text()}")


@contextmanager
def served_ui(folder: Path, database: str = "", *command: str, **settings: str) -> Iterator[Site]:
    """A site that is gone at the end. Without a database, one on SQLite in the folder."""
    site = Site(folder, database or f"sqlite:///{folder}/ui.db", command or ("up", "--no-examples"), settings)
    try:
        site.start()
        yield site
    finally:
        site.kill()

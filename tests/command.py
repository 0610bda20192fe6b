"""The real command in processes of its own, and files to give it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PATIENCE = 60.0

HELLO = """
name: hello
description: Says hello.
graph_config:
  nodes:
    - {id: greet, type: set, config: {value: "hello {{ input.name }}"}}
  edges: []
  input_schema: {type: object, properties: {name: {type: string}}, required: [name]}
"""

ASK = """
name: ask
graph_config:
  nodes:
    - {id: ok, type: approval, config: {title: "Go on?"}}
    - {id: yes_, type: set, config: {value: went on}}
    - {id: no_, type: fail, config: {message: somebody said no}}
  edges:
    - {source: ok, port: approved, target: yes_}
    - {source: ok, port: rejected, target: no_}
"""

FAILS = "name: fails\nnodes: [{id: a, type: fail, config: {message: it broke, type: broken}}]\nedges: []\n"


class Treadle:
    """The command with its folder and its database."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {**os.environ, "TREADLE_DATABASE_URL": f"sqlite:///{folder}/test.db"}

    def __call__(self, *args: str, stdin: str = "", status: int = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "treadle", *args], input=stdin, capture_output=True, text=True, cwd=self.folder,
            env=self.environment, check=False, timeout=2 * PATIENCE,
        )  # fmt: skip
        assert done.returncode == status, done.stderr
        assert "Traceback" not in done.stderr
        return done

    def json(self, *args: str, **more: Any) -> Any:
        return json.loads(self(*args, "-o", "json", **more).stdout)

    def file(self, name: str, text: str) -> str:
        (self.folder / name).write_text(text)
        return name

    def start(self, *args: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "treadle", *args], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, cwd=self.folder, env=self.environment,
        )  # fmt: skip


@contextmanager
def running_worker(treadle: Treadle) -> Iterator[None]:
    worker = treadle.start("worker", "--poll-interval", "0.1")
    try:
        yield
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.communicate(timeout=PATIENCE)


def words_after(text: str, start: str) -> str:
    found = re.search(rf"{re.escape(start)} (\S+)", text)
    assert found, text
    return found[1]


def line_with(process: subprocess.Popen[str], words: str) -> str:
    """The next line on stderr that has the words."""
    assert process.stderr is not None
    for line in process.stderr:
        if words in line:
            return line
    raise AssertionError(f"never said {words!r}")


def eventually(ask: Callable[[], list[Any]]) -> list[Any]:
    """The first answer that is not empty; each asking is a command of its own and takes its time."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if found := ask():
            return found
    raise AssertionError("never came")

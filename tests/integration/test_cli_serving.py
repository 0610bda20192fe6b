"""`up`, `server` and `worker` as processes: they start, answer, and stop when told."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from treadle.cli.local_worker import working
from treadle.cli.serving import on_stop_signals

ROOT = Path(__file__).parents[2]


@contextmanager
def running(folder: Path, *args: str, program: tuple[str, ...] = ("-m", "treadle")) -> Iterator[subprocess.Popen[str]]:
    environment = {**os.environ, "TREADLE_DATABASE_URL": f"sqlite:///{folder}/test.db"}
    process = subprocess.Popen(
        [sys.executable, *program, *args],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=folder,
        env=environment,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def said_until(process: subprocess.Popen[str], words: str) -> str:
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if words in line:
            return said
    raise AssertionError(f"ended without {words!r}: {said}")


def stopped(process: subprocess.Popen[str], number: int) -> tuple[int, str]:
    process.send_signal(number)
    said, _ = process.communicate(timeout=40)
    return process.returncode, said


def address(said: str) -> str:
    found = re.search(r"http://127\.0\.0\.1:\d+/", said)
    assert found, said
    return found[0]


def answer(url: str, body: object = None) -> tuple[int, object]:
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(url, data=data, headers={"Content-Type": "application/json"}), timeout=20) as response:
        return response.status, json.loads(response.read() or b"null")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_up_starts_everything_and_stops_when_told(tmp_path: Path, number: int) -> None:
    with running(tmp_path, "up", "--port", "0") as process:
        said = said_until(process, "Stop: Ctrl-C")
        status, _ = answer(address(said) + "healthz")

        code, last = stopped(process, number)

    assert status == 200
    assert "test.db (SQLite, created)" in said
    assert "in this process 10 slots" in said
    assert '"order_refund" is ready to run' in said
    assert "treadle run order_refund --wait" in said
    assert code == 0
    assert "Traceback" not in said + last
    assert last.endswith("stopped; running work resumes at the next start\n")


def test_up_runs_what_the_api_is_asked_to_run(tmp_path: Path) -> None:
    with running(tmp_path, "up", "--port", "0") as process:
        url = address(said_until(process, "Stop: Ctrl-C")) + "api/v1/workflows/nightly_report/run"

        status, execution = answer(url + "?wait=60s", {"input": None})

    assert status in (200, 201)
    assert isinstance(execution, dict)
    assert execution["status"] == "completed"


def test_up_without_examples_loads_none_and_without_workers_starts_none(tmp_path: Path) -> None:
    with running(tmp_path, "up", "--port", "0", "--no-examples", "--workers", "0") as process:
        said = said_until(process, "Stop: Ctrl-C")

        _, workflows = answer(address(said) + "api/v1/workflows")
        _, workers = answer(address(said) + "api/v1/workers")

    assert "order_refund" not in said
    assert isinstance(workflows, dict)
    assert isinstance(workers, dict)
    assert (workflows["items"], workers["items"]) == ([], [])


@pytest.mark.parametrize("command", ["up", "server"])
def test_a_port_in_use_is_one_sentence_and_nothing_is_made(tmp_path: Path, command: str) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        running(tmp_path, command, "--port", str(taken.getsockname()[1])) as process,
    ):
        said, _ = process.communicate(timeout=40)

    assert process.returncode == 2
    assert "the address is in use. Stop what uses it, or choose another --port." in said
    assert not (tmp_path / "test.db").exists()


def test_an_address_beyond_this_machine_needs_tokens(tmp_path: Path) -> None:
    with running(tmp_path, "server", "--host", "0.0.0.0", "--port", "0") as process:
        said, _ = process.communicate(timeout=40)

    assert process.returncode == 2
    assert "treadle tokens create" in said


def test_the_server_runs_no_nodes(tmp_path: Path) -> None:
    with running(tmp_path, "server", "--port", "0") as process:
        url = address(said_until(process, "listening on"))

        _, workers = answer(url + "api/v1/workers")
        code, _ = stopped(process, signal.SIGTERM)

    assert isinstance(workers, dict)
    assert workers["items"] == []
    assert code == 0


def test_the_servers_log_has_the_form_that_was_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TREADLE_LOG_FORMAT", "json")

    with running(tmp_path, "server", "--port", "0") as process:
        first = said_until(process, "listening on")
        _, rest = stopped(process, signal.SIGTERM)

    events = [json.loads(line)["event"] for line in f"{first}{rest}".splitlines() if line.strip()]
    assert (events[0], events[-1]) == ("server_listening", "server_stopped")


@pytest.mark.parametrize("program", [("-m", "treadle", "worker"), (str(ROOT / "scripts" / "start_worker.py"),)])
def test_a_worker_starts_and_stops_when_told(tmp_path: Path, program: tuple[str, ...]) -> None:
    with running(tmp_path, "--poll-interval", "0.2", program=program) as process:
        said = said_until(process, "Workflow worker started (poll_interval=0.2s)")

        code, last = stopped(process, signal.SIGTERM)

    assert code == 0
    assert "Worker stopped" in last
    assert "Traceback" not in said + last


def test_a_second_ctrl_c_leaves_at_once(tmp_path: Path) -> None:
    slow = "name: slow\nnodes: [{id: a, type: demo.work, config: {seconds: 60}}]\nedges: []\n"
    (tmp_path / "slow.yaml").write_text(slow)
    with running(tmp_path, "worker", "--poll-interval", "0.1") as worker, running(tmp_path, "run", "slow.yaml") as _:
        said_until(worker, "Workflow worker started")
        eventually_claimed(tmp_path)
        worker.send_signal(signal.SIGINT)
        said_until(worker, "stopping")

        code, _said = stopped(worker, signal.SIGINT)

    assert code == 130


def eventually_claimed(folder: Path) -> None:
    """Return when a worker owns an execution; each asking is a command of its own and takes its time."""
    command = [sys.executable, "-m", "treadle", "--db", f"sqlite:///{folder}/test.db", "workers", "list", "-o", "json"]
    for _ in range(100):
        listed = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)["items"]
        if any(worker["executions"] for worker in listed):
            return
    raise AssertionError("never claimed")


class Broken:
    """A worker that ends with an error at once."""

    def start(self) -> None:
        raise RuntimeError("out of luck")

    def stop(self) -> None:
        """There is nothing to stop."""


def test_a_command_does_not_stay_behind_a_worker_that_broke() -> None:
    interrupted = threading.Event()

    with pytest.raises(RuntimeError, match="out of luck"), on_stop_signals(interrupted.set), working(Broken()):
        assert interrupted.wait(timeout=60)

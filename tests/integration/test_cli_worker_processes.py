"""`treadle worker --processes`: workers under one parent that live, die, hang and stop."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from command import HELLO, Treadle, line_with
from faults.driver import eventually

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at /proc to see which processes are there")


@pytest.fixture
def treadle(tmp_path: Path) -> Treadle:
    command = Treadle(tmp_path)
    command.environment["TREADLE_POLL_INTERVAL"] = "0.1"
    return command


@contextmanager
def crew(treadle: Treadle, *options: str) -> Iterator[subprocess.Popen[str]]:
    """A parent with two workers that have started."""
    process = treadle.start("worker", "--processes", "2", *options)
    try:
        for _ in range(2):
            line_with(process, "Workflow worker started")
        yield process
    finally:
        process.kill()
        process.communicate()


def children(process: subprocess.Popen[str]) -> set[int]:
    listed = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    return {int(pid) for pid in listed.split()}


def listed(treadle: Treadle) -> set[int]:
    return {worker["pid"] for worker in treadle.json("workers", "list")["items"]}


def gone(pids: set[int]) -> bool:
    return not any(Path(f"/proc/{pid}").exists() for pid in pids)


def test_it_starts_as_many_as_it_is_told_and_stops_them_in_good_order(treadle: Treadle) -> None:
    with crew(treadle, "--queue", "reports", "--concurrency", "3") as process:
        pids = children(process)
        workers = treadle.json("workers", "list")["items"]

        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=60)

        assert {worker["pid"] for worker in workers} == pids
        assert [(worker["queues"], worker["concurrency"]) for worker in workers] == [(["reports"], 3)] * 2
        assert process.returncode == 0
        assert said.count("Worker stopped") == 2
        assert gone(pids)
        assert listed(treadle) == set()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_another_is_started_for_one_that_ends(treadle: Treadle, number: signal.Signals) -> None:
    with crew(treadle) as process:
        dying, staying = sorted(children(process))

        os.kill(dying, number)
        line_with(process, f"pid {dying}")
        line_with(process, "Workflow worker started")
        now = children(process)

        assert len(now) == 2
        assert staying in now
        assert dying not in now
        treadle("run", treadle.file("hello.yaml", HELLO), "-i", "name=you")


def test_workers_do_not_outlive_a_parent_that_was_killed(treadle: Treadle) -> None:
    with crew(treadle) as process:
        pids = children(process)

        process.kill()
        process.communicate(timeout=60)  # their ends of the pipe are closed too
        eventually(lambda: gone(pids))

        assert listed(treadle) == set()


def test_one_that_hangs_is_killed_and_replaced(treadle: Treadle) -> None:
    treadle.environment |= {"TREADLE_STALL_SECONDS": "1", "TREADLE_LEASE_SECONDS": "4"}
    with crew(treadle) as process:
        hanging = min(children(process))

        os.kill(hanging, signal.SIGSTOP)
        line_with(process, "has not shown a sign of life for 5 s")
        line_with(process, "Workflow worker started")

        assert hanging not in children(process)


def test_a_drained_worker_is_not_replaced_and_the_last_one_ends_the_parent(treadle: Treadle) -> None:
    with crew(treadle) as process:
        for worker in treadle.json("workers", "list")["items"]:
            treadle("workers", "drain", worker["id"], "--wait")

        _, said = process.communicate(timeout=60)

        assert process.returncode == 0
        assert said.count("was drained") == 2


def test_sighup_replaces_one_after_the_other(treadle: Treadle) -> None:
    with crew(treadle) as process:
        before = children(process)

        process.send_signal(signal.SIGHUP)
        said = [line_with(process, words) for words in ("ended as told", "worker started", "ended as told", "worker started")]
        after = children(process)

        assert "process 1" in said[0]
        assert "process 2" in said[2]
        assert len(after) == 2
        assert before & after == set()


def test_a_second_ctrl_c_leaves_at_once(treadle: Treadle) -> None:
    slow = "name: slow\nnodes: [{id: a, type: demo.work, config: {seconds: 60}}]\nedges: []\n"
    with crew(treadle) as process:
        pids = children(process)
        treadle("run", treadle.file("slow.yaml", slow), "--detach")
        eventually(lambda: any(worker["executions"] for worker in treadle.json("workers", "list")["items"]))
        process.send_signal(signal.SIGINT)
        line_with(process, "stopping")

        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)

        assert process.returncode == 130
        eventually(lambda: gone(pids))


def test_what_no_worker_could_start_with_is_said_once(treadle: Treadle) -> None:
    treadle.environment["TREADLE_ACTIVITIES"] = "no_such_module"

    refused = treadle("worker", "--processes", "2", status=2)

    assert refused.stderr.count("cannot import the activities module") == 1


def test_the_wait_for_a_drained_worker_has_an_end(treadle: Treadle) -> None:
    with crew(treadle) as process:
        [worker, _] = treadle.json("workers", "list")["items"]
        os.kill(worker["pid"], signal.SIGSTOP)

        waited = treadle("workers", "drain", worker["id"], "--wait", "--timeout", "500ms", status=124)
        os.kill(worker["pid"], signal.SIGCONT)

        assert "goes on draining" in waited.stderr
        assert process.poll() is None

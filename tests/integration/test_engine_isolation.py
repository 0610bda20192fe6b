"""Handlers in processes of their own: what crosses the pipe, what kills them, and that nothing is left of them."""

from __future__ import annotations

import importlib
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine_house import PATIENCE, House, graph, node, open_house, until
from treadle.activities import decorator
from treadle.activities.function_handler import FunctionHandler
from treadle.activities.isolated_handler import IsolatedHandler, Processes
from treadle.domain.errors import SecretsKeyError
from treadle.ports import Handler
from treadle.testing import run_workflow

AGAIN = {"max_attempts": 2, "initial_interval": 0, "jitter": 0}
def _functions() -> Any:
    """The module of the activities; other tests of this process are not to find them declared."""
    before = list(decorator.DECLARED)
    try:
        return importlib.import_module("integration.isolated_functions")
    finally:
        decorator.DECLARED[:] = before


isolated_functions = _functions()

STARTS = 3 * PATIENCE
"""A process starts slowly on a busy machine."""


@pytest.fixture
def house(sqlite_url: str) -> Iterator[House]:
    with open_house(sqlite_url) as opened:
        add_handlers(opened)
        opened.hire(grace=0.2)
        yield opened


@pytest.fixture(params=["sqlite", "postgres"])
def any_house(request: pytest.FixtureRequest) -> Iterator[House]:
    with open_house(request.getfixturevalue(f"{request.param}_url")) as opened:
        add_handlers(opened)
        opened.hire(grace=0.2)
        yield opened


def add_handlers(house: House) -> Processes:
    processes = Processes(2, patience=0.1)
    for name in ("order", "model", "once", "raises", "dies", "says", "silent", "hang", "polite"):
        declaration = getattr(isolated_functions, name).activity
        handler: Handler = IsolatedHandler(FunctionHandler(declaration), processes)
        house.registry.register(handler)
    return processes


def ended(house: House, *nodes: dict[str, Any], **fields: Any) -> Any:
    started = house.start(graph(list(nodes)), **fields)
    until(lambda: house.record(started).status.value in ("completed", "failed", "cancelled"), patience=STARTS)
    return house.engine.show(started)


def warm_up(house: House) -> int:
    """Have a process ready that has imported the functions; its id."""
    pid: int = ended(house, node("a", "iso.order", {"sku": "pen"}), name="warm").output["pid"]
    return pid


def pids(folder: Path, name: str) -> list[int]:
    """The processes that a hanging handler has named."""
    path = folder / f"{name}.pids"
    until(path.exists, patience=STARTS)
    return [int(pid) for pid in path.read_text().split()]


def gone(pid: int) -> bool:
    """Whether the process does not run any more; one that nobody has reaped yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def children() -> set[int]:
    """The processes this one has started and not reaped."""
    found = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", str(os.getpid())], capture_output=True, text=True, check=True)
    return {int(line.split()[0]) for line in found.stdout.splitlines() if "isolated_child" in line}


def test_config_context_and_port_cross_to_the_process_and_back(house: House, capfd: pytest.CaptureFixture[str]) -> None:
    shown = ended(house, node("a", "iso.order", {"sku": "pen", "count": 3}), node("b", "iso.model", {"sku": "ink"}))

    [output], [port] = house.outputs(shown.record.id, "a"), [row.port for row in house.rows(shown.record.id, "a")]
    assert output["pid"] not in (os.getpid(), None)
    assert (output["sku"], output["count"], output["attempt"], port) == ("pen", 3, 1, "many")
    assert output["key"] == f"{shown.record.id}/a#1"
    assert house.outputs(shown.record.id, "b") == [{"sku": "ink", "count": 1}]
    assert "printed by a handler" in capfd.readouterr().err


def test_a_config_that_does_not_fit_is_refused_in_the_process_too(house: House) -> None:
    shown = ended(house, node("a", "iso.order", {"sku": "pen", "count": "{{ input }}"}), input="many")

    assert (shown.error["type"], shown.error["message"].split(":")[0]) == ("config", "config.count")


@pytest.mark.parametrize(
    ("kind", "type", "message", "attempts"),
    [
        ("fatal", "broken", "beyond repair", 1),
        ("zero", "ZeroDivisionError", "integer division or modulo by zero", 2),
        ("exit", "SystemExit", "usage", 2),
        ("set", "unstorable", "$.found", 1),
        ("park", "unsupported_result", "returned a Park", 1),
        ("lookup", "fatal", "pass the value in the config", 1),
    ],
)
def test_what_the_handler_raises_comes_back(house: House, kind: str, type: str, message: str, attempts: int) -> None:
    shown = ended(house, node("a", "iso.raise", {"kind": kind}, retry=AGAIN))

    assert (shown.error["type"], shown.nodes["a"].attempts) == (type, attempts)
    assert message in shown.error["message"]
    if kind == "fatal":
        assert shown.error["details"] == {"part": 7}
    if kind == "zero":
        assert "isolated_functions.py" in shown.error["details"]["traceback"]


def test_a_process_may_ask_for_a_later_try_and_end_the_execution(house: House) -> None:
    after = ended(house, node("a", "iso.raise", {"kind": "after"}, retry=AGAIN))
    early = ended(house, node("a", "iso.raise", {"kind": "terminate"}), name="early")

    assert (after.output, early.output) == (2, "early")


def test_processes_are_used_again_and_replaced_after_their_calls(house: House) -> None:
    shared = [ended(house, node("a", "iso.order", {"sku": "pen"}), name="again").output["pid"] for _ in range(3)]
    fresh = [ended(house, node("a", "iso.once"), name="once").output for _ in range(3)]

    assert len(set(shared)) == 1
    assert fresh[0] != shared[0]
    assert len(set(fresh)) == 2


@pytest.mark.parametrize(
    ("how", "words"), [("exit", "ended with exit code 3"), ("segfault", "killed by SIGSEGV"), ("kill", "killed by SIGKILL")]
)
def test_a_process_that_dies_fails_its_attempt_and_the_worker_goes_on(any_house: House, how: str, words: str) -> None:
    tried = ended(any_house, node("a", "iso.die", {"how": how}, retry=AGAIN))
    failed = ended(any_house, node("a", "iso.die", {"how": how}), name="failed")

    assert (tried.record.status, tried.output) == ("completed", 2)
    assert (failed.error["type"], words in failed.error["message"]) == ("process_died", True)


def test_signs_of_life_logs_and_secrets_cross(any_house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="treadle.activity")

    any_house.secrets["shop"] = "hush"

    shown = ended(any_house, node("a", "iso.says", {"token": {"secret": "shop"}}, retry=AGAIN))

    assert shown.output == {"page": 7, "letters": 4}
    [logged] = [record for record in caplog.records if record.getMessage() == "at work"]
    assert (logged.__dict__["fields"], logged.__dict__["node_id"]) == ('{"page": 7}', "a")


class Locked(dict[str, str]):
    """Secrets of which none can be opened."""

    def __getitem__(self, name: str) -> str:
        raise SecretsKeyError(f"the secret {name!r} is sealed with another key")


def test_a_secret_that_cannot_be_opened_fails_for_good_in_a_process_too(sqlite_url: str) -> None:
    with open_house(sqlite_url) as house:
        add_handlers(house)
        house.secrets = Locked()
        house.hire(grace=0.2)

        shown = ended(house, node("a", "iso.says", {"token": {"secret": "shop"}}, retry=AGAIN))

    assert (shown.error["type"], shown.nodes["a"].attempts) == ("secret", 1)
    assert "sealed with another key" in shown.error["message"]


def test_a_silent_process_is_killed_and_tried_again(any_house: House) -> None:
    warm_up(any_house)

    shown = ended(any_house, node("a", "iso.silent", timeout={"heartbeat": 1.5}, retry={**AGAIN, "max_attempts": 9}))

    assert shown.output == "begun"
    first, *_ = [row for row in any_house.journal(shown.record.id) if row.kind == "retrying"]
    assert "heartbeat_timeout" in str(first.error_json)


def test_a_timed_out_process_is_killed_with_what_it_has_started(any_house: House, tmp_path: Path) -> None:
    warm_up(any_house)

    shown = ended(any_house, node("a", "iso.hang", {"at": str(tmp_path)}, timeout=3))

    assert shown.error["type"] == "timeout"
    until(lambda: all(gone(pid) for pid in pids(tmp_path, "a")))


@pytest.mark.parametrize("end", ["cancelled", "evicted"])
def test_a_cancel_and_a_lost_lease_kill_the_process(any_house: House, tmp_path: Path, end: str) -> None:
    started = any_house.start(graph([node("a", "iso.hang", {"at": str(tmp_path)})]))
    first = pids(tmp_path, "a")

    if end == "cancelled":
        any_house.engine.cancel(started)
    else:
        any_house.evict_all()

    until(lambda: all(gone(pid) for pid in first))


def test_a_process_that_listens_ends_its_call_and_is_used_again(sqlite_url: str, tmp_path: Path) -> None:
    with open_house(sqlite_url) as house:
        processes = Processes(1, patience=PATIENCE)
        for function in (isolated_functions.polite, isolated_functions.order):
            house.registry.register(IsolatedHandler(FunctionHandler(function.activity), processes))
        house.hire()
        started = house.start(graph([node("a", "iso.polite", {"at": str(tmp_path)})]))
        [pid] = pids(tmp_path, "a")

        house.engine.cancel(started)
        until((tmp_path / "a.told").exists)

        assert ended(house, node("b", "iso.order", {"sku": "pen"}), name="next").output["pid"] == pid


def test_the_time_of_a_call_counts_from_when_a_process_is_there_for_it(sqlite_url: str, tmp_path: Path) -> None:
    with open_house(sqlite_url) as house:
        processes = Processes(1, patience=PATIENCE)
        for function in (isolated_functions.polite, isolated_functions.order):
            house.registry.register(IsolatedHandler(FunctionHandler(function.activity), processes))
        house.hire()
        holds = house.start(graph([node("a", "iso.polite", {"at": str(tmp_path)})]))
        pids(tmp_path, "a")
        waits = house.start(graph([node("b", "iso.order", {"sku": "pen"}, timeout=2)]), "waits")
        house.run(graph([node("w", "wait", {"duration": 2.2})]), "marker")

        assert house.rows(waits, "b") == []
        house.engine.cancel(holds)

        assert house.ended(waits).record.status == "completed"


def test_nothing_is_left_when_the_worker_has_stopped(sqlite_url: str, tmp_path: Path) -> None:
    before = open_files()
    with open_house(sqlite_url) as house:
        add_handlers(house)
        worker = house.hire(grace=0.1)
        used = ended(house, node("a", "iso.order", {"sku": "pen"})).output["pid"]
        house.start(graph([node("b", "iso.hang", {"at": str(tmp_path)})]), "hangs")
        hanging = pids(tmp_path, "b")

        house.dismiss(worker)

        assert all(gone(pid) for pid in (used, *hanging[:1]))
        assert children() == set()
    assert open_files() - before == set()


def test_processes_end_with_a_worker_that_is_killed(tmp_path: Path) -> None:
    program = (
        "import asyncio, sys\n"
        "from treadle.activities.isolated_pool import ProcessPool\n"
        "async def main():\n"
        "    pool = ProcessPool(1)\n"
        "    call = {'op': 'call', 'entry': ['integration.isolated_functions', 'integration.isolated_functions.hang', 'iso.hang'],\n"
        "            'config': {'at': sys.argv[1]}, 'context': {'execution_id': 'e', 'workflow': 'w', 'node_id': 'a', 'scope': '',\n"
        "            'visit': 1, 'attempt': 1, 'now': '2026-01-01T00:00:00+00:00', 'has_secrets': False, 'secret_places': []}}\n"
        "    await pool.run(call, lambda frame: None, max_calls=None, begin=lambda: None)\n"
        "asyncio.run(main())\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], env=environment) as worker:
        handler, _ = pids(tmp_path, "a")

        worker.kill()

    until(lambda: gone(handler))


def open_files() -> set[str]:
    """The sockets and pipes of this process."""
    found = set()
    for fd in os.listdir("/proc/self/fd"):
        try:
            found.add(os.readlink(f"/proc/self/fd/{fd}"))
        except FileNotFoundError:
            continue
    return {name for name in found if name.startswith(("socket:", "pipe:"))}


def test_a_test_of_a_workflow_calls_the_function_in_its_own_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decorator, "DECLARED", [isolated_functions.once.activity])

    result = run_workflow(graph([node("a", "iso.once")]))

    assert result.output == os.getpid()

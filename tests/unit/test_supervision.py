"""What a process tells its supervisor, heard on a real socket."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from treadle.engine.supervision import Supervisor, watched


@pytest.fixture
def ear(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "ear"))
        listening.settimeout(30)
        yield listening


def heard(ear: socket.socket) -> str:
    return ear.recv(4096).decode()


def test_it_says_what_systemd_understands(ear: socket.socket) -> None:
    supervisor = Supervisor(ear.getsockname())

    supervisor.ready("queues: default")
    supervisor.alive()
    supervisor.stopping()

    assert [heard(ear) for _ in range(3)] == ["READY=1\nSTATUS=queues: default", "WATCHDOG=1", "STOPPING=1\nSTATUS=stopping"]


def test_an_address_in_the_abstract_name_space_begins_with_an_at_sign() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(f"\0treadle-test-{os.getpid()}")
        ear.settimeout(30)

        Supervisor(f"@treadle-test-{os.getpid()}").alive()

        assert heard(ear) == "WATCHDOG=1"


def test_without_a_supervisor_and_with_one_that_is_gone_nothing_happens(tmp_path: Path) -> None:
    Supervisor().ready("here")
    Supervisor(str(tmp_path / "nobody")).ready("here")


def test_the_variables_are_taken_away_from_children() -> None:
    environment = {"NOTIFY_SOCKET": "/run/x", "WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid()), "HOME": "/"}

    supervisor = Supervisor.of_environment(environment)

    assert supervisor.patience == 30
    assert environment == {"HOME": "/"}


@pytest.mark.parametrize(
    "environment",
    [
        {"WATCHDOG_USEC": "30000000"},
        {"NOTIFY_SOCKET": "/run/x", "WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"},
        {"NOTIFY_SOCKET": "/run/x", "WATCHDOG_USEC": "soon"},
        {"NOTIFY_SOCKET": "/run/x", "WATCHDOG_USEC": "0"},
        {"NOTIFY_SOCKET": "/run/x"},
    ],
)
def test_it_is_not_watched_unless_a_watchdog_means_this_process(environment: dict[str, str]) -> None:
    assert Supervisor.of_environment(environment).patience is None


def test_a_loop_that_turns_shows_it_again_and_again(ear: socket.socket) -> None:
    async def turn() -> list[str]:
        async with watched(Supervisor(ear.getsockname(), patience=0.03)):
            return [await asyncio.to_thread(heard, ear) for _ in range(3)]

    assert asyncio.run(turn()) == ["WATCHDOG=1"] * 3


def test_a_loop_that_is_blocked_shows_nothing(ear: socket.socket) -> None:
    async def block() -> str:
        async with watched(Supervisor(ear.getsockname(), patience=0.003)):
            await asyncio.to_thread(heard, ear)
            ear.setblocking(False)
            while True:  # what is already there is taken; the loop does not turn meanwhile
                try:
                    heard(ear)
                except BlockingIOError:
                    break
            ear.settimeout(0.2)
            try:
                return heard(ear)
            except TimeoutError:
                return "nothing"

    assert asyncio.run(block()) == "nothing"

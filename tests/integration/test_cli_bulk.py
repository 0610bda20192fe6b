"""Commands about many executions at once, in their own process."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from command import HELLO, Treadle

OTHER = HELLO.replace("name: hello", "name: other")


@pytest.fixture
def treadle(tmp_path: Path) -> Treadle:
    command = Treadle(tmp_path)
    command("workflows", "apply", command.file("all.yaml", f"{HELLO}---\n{OTHER}"))
    for workflow in ("hello", "hello", "other"):
        command("run", workflow, "-i", "name=Ada", "--detach")
    return command


def test_a_dry_run_says_how_many_and_tells_nobody(treadle: Treadle) -> None:
    said = treadle("executions", "pause", "--workflow", "hello", "--dry-run")

    assert "2 executions would be told to pause" in said.stderr
    assert said.stdout == ""


def test_without_a_person_to_ask_it_wants_to_be_told(treadle: Treadle) -> None:
    refused = treadle("executions", "cancel", "--all", status=2)

    assert "Cancel 3 executions?" in refused.stderr
    assert "--yes" in refused.stderr


def test_it_does_what_it_says_and_tells_it_as_data_too(treadle: Treadle) -> None:
    done = treadle("executions", "cancel", "--where", "workflow:hello status:running since:1h", "--yes", "--reason", "test", "-o", "json")
    limited = treadle.json("signals", "send", "open", "--all", "--limit", "2", "--yes", "--payload", "[1]", "--signal-id", "s")

    assert json.loads(done.stdout) == {"matched": 2, "done": 2, "refused": [], "refused_count": 0, "next": None}
    assert "2 executions of 2 told to cancel" in done.stderr
    assert (limited["matched"], limited["done"]) == (2, 2)


def test_nothing_that_fits_is_no_error(treadle: Treadle) -> None:
    assert "no execution fits" in treadle("executions", "retry", "--all", "--yes").stderr


def test_a_person_is_asked_and_may_say_no(treadle: Treadle) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "treadle", "executions", "cancel", "--all"]
    process = subprocess.Popen(
        command, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=treadle.environment, cwd=treadle.folder
    )
    os.write(ours, b"n\n")
    _, said = process.communicate(timeout=60)
    os.close(ours)
    os.close(theirs)

    assert b"Cancel 3 executions?" in said
    assert process.returncode == 130
    assert treadle.json("executions", "cancel", "--all", "--dry-run")["matched"] == 3


@pytest.mark.parametrize(
    ("words", "mend"),
    [
        (("executions", "cancel"), "--all"),
        (("executions", "cancel", "exec-1", "--workflow", "hello"), "either IDs"),
        (("executions", "pause", "--all", "--workflow", "hello"), "either --all"),
        (("executions", "retry", "--all", "--from", "greet"), "--from needs IDs"),
        (("signals", "send", "open"), "--all"),
    ],
)
def test_what_cannot_be_meant_is_a_wrong_use(treadle: Treadle, words: tuple[str, ...], mend: str) -> None:
    assert mend in treadle(*words, status=2).stderr


def test_a_search_that_cannot_be_read_is_invalid_at_its_column(treadle: Treadle) -> None:
    said = treadle("executions", "cancel", "--where", "statsu:failed", status=5)

    assert "--where: column 1" in said.stderr
    assert "did you mean 'status'?" in said.stderr

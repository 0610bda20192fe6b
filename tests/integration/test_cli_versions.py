"""Moves and replays from the terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from command import Treadle, eventually, running_worker

DOOR = """
name: doors
nodes:
  - {id: door, type: signal.wait, config: {signal: open}}
  - {id: hall, type: set, config: {value: VALUE}}
edges: [{source: door, target: hall}]
"""
WINDOW = "name: doors\nnodes: [{id: window, type: noop}]\nedges: []\n"
CHOICE = """
name: choices
nodes:
  - {id: big, type: if, config: {condition: input > LIMIT}}
  - {id: yes_, type: noop}
edges: [{source: big, port: 'true', target: yes_}]
"""


@pytest.fixture
def treadle(tmp_path: Path) -> Treadle:
    return Treadle(tmp_path)


def test_executions_are_looked_at_and_moved(treadle: Treadle) -> None:
    for text in (DOOR.replace("VALUE", "1"), DOOR.replace("VALUE", "2"), WINDOW):
        treadle("workflows", "apply", treadle.file("doors.yaml", text))
    with running_worker(treadle):
        one, two = (treadle("run", "doors", "--version", "1", "--detach").stdout.strip() for _ in range(2))
        eventually(lambda: [True] * (len(treadle.json("executions", "list", "--status", "waiting")["items"]) == 2))

        misfit = treadle("executions", "move", one, "--version", "3", "--dry-run", status=5)
        refused = treadle("executions", "move", one, "--version", "3", status=5)
        moved = treadle.json("executions", "move", one, "--version", "2", "--by", "ann")
        eventually(lambda: [True] * (treadle.json("executions", "show", one)["version"] == 2))
        bulk = treadle.json("workflows", "move", "doors", "--from", "1", "--to", "2")
        eventually(lambda: [True] * (treadle.json("executions", "show", two)["version"] == 2))
        treadle("executions", "signal", one, "open")
        ended = treadle("executions", "watch", one, "--timeout", "60s")

    assert "door: 'door' has run" in misfit.stdout
    assert "→ keep the node" in misfit.stdout
    assert "door" in refused.stderr
    assert (moved["fits"], [each["place"] for each in moved["changed"]]) == (True, ["hall"])
    assert [each["id"] for each in bulk["items"]] == [two]
    assert ended.stdout.strip().endswith("2")


def test_past_executions_are_replayed_against_a_file(treadle: Treadle) -> None:
    treadle("workflows", "apply", treadle.file("choices.yaml", CHOICE.replace("LIMIT", "2")))
    for number in range(5):
        treadle("run", "choices", "--input", str(number), "--local")
    changed = treadle.file("new.yaml", CHOICE.replace("LIMIT", "3"))

    table = treadle("workflows", "replay", "choices", "--file", changed, "--last", "4")
    found = json.loads(treadle("workflows", "replay", "choices", "--file", changed, "-o", "json").stdout)
    same = treadle.json("workflows", "replay", "choices", "--version", "1")

    assert "replayed 4 of at most 4" in table.stderr
    assert "3 same, 1 differ, 0 unknown" in table.stderr
    assert table.stdout.splitlines()[1].split()[:3] == ["1", "choice", "big"]
    assert found["counts"] == {"same": 4, "differs": 1, "unknown": 0, "failed": 0}
    assert same["counts"]["same"] == 5
    assert len(treadle.json("workflows", "versions", "choices")["items"]) == 1

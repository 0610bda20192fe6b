"""What is kept of a line: masked, storable, and no longer than the limit."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from treadle.domain.errors import StoreUnavailableError
from treadle.domain.node_logs import EXECUTION_LIMIT, LINE_LIMIT, LogLine, NewLogLine, fields_text, message_text
from treadle.engine import node_logs
from treadle.engine.node_logs import LogBook

LINE = NewLogLine("exec-1", "fetch", "", 1, 1, datetime(2026, 1, 1, tzinfo=UTC), "info", "said", "{}")
CIRCLE: dict[str, Any] = {}
CIRCLE["again"] = CIRCLE


@pytest.mark.parametrize(
    ("message", "secrets", "kept"),
    [
        ("token abcdef used", ["abcdef"], "token *** used"),
        ("abcdef and abcdefgh", ["abcdef", "abcdefgh"], "*** and ***"),
        ("a b c", ["a"], "a b c"),
        ("nul \0 and half \ud83d", [], "nul \ufffd and half ?"),
        ({"a": 1}, [], "{'a': 1}"),
    ],
)
def test_a_message_is_masked_and_made_storable(message: object, secrets: list[str], kept: str) -> None:
    assert message_text(message, secrets=secrets) == kept


def test_a_long_message_is_cut_and_says_how_long_it_was() -> None:
    kept = message_text("x" * (LINE_LIMIT + 1), secrets=[])

    assert kept == "x" * LINE_LIMIT + f"… ({LINE_LIMIT + 1} characters)"


def test_a_secret_on_the_edge_of_what_is_cut_does_not_show_its_beginning() -> None:
    kept = message_text("x" * (LINE_LIMIT - 3) + "abcdef", secrets=["abcdef"])

    assert "abc" not in kept


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        ({}, {}),
        ({"rows": 3, "at": LINE.at}, {"rows": 3, "at": "2026-01-01 00:00:00+00:00"}),
        ({"token": "abc\"def", "list": ['x abc"def x']}, {"token": "***", "list": ["x *** x"]}),
        ({"n": float("nan")}, {"left_out": "these fields are not JSON"}),
        (CIRCLE, {"left_out": "these fields are not JSON"}),
        ({"nul": "\0"}, {"left_out": f"these fields are larger than {LINE_LIMIT} characters, or hold a NUL"}),
        ({"much": "x" * LINE_LIMIT}, {"left_out": f"these fields are larger than {LINE_LIMIT} characters, or hold a NUL"}),
    ],
)
def test_fields_are_kept_as_json_without_secrets(fields: dict[str, Any], kept: dict[str, Any]) -> None:
    assert json.loads(fields_text(fields, secrets=['abc"def'])) == kept


class Shelf:
    """A store in memory that is away for its first calls."""

    def __init__(self, *, away: int = 0, already: int = 0) -> None:
        self.lines: list[NewLogLine] = []
        self.transactions = 0
        self._away = away
        self._already = already
        self.called = threading.Event()

    def add(self, lines: Sequence[NewLogLine]) -> None:
        self.called.set()
        if self._away:
            self._away -= 1
            raise StoreUnavailableError("away")
        self.transactions += 1
        self.lines += lines

    def counts(self, execution_ids: Sequence[str], *, most: int) -> Mapping[str, int]:
        return dict.fromkeys(execution_ids, min(self._already, most))

    def list(
        self, execution_id: str, *, node_id: str | None = None, scope: str | None = None, visit: int | None = None,
        after: int = 0, limit: int = 200,
    ) -> Sequence[LogLine]:  # fmt: skip
        raise NotImplementedError


def test_lines_of_a_moment_are_written_in_one_transaction() -> None:
    shelf = Shelf()
    book = LogBook(shelf)
    for number in range(500):
        book.write(replace(LINE, message=str(number)))

    book.close()

    assert [line.message for line in shelf.lines] == [str(number) for number in range(500)]
    assert shelf.transactions == 1


def test_lines_wait_for_a_database_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node_logs, "GATHER", 0.0)
    monkeypatch.setattr(node_logs, "PAUSE", 0.0)
    shelf = Shelf(away=3)
    book = LogBook(shelf)

    book.write(LINE)
    assert shelf.called.wait(60)
    while not shelf.lines:
        book.write(replace(LINE, message="later"))
    book.close()

    assert shelf.lines[0] == LINE


def test_an_execution_keeps_so_many_lines_and_the_last_one_says_so() -> None:
    shelf = Shelf(already=EXECUTION_LIMIT - 2)
    book = LogBook(shelf)
    for number in range(5):
        book.write(replace(LINE, message=str(number)))
        book.write(replace(LINE, execution_id="exec-2", message=str(number)))

    book.close()

    mine = [line.message for line in shelf.lines if line.execution_id == "exec-1"]
    assert mine[0] == "0"
    assert mine[1:] == [f"an execution keeps {EXECUTION_LIMIT} lines: what follows is only in the worker's log"]


def test_what_comes_faster_than_it_can_be_written_is_lost_and_counted(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(node_logs, "MOST_WAITING", 3)
    shelf = Shelf()
    book = LogBook(shelf)
    for number in range(5):
        book.write(replace(LINE, message=str(number)))

    book.close()

    assert [line.message for line in shelf.lines] == ["0", "1", "2"]
    assert "2 lines of nodes were lost" in caplog.text

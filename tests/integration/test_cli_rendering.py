"""Data on stdout in four forms; ids whole, colours only for terminals."""

from __future__ import annotations

import json

import click
import pytest
import yaml

from treadle.cli.rendering import CELL, rows_as_table, write_list, write_one

LONG_ID = "exec-" + "0123456789abcdef" * 8
ROWS = [
    {"id": LONG_ID, "status": "failed", "paused": False, "queues": ["a", "b"], "at": None, "error": {"message": "x" * 200}},
    {"id": "exec-2", "status": "completed", "paused": True, "queues": [], "at": None, "error": None},
]
COLUMNS = ("id", "status", "paused", "queues", "error")


def test_a_table_shows_ids_whole_and_cuts_long_text() -> None:
    heading, first, second = (click.unstyle(line) for line in rows_as_table(ROWS, COLUMNS))

    assert heading.split() == ["ID", "STATUS", "PAUSED", "QUEUES", "ERROR"]
    assert first.startswith(f"{LONG_ID}  failed")
    assert "a, b" in first
    assert len(first.rsplit("  ", 1)[1]) == CELL
    assert first.index("failed") == second.index("completed") == heading.index("STATUS")


def test_json_has_the_shape_of_the_api(capsys: pytest.CaptureFixture[str]) -> None:
    write_list(ROWS, "json", columns=COLUMNS, cursor="next")

    assert json.loads(capsys.readouterr().out) == {"items": ROWS, "next_cursor": "next"}


def test_jsonl_is_one_item_a_line_and_the_cursor_goes_to_people(capsys: pytest.CaptureFixture[str]) -> None:
    write_list(ROWS, "jsonl", columns=COLUMNS, cursor="next")

    said = capsys.readouterr()
    assert [json.loads(line) for line in said.out.splitlines()] == ROWS
    assert said.err == "more: --cursor next\n"


def test_yaml_holds_the_same_data(capsys: pytest.CaptureFixture[str]) -> None:
    write_list(ROWS, "yaml", columns=COLUMNS)

    assert yaml.safe_load(capsys.readouterr().out) == {"items": ROWS, "next_cursor": None}


def test_an_empty_table_is_silent_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    write_list([], "table", columns=COLUMNS, none="no executions")

    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "(no executions)\n")


def test_one_thing_is_shown_key_by_key(capsys: pytest.CaptureFixture[str]) -> None:
    write_one({"id": "a", "paused": True, "cron": None, "title": "x\x1b[31my"}, "table")

    assert capsys.readouterr().out == "id      a\npaused  yes\ntitle   x\\x1b[31my\n"

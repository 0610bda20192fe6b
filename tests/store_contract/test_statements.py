"""The files of named statements: well formed, complete, and without a statement that nobody runs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

import treadle.store
from treadle.store.statements import Dialect, StatementError, parse, statements

SOURCES = sorted(Path(treadle.store.__file__).parent.glob("*.py"))
DIALECTS = get_args(Dialect)


def test_parameters_are_numbered_in_the_order_they_appear() -> None:
    text = "-- name: find\nSELECT :b, CAST(:a AS text), :b::text\n"

    found = {dialect: parse([text], dialect)["find"] for dialect in DIALECTS}

    assert found["postgres"].sql == "SELECT $1, CAST($2 AS text), $1::text"
    assert found["sqlite"].sql == "SELECT ?1, CAST(?2 AS text), ?1::text"
    assert found["sqlite"].parameters == ("b", "a")


def test_a_marked_line_is_kept_for_its_database_only() -> None:
    text = "-- name: lock\n-- why\nSELECT 1\nFOR UPDATE -- postgres\n-- name: take (sqlite)\nSELECT 2\n"

    postgres, sqlite = parse([text], "postgres"), parse([text], "sqlite")

    assert {name: each.sql for name, each in postgres.items()} == {"lock": "SELECT 1\nFOR UPDATE"}
    assert {name: each.sql for name, each in sqlite.items()} == {"lock": "SELECT 1", "take": "SELECT 2"}


def test_a_fragment_may_stand_in_another_file() -> None:
    texts = ["-- name: find\nSELECT\n-- include: columns\nFROM t\n", "-- fragment: columns\n  a, b\n"]

    found = parse(texts, "sqlite")

    assert found["find"].sql == "SELECT\n  a, b\nFROM t"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT 1\n", "before the first header"),
        ("-- name: a\nSELECT 1\n-- name: a\nSELECT 2\n", "defined twice"),
        ("-- name: a\n-- include: nothing\n", "unknown fragment"),
        ("-- name: a\nSELECT 1 -- postgres\n", "empty for sqlite"),
        ("-- name: a\nSELECT 1; SELECT 2\n", "semicolon"),
    ],
)
def test_a_malformed_file_is_refused_at_load(text: str, message: str) -> None:
    with pytest.raises(StatementError, match=message):
        parse([text], "sqlite")


def test_both_databases_have_the_same_statements_but_for_the_marked() -> None:
    names = {dialect: set(statements(dialect)) for dialect in DIALECTS}

    assert names["postgres"] - names["sqlite"] == {
        "claim", "commit", "commit_with_notices", "lock_migrations", "old_transactions",
        "table_sizes",
    }  # fmt: skip
    assert names["sqlite"] - names["postgres"] == {
        "runnable", "take", "guard", "write_row", "add_child", "open_approval", "park", "pause", "end", "expire_approvals_of",
        "expire_approval", "notice_approval", "escalate_approval", "reset_crashes", "put_aside",
    }  # fmt: skip


def test_every_statement_is_run_by_some_module() -> None:
    written = set(re.findall(r'"([a-z_]+)"', "".join(source.read_text() for source in SOURCES)))

    unused = {name for dialect in DIALECTS for name in statements(dialect)} - written

    assert unused == set()

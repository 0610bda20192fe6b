"""How single things read for people."""

from __future__ import annotations

import click
import pytest

from treadle.cli.pages import error_text, execution_page

NODE = {"status": "skipped", "visits": 0, "attempts": 0, "started_at": None, "finished_at": None, "error": None}
SHAPE = {
    "id": "exec-1", "status": "waiting", "workflow": "w", "version": 1, "priority": "normal", "queue": "default",
    "created_at": "2026-01-01T00:00:00Z", "started_at": None, "finished_at": None, "next_retry_at": None,
    "error": None, "waiting_on": [], "input": None, "output": None, "nodes": {"later": NODE},
}  # fmt: skip


@pytest.mark.parametrize(("finished_at", "status"), [(None, "-"), ("2026-01-01T00:00:01Z", "skipped")])
def test_a_node_that_was_not_reached_is_skipped_only_when_all_is_over(finished_at: str | None, status: str) -> None:
    *_, last = execution_page({**SHAPE, "finished_at": finished_at})

    assert click.unstyle(last).split()[:2] == ["later", status]


def test_an_error_without_a_message_ends_with_its_type() -> None:
    assert error_text({"type": "cancelled", "message": ""}) == "cancelled"


def test_what_was_not_undone_stands_on_the_page() -> None:
    error = {"type": "odd", "message": "no", "node_id": "bad", "compensated": {"undone": 1, "failed": ["hotel"]}}

    lines = list(execution_page({**SHAPE, "error": error}))

    assert "  error       bad: odd: no" in lines
    assert "  undone      1 completed activity has been undone. NOT undone, because their compensation FAILED: hotel." in lines


def test_times_are_shown_in_seconds_and_waits_in_words() -> None:
    lines = list(execution_page({**SHAPE, "created_at": "2026-01-01T00:00:00.123456Z"}, ["It waits for a slot."]))

    assert "  created     2026-01-01 00:00:00Z" in lines
    assert "  waits       It waits for a slot." in lines


def test_a_map_says_how_many_of_its_items_are_done() -> None:
    runs = {"total": 30, "completed": 16, "failed": 2, "running": 5}

    *_, last = execution_page({**SHAPE, "nodes": {"each": {**NODE, "status": "running", "visits": 1, "runs": runs}}})

    assert "18 of 30 done, 2 failed" in last

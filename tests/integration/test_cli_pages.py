"""How single things read for people."""

from __future__ import annotations

import click
import pytest

from treadle.cli.pages import execution_page

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

"""The live lines of a watched execution: one for each journal row, in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import click
import pytest

from treadle.cli.watching import MARKS, row_line
from treadle.domain.records import JournalRow, RowKind

AT = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
ROW = JournalRow(
    "exec-1", 1, RowKind.DONE, "fetch", "", 1, 1, "completed", "out", started_at=AT, finished_at=AT + timedelta(seconds=1.5)
)
ERROR = '{"type":"timeout","message":"too slow","node_id":"fetch"}'


@pytest.mark.parametrize(
    ("row", "line"),
    [
        (ROW, "  ✓ fetch  in 1.50s"),
        (ROW._replace(visit=3, attempt=2), "  ✓ fetch#3  in 1.50s  attempt 2"),
        (ROW._replace(port="approved", started_at=None), "  ✓ fetch  → approved"),
        (ROW._replace(scope="items[3]"), "  ✓ items[3]/fetch  in 1.50s"),
        (
            ROW._replace(kind=RowKind.RETRYING, error_json=ERROR, detail_json='{"retry_at":"2026-03-29T01:00:02+00:00"}'),
            "  ↻ fetch  attempt 1 failed: timeout: too slow; next try at 01:00:02 UTC",
        ),
        (ROW._replace(kind=RowKind.FAILED, error_json=ERROR, port=None), "  ✗ fetch  timeout: too slow"),
        (ROW._replace(kind=RowKind.FAILED, error_json=ERROR, port="error"), "  ✗ fetch  timeout: too slow  → error"),
        (
            ROW._replace(kind=RowKind.WAITING, detail_json='{"waits":[{"approval":"appr-1","title":"Go on?"}],"after":0}'),
            "  ◷ fetch  waits for approval 'Go on?'",
        ),
        (
            ROW._replace(
                kind=RowKind.WAITING,
                detail_json='{"waits":[{"name":"a","signal":"paid"},{"until":"2026-03-29T01:00:02+00:00"}],"after":0}',
            ),
            "  ◷ fetch  waits for signal paid or until 01:00:02 UTC",
        ),
        (
            ROW._replace(kind=RowKind.WAITING, detail_json='{"waits":[{"until":"2026-03-31T01:00:02+00:00"}],"after":0}'),
            "  ◷ fetch  waits until 2026-03-31 01:00 UTC",
        ),
        (
            ROW._replace(kind=RowKind.WAITING, detail_json='{"waits":[{"child":"exec-2"}],"after":0}'),
            "  ◷ fetch  waits for child exec-2",
        ),
        (ROW._replace(kind=RowKind.RUNNING, status="running"), "  ▶ fetch  running"),
        (ROW._replace(kind=RowKind.CANCELLED, status="cancelled"), "  – fetch  cancelled"),
        (
            ROW._replace(kind=RowKind.CONTROL, node_id="", detail_json='{"verb":"cancel","reason":"ordered twice"}'),
            "  • cancel  ordered twice",
        ),
        (ROW._replace(scope="undo"), "  ✓ undoes fetch  in 1.50s"),
        (ROW._replace(kind=RowKind.FAILED, scope="undo", error_json=ERROR), "  ✗ undoes fetch  timeout: too slow  NOT undone"),
        (ROW._replace(kind=RowKind.CONTROL, node_id="", detail_json='{"verb":"compensate"}'), "  • the undoing begins"),
        (ROW._replace(kind=RowKind.NOTE, detail_json='{"note":"tie_broken"}'), "  · fetch  tie_broken"),
    ],
)
def test_a_journal_row_is_said_in_words(row: JournalRow, line: str) -> None:
    assert click.unstyle(row_line(row)) == line


def test_what_a_workflow_says_cannot_steer_the_terminal() -> None:
    hostile = ROW._replace(kind=RowKind.FAILED, error_json='{"type":"x","message":"a\\u001b[2Jb\\nc"}', port=None)

    line = click.unstyle(row_line(hostile))

    assert line == "  ✗ fetch  x: a\\x1b[2Jb\\nc"


def test_every_kind_of_row_has_a_mark() -> None:
    assert set(MARKS) == set(RowKind)

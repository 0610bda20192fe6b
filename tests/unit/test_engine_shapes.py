"""What the API and the command line say of a record."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from treadle.cli import shapes as plain
from treadle.domain.records import JournalRow
from treadle.domain.workers import WorkerRecord
from treadle.engine import shapes

AT = datetime(2026, 3, 29, 1, 0, 0, 250, tzinfo=UTC)
WORKER = WorkerRecord("wrk-1", "host", 7, ("default",), 10, ("log", "if"), AT, AT, AT, False, 2)


def test_a_new_worker_is_alive_and_a_silent_one_is_not() -> None:
    alive = shapes.worker(WORKER, now=AT - timedelta(seconds=1))["alive"]
    silent = shapes.worker(WORKER, now=AT)["alive"]

    assert (alive, silent) == (True, False)


def test_stored_json_and_times_come_out_as_plain_json() -> None:
    row = JournalRow("exec-1", 1, "done", "a", "", 1, 1, "completed", "out", None, '{"x":[1,"ü"]}', None, None, None, AT, AT, "wrk-1")

    said = plain.journal_item(row)

    assert said["output"] == {"x": [1, "ü"]}
    assert said["finished_at"] == "2026-03-29T01:00:00.000250Z"
    assert (said["taken"], said["worker_id"]) == (None, "wrk-1")

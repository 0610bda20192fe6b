"""How an execution ended, in words: its error, and what became of its compensations."""

from __future__ import annotations

from typing import Any

from treadle.domain.records import ExecutionRecord
from treadle.domain.states import ExecutionStatus
from treadle.domain.values import decode
from treadle.engine.views import Reason

MOST_NAMED = 10


def how_it_ended(record: ExecutionRecord) -> Reason:
    """Of an execution that is over."""
    error = decode(record.error_json or "{}")
    undone = undone_text(error)
    if record.status is not ExecutionStatus.FAILED:
        if not undone:
            return Reason(record.status, f"It is {record.status}; there is nothing to wait for.", "")
        return Reason(record.status, f"It is {record.status}. {undone}", _after_undoing(record, error))
    place = f" at node {error['node_id']}" if error.get("node_id") else ""
    sentence = f"It failed{place}: {error.get('type')}: {error.get('message')}"
    if record.next_retry_at is not None:
        words = f"{sentence}. Next retry at {record.next_retry_at:%Y-%m-%d %H:%M:%S} UTC."
        return Reason("retry", words, "it goes on by itself")
    if undone:
        return Reason("failed", f"{sentence}. {undone}", _after_undoing(record, error), error.get("node_id"))
    return Reason("failed", sentence, f"treadle executions retry {record.id}", error.get("node_id"))


def undone_text(error: Any) -> str:
    """How much of what was done has been undone, and above all what has not; empty if nothing was to be."""
    compensated = error.get("compensated") if isinstance(error, dict) else None
    if compensated is None:
        return ""
    count = compensated["undone"]
    said = f"{count} completed {'activity has' if count == 1 else 'activities have'} been undone."
    for key, why in (("failed", "their compensation FAILED"), ("skipped", "the undoing was cancelled")):
        if places := compensated.get(key):
            said = f"{said} NOT undone, because {why}: {_named(places)}."
    return said


def _after_undoing(record: ExecutionRecord, error: Any) -> str:
    """It cannot be retried: what was done is no longer there."""
    compensated = error["compensated"]
    left = [*compensated["failed"], *compensated.get("skipped", ())]
    anew = f"treadle run {record.workflow}"
    if not left:
        return f"start it anew: {anew}"
    done = f"treadle executions journal {record.id}"
    return f"a person has to undo {_named(left)}: {done} says what they did; then start it anew: {anew}"


def _named(places: list[str]) -> str:
    more = f" and {len(places) - MOST_NAMED} more" if len(places) > MOST_NAMED else ""
    return f"{', '.join(places[:MOST_NAMED])}{more}"

"""Follows an execution: one line for each thing its journal says, then the output, then the exit code."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from treadle.cli import shapes
from treadle.cli.failures import ExitCode
from treadle.cli.pages import error_text
from treadle.cli.rendering import brief, document, plain, say, status_text, write_one
from treadle.domain.records import ExecutionRecord, JournalRow, RowKind
from treadle.domain.states import TERMINAL, ExecutionStatus

if TYPE_CHECKING:
    from treadle.bootstrap import Treadle

POLL = 0.15
"""Seconds between two looks at the journal."""

MARKS = {
    RowKind.RUNNING: ("▶", "blue"),
    RowKind.BEGIN: ("▷", "blue"),
    RowKind.ITEM: ("▪", "green"),
    RowKind.MORE: ("+", "blue"),
    RowKind.WAITING: ("◷", "yellow"),
    RowKind.RETRYING: ("↻", "yellow"),
    RowKind.DONE: ("✓", "green"),
    RowKind.FAILED: ("✗", "red"),
    RowKind.CONTROL: ("•", "magenta"),
    RowKind.CANCELLED: ("–", "bright_black"),
    RowKind.NOTE: ("·", "bright_black"),
}


@contextmanager
def detachable(execution_id: str) -> Iterator[None]:
    """Ctrl-C inside ends the watching, not the execution."""
    try:
        yield
    except KeyboardInterrupt:
        say(f"\ndetached; {execution_id} goes on. Come back: treadle executions watch {execution_id}")
        raise click.exceptions.Exit(ExitCode.INTERRUPTED) from None


def watch(treadle: Treadle, execution_id: str, *, timeout: float | None, form: str) -> None:
    """Say each new journal row until the execution has ended, then write what it came to; raises the exit code."""
    give_up = None if timeout is None else time.monotonic() + timeout
    record = _follow(treadle, execution_id, give_up)
    if record is None:
        say(f"timed out after {timeout:g}s; {execution_id} goes on. Come back: treadle executions watch {execution_id}")
        raise click.exceptions.Exit(ExitCode.TIMED_OUT)
    _finish(treadle, record, form)


def row_line(row: JournalRow) -> str:
    """A journal row for people."""
    mark, colour = MARKS[RowKind(row.kind)]
    place = f"{row.scope}/{row.node_id}" if row.scope else row.node_id
    visit = f"#{row.visit}" if row.visit > 1 else ""
    words = [word for word in (f"{place}{visit}", *_words(row)) if word]
    return plain_line(f"  {click.style(mark, fg=colour)} ", "  ".join(words))


def plain_line(start: str, text: str) -> str:
    return start + plain(text)


def _follow(treadle: Treadle, execution_id: str, give_up: float | None) -> ExecutionRecord | None:
    """The record of the ended execution; None if the time was up first."""
    seen = 0
    asked: set[str] = set()
    while True:
        # The state is read first: what the journal holds afterwards includes everything that led to it.
        record: ExecutionRecord | None = treadle.store.ownership.state(execution_id)
        assert record is not None
        while rows := treadle.store.executions.journal(execution_id, after=seen):
            for row in rows:
                say(row_line(row))
            seen = rows[-1].seq
        if record.status in TERMINAL and record.next_retry_at is None:
            return record
        if record.status is ExecutionStatus.WAITING:
            _ask_for_decisions(treadle, execution_id, asked)
        if give_up is not None and time.monotonic() >= give_up:
            return None
        time.sleep(POLL)


def _ask_for_decisions(treadle: Treadle, execution_id: str, asked: set[str]) -> None:
    for approval in treadle.store.executions.approvals(status="open", execution_id=execution_id).items:
        if approval.id not in asked:
            asked.add(approval.id)
            say(f"    {plain(approval.title)}: treadle approvals approve {approval.id}   (or reject)")


def _finish(treadle: Treadle, record: ExecutionRecord, form: str) -> None:
    say(f"{record.id} {status_text(record.status)}{_took(record.started_at or record.created_at, record.finished_at)}")
    if form == "table":
        if record.error_json is not None:
            say(f"  {error_text(json.loads(record.error_json))}")
        else:
            click.echo(document(json.loads(treadle.store.executions.get(record.id).output_json or "null"), "json"))
    else:
        write_one(shapes.execution(treadle.engine.show(record.id)), form)
    if record.status is not ExecutionStatus.COMPLETED:
        raise click.exceptions.Exit(ExitCode.WORKFLOW_FAILED)


def _words(row: JournalRow) -> Iterator[str]:
    detail = json.loads(row.detail_json) if row.detail_json else {}
    error = error_text({**json.loads(row.error_json), "node_id": None}) if row.error_json else ""
    kind = RowKind(row.kind)
    if kind is RowKind.WAITING and "booked" in detail:
        yield f"waits for its place in a rate limit, {_clock('until', detail['booked'], None)}"
    elif kind in (RowKind.BEGIN, RowKind.ITEM, RowKind.MORE):
        yield from _composite_words(row, detail, error)
    elif kind is RowKind.WAITING:
        yield f"waits {' or '.join(_wait_words(wait, row.started_at) for wait in detail.get('waits', ())) or 'for something'}"
    elif kind is RowKind.RETRYING:
        yield f"attempt {row.attempt} failed: {error}; next try {_clock('at', detail.get('retry_at'), row.finished_at)}"
    elif kind is RowKind.DONE:
        yield f"→ {row.port}" if row.port not in (None, "out") else ""
        yield _took(row.started_at, row.finished_at).strip()
        yield f"attempt {row.attempt}" if row.attempt > 1 else ""
    elif kind is RowKind.FAILED:
        yield error
        yield f"→ {row.port}" if row.port else ""
    elif kind is RowKind.CONTROL:
        yield str(detail.get("verb", row.status))
        yield str(detail.get("reason") or "")
    elif kind is RowKind.NOTE:
        yield str(detail.get("note", row.status))
    else:
        yield str(row.status)


def _composite_words(row: JournalRow, detail: dict[str, Any], error: str) -> Iterator[str]:
    """Of a node with an inner graph: that it begins, that one of its runs has ended, that it grew."""
    if row.kind == RowKind.BEGIN:
        plan = detail["plan"]
        items = plan.get("items")
        if plan["kind"] == "map":
            count = items if isinstance(items, int) else len(items)
            yield f"begins with {count} item{'' if count == 1 else 's'}"
        else:
            yield "begins"
    elif row.kind == RowKind.ITEM:
        yield f"[{detail['index']}] {error or detail['status']}"
    else:
        yield "is closed" if detail.get("closed") else f"has {len(detail.get('items', ()))} more"


def _wait_words(wait: dict[str, Any], since: datetime | None) -> str:
    if "approval" in wait:
        return f"for approval {brief(wait.get('title', ''))!r}"
    for kind in ("signal", "child"):
        if kind in wait:
            return f"for {kind} {wait[kind]}"
    return _clock("until", wait.get("until"), since)


def _clock(word: str, text: str | None, since: datetime | None) -> str:
    """The time of day, with the date when it is another day's than `since`."""
    if not text:
        return "soon"
    at = datetime.fromisoformat(text)
    same_day = since is None or at.date() == since.date()
    return f"{word} {at:%H:%M:%S} UTC" if same_day else f"{word} {at:%Y-%m-%d %H:%M} UTC"


def _took(start: datetime | None, end: datetime | None) -> str:
    if start is None or end is None:
        return ""
    return f" in {max((end - start).total_seconds(), 0):.2f}s"

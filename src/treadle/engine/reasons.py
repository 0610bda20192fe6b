"""What an execution waits for, in words: a sentence for each item of `waiting_on`, with what would make it go on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from treadle.domain.records import ExecutionRecord, JournalRow, RowKind
from treadle.domain.values import decode
from treadle.engine.compensation import UNDO
from treadle.engine.held_back import held_back_reason
from treadle.engine.history import MOVE, NOT_MOVED
from treadle.engine.views import Reason


def not_moved(record: ExecutionRecord, rows: Sequence[JournalRow]) -> Iterator[Reason]:
    """That it was to have another version when it was last moved, and where it did not fit."""
    moves = (row for row in reversed(rows) if row.kind == RowKind.CONTROL and row.status in (MOVE, NOT_MOVED))
    last = next(moves, None)
    if last is not None and last.status == NOT_MOVED:
        detail = decode(last.detail_json or "{}")
        first = (detail.get("findings") or [{}])[0]
        where = f"{first.get('place') or 'as a whole'}: {first.get('message', '')}"
        sentence = f"It was to be moved to version {detail.get('version')}, and was not: {where}."
        mend = f"treadle executions move {record.id} --version {detail.get('version')} --dry-run"
        yield Reason("not_moved", sentence, mend)


def reason_of(record: ExecutionRecord, item: dict[str, Any]) -> Reason:
    if item["node_id"] is None and item["kind"] in ("time", "slot"):
        return held_back_reason(record, item)
    node_id, since = item["node_id"], item.get("since")
    who = _who(item)
    after = f" since {_second(since)}" if isinstance(since, datetime) else ""
    sentence, mend = f"{who} waits.", ""
    match item["kind"]:
        case "time":
            sentence, mend = f"{who} waits until {_second(item['until'])}.", "it goes on by itself"
        case "signal":
            sentence = f"{who} waits for signal {item['signal']!r}{after}."
            mend = f"treadle executions signal {record.id} {item['signal']}"
        case "approval":
            count = f"; {item['decided']} decided, {item['required']} must choose the same" if "required" in item else ""
            sentence = f"{who} waits for a decision on {item['title']!r}{after}{count}."
            mend = f"treadle approvals approve {item['approval_id']}"
        case "child":
            sentence = f"{who} waits for child execution {item['execution_id']}{after}."
            mend = f"treadle executions why {item['execution_id']}"
        case "retry":
            what = "the execution" if node_id is None else _place(item)
            sentence, mend = f"Next retry of {what} at {_second(item['until'])}{_because(item)}.", "it goes on by itself"
        case "rate":
            sentence = f"{who} has its place in a rate limit, and starts at {_second(item['until'])}."
            mend = "it goes on by itself; `settings.rate_limits` says how often it may start"
        case "slot":
            sentence = f"{who} waits for mutex {item.get('mutex')!r}, which another node of this execution holds."
            mend = "it goes on when that node has finished"
        case "gate":
            sentence = f"Gate {_place(item)} is closed."
            mend = "it opens when the node it watches is in the state it asks for"
        case "join":
            names = ", ".join(c["node_id"] for c in item["because"]) or "nothing that is alive"
            sentence = f"Join {_place(item)} waits for {', '.join(item['edges'])}: {names} can still bring a token."
            mend = "it goes on when that branch has ended; add `cancels` or `join: first` if it should not wait"
    return Reason(item["kind"], sentence, mend, node_id)


def _who(item: dict[str, Any]) -> str:
    if item["node_id"] is None:
        return "Its end"
    return f"The compensation of {item['node_id']}" if item.get("scope") == UNDO else f"Node {_place(item)}"


def _place(item: dict[str, Any]) -> str:
    """The node, with the item or turn that it is in."""
    scope = item.get("scope")
    if scope == UNDO:
        return f"the compensation of {item['node_id']}"
    return f"{scope}/{item['node_id']}" if scope else str(item["node_id"])


def _because(item: dict[str, Any]) -> str:
    error = item.get("error")
    return f", after attempt {item['attempt']} failed: {error['type']}: {error['message']}" if error else ""


def _second(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"

"""What an execution that has not begun waits for: the end of its debounce, or a slot of its workflow's concurrency limit."""

from __future__ import annotations

from typing import Any

from treadle.domain.limits import key_text
from treadle.domain.records import ExecutionRecord
from treadle.domain.states import ExecutionStatus
from treadle.engine.views import Reason
from treadle.ports_desks import LimitStore


def held_back_by(record: ExecutionRecord, limits: LimitStore) -> tuple[dict[str, Any], ...]:
    """As an item of `waiting_on`; empty when nothing holds it back."""
    if not record.held_back or record.status is not ExecutionStatus.WAITING:
        return ()
    if record.wake_at is not None:
        return ({"kind": "time", "node_id": None, "until": record.wake_at},)
    assert record.slot_key is not None
    use = limits.slot_use(record.slot_key)
    limit = record.slot_limit if use.limit is None else use.limit
    item = {"key": key_text(record.slot_key), "limit": limit, "held": use.held, "holders": list(use.holders)}
    return ({"kind": "slot", "node_id": None, **item},)


def held_back_reason(record: ExecutionRecord, item: dict[str, Any]) -> Reason:
    if item["kind"] == "time":
        sentence = f"It is debounced, and begins at {item['until']:%Y-%m-%d %H:%M:%S} UTC unless another start puts it off."
        return Reason("time", sentence, "it goes on by itself")
    of_key = f" for key {item['key']!r}" if item["key"] else ""
    used = f"concurrency {item['held']} of {item['limit']}{of_key}"
    holders = item["holders"]
    if not holders:
        return Reason("slot", f"It waits for its turn: {used}.", "it goes on at a worker's next poll; is one running?")
    more = f" and {item['held'] - len(holders)} more" if item["held"] > len(holders) else ""
    sentence = f"It waits for a slot: {used}, held by {', '.join(holders)}{more}."
    mend = f"it goes on when one has ended: treadle executions why {holders[0]}; or raise settings.concurrency.limit"
    return Reason("slot", sentence, f"{mend} of {record.workflow}")

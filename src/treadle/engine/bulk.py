"""Steers many executions at once: each by a message of its own, in a transaction of its own.

A request that was cut off is sent again: with the same key, whoever was told is not told twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from treadle.domain.errors import ConflictError, DefinitionError, Finding, NotFoundError
from treadle.domain.records import ExecutionRecord, Page
from treadle.domain.selection import Selection
from treadle.domain.states import TERMINAL, ExecutionStatus
from treadle.domain.values import SIGNAL_LIMIT, decode, encode
from treadle.engine.names import check_name, check_path_name
from treadle.ports import Store

DEFAULT_LIMIT = 1_000
MOST = 10_000
"""Executions that one call steers."""
MOST_REFUSED = 100
"""Refusals that are told; all are counted."""
PAGE = 100


class Action(StrEnum):
    RETRY = "retry"
    CANCEL = "cancel"
    PAUSE = "pause"
    RESUME = "resume"
    SIGNAL = "signal"


_OPEN = (ExecutionStatus.RUNNING, ExecutionStatus.WAITING, ExecutionStatus.PAUSED)
FITTING: dict[Action, tuple[ExecutionStatus, ...]] = {
    Action.RETRY: (ExecutionStatus.FAILED,),
    Action.CANCEL: _OPEN,
    Action.PAUSE: (ExecutionStatus.RUNNING, ExecutionStatus.WAITING),
    Action.RESUME: (ExecutionStatus.PAUSED,),
    Action.SIGNAL: _OPEN,
}
"""Whom an action is for when no status is asked for, or a search only leaves some out."""

_NEVER = frozenset({ExecutionStatus.COMPLETED, ExecutionStatus.CANCELLED})


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be done with each. `reason` and `compensate` are of a cancel; `name` and `payload` of a signal.

    `waiting`: a signal only for those that wait for it now. `key` makes it count once for each execution.
    """

    action: Action
    reason: str = ""
    compensate: bool = False
    name: str = ""
    payload: Any = None
    waiting: bool = False
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """`state` is the execution's, or `not_found`."""

    id: str
    state: str
    detail: str


@dataclass(slots=True)
class Steered:
    """What one call did: of `matched` executions `done` were told, now or before. `next`: a cursor if there are more."""

    matched: int = 0
    done: int = 0
    refused: list[Refusal] = field(default_factory=list)
    refused_count: int = 0
    next: str | None = None

    def refuse(self, refusal: Refusal) -> None:
        self.refused_count += 1
        if len(self.refused) < MOST_REFUSED:
            self.refused.append(refusal)


Send = Callable[[str, Order], object]
"""Tells one execution; ConflictError or NotFoundError if it cannot be done."""

WaitsFor = Callable[[ExecutionRecord, str], bool]


class Bulk:
    def __init__(self, store: Store, send: Send, waits_for: WaitsFor) -> None:
        self._store = store
        self._send = send
        self._waits_for = waits_for

    def steer(
        self,
        order: Order,
        selection: Selection,
        *,
        limit: int = DEFAULT_LIMIT,
        cursor: str | None = None,
        dry_run: bool = False,
        seconds: float | None = None,
    ) -> Steered:
        """Do it with at most `limit` executions that fit, the newest first, from a `next` on; it ends early after `seconds`.

        One that changes meanwhile is judged when its turn comes. DefinitionError. After StoreUnavailableError it is not
        known how many were told: send the same again.
        """
        _check(order, selection, limit)
        if selection.ids is None:
            selection = Selection(replace(selection.wanted, statuses=_meant(order.action, selection.wanted.statuses)))
        steered = Steered(next=cursor)
        until = None if seconds is None else time.monotonic() + seconds
        for page in self._pages(selection, limit, cursor):
            for execution_id, record in page.items:
                if not (order.waiting and record is not None and not self._waits_for(record, order.name)):
                    self._one(order, execution_id, record, steered, dry_run=dry_run)
            steered.next = page.next_cursor
            if until is not None and time.monotonic() > until:
                break
        return steered

    def _one(
        self, order: Order, execution_id: str, record: ExecutionRecord | None, steered: Steered, *, dry_run: bool
    ) -> None:
        if record is None:
            steered.refuse(Refusal(execution_id, "not_found", f"no execution {execution_id!r}"))
            return
        steered.matched += 1
        try:
            if not dry_run:
                self._send(execution_id, order)
                steered.done += 1
            elif (detail := _would_refuse(order.action, record)) is not None:
                steered.refuse(Refusal(execution_id, record.status, detail))
        except ConflictError as error:
            steered.refuse(Refusal(execution_id, error.state, str(error)))
        except NotFoundError as error:
            steered.refuse(Refusal(execution_id, "not_found", str(error)))

    def _pages(self, selection: Selection, limit: int, cursor: str | None) -> Iterator[Page[tuple[str, ExecutionRecord | None]]]:
        left = limit
        while left > 0:
            most = min(PAGE, left)
            page = self._named(selection.ids, most, cursor) if selection.ids is not None else self._found(selection, most, cursor)
            yield page
            left -= len(page.items)
            cursor = page.next_cursor
            if cursor is None:
                return

    def _found(self, selection: Selection, limit: int, cursor: str | None) -> Page[tuple[str, ExecutionRecord | None]]:
        page = self._store.executions.list(selection.wanted, limit=limit, cursor=cursor)
        return Page(tuple((record.id, record) for record in page.items), page.next_cursor)

    def _named(self, ids: tuple[str, ...], limit: int, cursor: str | None) -> Page[tuple[str, ExecutionRecord | None]]:
        every = tuple(dict.fromkeys(ids))
        at = _place(cursor, len(every))
        end = at + limit
        return Page(tuple((each, self._get(each)) for each in every[at:end]), str(end) if end < len(every) else None)

    def _get(self, execution_id: str) -> ExecutionRecord | None:
        try:
            return self._store.executions.get(execution_id)
        except NotFoundError:
            return None


def _meant(action: Action, asked: tuple[ExecutionStatus, ...]) -> tuple[ExecutionStatus, ...]:
    """Those asked for, as they are where that was on purpose: only who cannot be told at all shows that it was not."""
    if not _NEVER.intersection(asked):
        return asked
    return tuple(each for each in asked if each in FITTING[action]) or asked


def undone(error_json: str | None) -> bool:
    """Whether what a failed execution did has been undone, so that it cannot go on."""
    error = decode(error_json or "null")
    return isinstance(error, dict) and "compensated" in error


def _would_refuse(action: Action, record: ExecutionRecord) -> str | None:
    """What it would be refused for as it is now; the refusal itself is the store's, under the lock."""
    if action is Action.RETRY:
        if record.status is not ExecutionStatus.FAILED:
            return f"it is {record.status}: only a failed one can be retried"
        return "what it did has been undone: it cannot go on; start it anew" if undone(record.error_json) else None
    over = record.status in TERMINAL and record.next_retry_at is None
    return f"it is {record.status}: too late to {action} it" if over else None


def _check(order: Order, selection: Selection, limit: int) -> None:
    selection.check()
    if not 1 <= limit <= MOST:
        raise DefinitionError([Finding("limit_exceeded", f"must be from 1 to {MOST:,}", "limit")])
    if order.key is not None:
        check_name(order.key, "signal_id" if order.action is Action.SIGNAL else "idempotency_key")
    if order.action is Action.SIGNAL:
        if not order.name:
            raise DefinitionError([Finding("missing", "name the signal", "signal")])
        check_path_name(order.name, "signal")
        encode(order.payload, limit=SIGNAL_LIMIT, name="signal")


def _place(cursor: str | None, count: int) -> int:
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) < 7 and int(cursor) <= count):
        hint = "leave it out to start at the beginning"
        raise DefinitionError([Finding("cursor", "this cursor did not come from a request with these ids", "cursor", hint)])
    return int(cursor)

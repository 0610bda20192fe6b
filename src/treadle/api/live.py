"""The live stream of one execution: its journal and its changes of status, as server-sent events.

The store is asked again and again, so a stream shows what any process wrote, and a lost wake-up costs nothing.
"""

from __future__ import annotations

import threading
from asyncio import sleep
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool

from treadle.api.config import ApiConfig
from treadle.domain.errors import NotFoundError, StoreUnavailableError
from treadle.domain.records import ExecutionRecord
from treadle.domain.states import TERMINAL, ExecutionStatus
from treadle.engine import shapes
from treadle.engine.answers import encode
from treadle.ports import Store

BATCH = 200
SHOWN_CHANGES = ("status", "priority", "error_json", "started_at", "finished_at", "next_retry_at")
HEARTBEAT = b": still here\n\n"


class Streams:
    """All live streams of one app. `close` ends them, so that a stopping server need not wait for its readers."""

    def __init__(self) -> None:
        self._closed = threading.Event()
        self._callbacks: list[Callable[[], None]] = []

    @property
    def closed(self) -> bool:
        return self._closed.is_set()

    def close(self) -> None:
        """From any thread; for good."""
        self._closed.set()
        for callback in list(self._callbacks):
            callback()

    def on_close(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call back from the thread that closes, until the returned function is called."""
        self._callbacks.append(callback)
        return lambda: self._callbacks.remove(callback)


@dataclass(slots=True)
class _Reader:
    """One stream's place in one execution; `read` runs in a thread."""

    store: Store
    execution_id: str
    after: int
    shown: ExecutionRecord | None = None
    ended: bool = False

    def read(self) -> list[bytes]:
        """The events since the last call. The row is read before the journal: a final row means that all rows are there."""
        record = self.store.ownership.state(self.execution_id)
        rows = self.store.executions.journal(self.execution_id, after=self.after, limit=BATCH)
        events = [event("journal", encode(shapes.journal_item(row)), id=row.seq) for row in rows]
        if rows:
            self.after = rows[-1].seq
        if record is None:
            return self._end(events, encode({"id": self.execution_id, "status": None}))
        if self.shown is None or changed(self.shown, record):
            events.append(event("status", encode(shapes.execution_row(record))))
            self.shown = record
        if is_final(record) and len(rows) < BATCH:
            return self._end(events, encode({"id": record.id, "status": record.status}))
        return events

    def _end(self, events: list[bytes], data: bytes) -> list[bytes]:
        self.ended = True
        return [*events, event("end", data)]


async def live_events(
    store: Store, execution_id: str, *, after: int, config: ApiConfig, streams: Streams
) -> AsyncIterator[bytes]:
    """`journal`, `status` and, when nothing can follow, `end`; comments in between keep the connection open."""
    reader = _Reader(store, execution_id, after)
    quiet = 0.0
    yield b"retry: 1000\n\n"
    while not streams.closed:
        try:
            events = await run_in_threadpool(reader.read)
        except StoreUnavailableError:
            # The reader keeps its place, so nothing is lost when the database is back.
            events = []
        if events:
            yield b"".join(events)
            quiet = 0.0
        if reader.ended:
            return
        if len(events) < BATCH:
            await sleep(config.poll_interval)
            quiet += config.poll_interval
        if quiet >= config.heartbeat_interval:
            yield HEARTBEAT
            quiet = 0.0


async def until_final(store: Store, execution_id: str, *, seconds: float, config: ApiConfig) -> None:
    """Return when the execution is over, or after that many seconds."""
    waited = 0.0
    pause = config.poll_interval / 8
    while not is_final(await run_in_threadpool(_state, store, execution_id)) and waited < seconds:
        await sleep(min(pause, seconds - waited))
        waited += pause
        pause = min(pause * 1.5, config.poll_interval)


def _state(store: Store, execution_id: str) -> ExecutionRecord:
    record = store.ownership.state(execution_id)
    if record is None:
        raise NotFoundError("execution", execution_id)
    return record


def is_final(record: ExecutionRecord) -> bool:
    """A failed execution that is tried again is not over."""
    return record.status in TERMINAL and not (record.status is ExecutionStatus.FAILED and record.next_retry_at is not None)


def changed(before: ExecutionRecord, now: ExecutionRecord) -> bool:
    """Whether readers would see another row; who owns it and how often it was claimed is not theirs to see."""
    return any(getattr(before, name) != getattr(now, name) for name in SHOWN_CHANGES)


def event(name: str, data: bytes, *, id: int | None = None) -> bytes:
    """One server-sent event. JSON from `encode` has no line breaks, so one data line holds it."""
    head = b"" if id is None else b"id: %d\n" % id
    return head + b"event: " + name.encode() + b"\ndata: " + data + b"\n\n"

"""One reader of the live stream: where it is in each execution, and the events that take it from there to now.

A reader takes what there is when its connection has room, so nothing waits for a slow one: of nodes and status it gets
the latest, and rows that are no longer in memory it reads from the database.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from treadle.api.feeds import Feed, live_event, row_event
from treadle.api.live_cursors import cursor_of, mark_of
from treadle.api.problems import Problem
from treadle.domain.errors import StoreUnavailableError
from treadle.ports_live import Topic

if TYPE_CHECKING:
    from treadle.api.watcher import Watcher

BATCH = 200
"""Rows of an execution in one piece of the stream."""
MOST_STREAMS = 500
PING = b"event: ping\ndata: {}\n\n"
"""An event and no comment, so that the page hears it: behind a proxy a stream may die without being cut."""
PAUSE = 0.5
"""Seconds until a reader asks a database again that did not answer."""


@dataclass(slots=True)
class Place:
    """What a reader has seen of an execution."""

    feed: Feed
    mark: str
    seq: int
    status_no: int = 0
    nodes_no: int = 0
    ended: bool = False


class LiveStream:
    """`after` are the seqs by mark that the reader has; None: it has not been here before."""

    def __init__(
        self, watcher: Watcher, executions: Sequence[str], topics: Sequence[Topic], *, after: Mapping[str, int] | None
    ) -> None:
        self._watcher = watcher
        self.executions = tuple(dict.fromkeys(executions))
        self.topics = tuple(dict.fromkeys(topics))
        self._places: list[Place] = []
        self._known = after or {}
        self._seqs: dict[str, int] = {}
        self._changed: set[Topic] = set()
        self._wake = asyncio.Event()

    def join(self, feeds: Sequence[Feed]) -> None:
        marks = [mark_of(feed.execution_id) for feed in feeds]
        self._places = [Place(feed, mark, self._known.get(mark, 0)) for feed, mark in zip(feeds, marks, strict=True)]
        self._seqs = {place.mark: place.seq for place in self._places}

    def wake(self) -> None:
        self._wake.set()

    def tell(self, topic: Topic) -> None:
        self._changed.add(topic)
        self._wake.set()

    async def events(self) -> AsyncIterator[bytes]:
        yield b"retry: 1000\n\n"
        while not self._watcher.closed:
            self._wake.clear()
            chunk = self._take() or await self._catch_up()
            if chunk:
                yield chunk
                continue
            try:
                await asyncio.wait_for(self._wake.wait(), self._watcher.heartbeat)
            except TimeoutError:
                yield PING

    def _take(self) -> bytes:
        """What is known and not yet sent; not all at once if it is much."""
        events: list[bytes] = []
        for place in self._places:
            if not place.ended and place.feed.known:
                self._take_from(place, events)
        events.extend(self._with_id(live_event("changed", {"topic": topic, "ids": None})) for topic in sorted(self._changed))
        self._changed.clear()
        return b"".join(events)

    def _take_from(self, place: Place, events: list[bytes]) -> None:
        feed = place.feed
        if not place.status_no:
            self._status(place, events)
        behind = place.seq < feed.tail_after
        if not behind:
            events.extend(self._row(place, seq, data) for seq, data in feed.rows_after(place.seq)[:BATCH])
        if place.nodes_no < feed.nodes_no:
            events.append(self._with_id(feed.nodes_since(place.nodes_no)))
            place.nodes_no = feed.nodes_no
        self._status(place, events)
        if feed.over and place.seq >= feed.seq:
            events.append(self._with_id(feed.end))
            place.ended = True
            self._watcher.let_go(feed, self)

    def _status(self, place: Place, events: list[bytes]) -> None:
        if place.status_no < place.feed.status_no:
            events.append(self._with_id(place.feed.status))
            place.status_no = place.feed.status_no

    async def _catch_up(self) -> bytes:
        """The next rows of the first execution whose rows in memory begin after what this reader has."""
        place = next((each for each in self._places if not each.ended and each.seq < each.feed.tail_after), None)
        if place is None:
            return b""
        with suppress(StoreUnavailableError):
            rows = await run_in_threadpool(self._watcher.rows, place.feed.execution_id, place.seq, BATCH)
            if not rows:  # pruned meanwhile
                place.seq = place.feed.tail_after
            return b"".join([self._row(place, *row_event(row)) for row in rows]) or PING
        await asyncio.sleep(PAUSE)
        return PING

    def _row(self, place: Place, seq: int, data: bytes) -> bytes:
        place.seq = self._seqs[place.mark] = seq
        return self._with_id(data)

    def _with_id(self, data: bytes) -> bytes:
        return b"id: %b\n%b" % (cursor_of(self._seqs).encode(), data)


class LiveResponse(StreamingResponse):
    """Holds a place among the streams exactly as long as it is being sent. 503 when there is none."""

    def __init__(self, watcher: Watcher, stream: LiveStream) -> None:
        super().__init__(stream.events(), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})
        self._watcher = watcher
        self._stream = stream

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._watcher.streams >= MOST_STREAMS:
            detail = f"{MOST_STREAMS} live streams are open on this server; close one, or ask another server"
            await Problem(503, "Too many streams", detail, headers={"Retry-After": "5"}).response()(scope, receive, send)
            return
        self._watcher.join(self._stream)
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._watcher.leave(self._stream)

"""Watches the database for all live streams of this process: one question for all executions, however many readers.

It asks every tenth of a second while somebody watches, and at once when this process itself has written; nobody there,
nothing asked.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Hashable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any

from starlette.concurrency import run_in_threadpool

from treadle.api.feeds import TAIL, Feed, News, row_event
from treadle.api.live import Streams
from treadle.api.live_stream import LiveStream
from treadle.domain.errors import NotFoundError, StoreUnavailableError
from treadle.engine.engine import WorkflowEngine
from treadle.ports_live import Head, LiveRow, Topic

log = logging.getLogger("treadle.api")

INTERVAL = 0.1
"""Seconds between two looks at the executions, for what other processes write."""
SHORTEST_GAP = 0.02
"""Seconds between two looks, however much this process writes."""
TOPIC_INTERVAL = 0.5
READ = 500
"""Rows read at a time."""
PAUSE = 1.0
"""Seconds after a look that failed."""
SHARE = 4
"""What is done again and again rests for so many times as long as it took: a fifth of a core at most."""
LONGEST_REST = 5.0
SHOWS_AT_ONCE = 2


@dataclass(slots=True)
class _Watched:
    """A list: what it looked like, and when."""

    head: Hashable = None
    at: float = -TOPIC_INTERVAL


class Watcher:
    """Used on the server's loop alone."""

    def __init__(self, engine: WorkflowEngine, streams: Streams, *, heartbeat: float) -> None:
        self.heartbeat = heartbeat
        self._engine = engine
        self._closed = streams
        self._streams: set[LiveStream] = set()
        self._feeds: dict[str, Feed] = {}
        self._topics: dict[Topic, _Watched] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._looking = False
        self._folders: dict[Feed, asyncio.Event] = {}
        """Feeds whose nodes are being kept new; the event ends the rest of the one who does it."""
        self._hinted = asyncio.Event()
        self._told = False
        self._shows = asyncio.Semaphore(SHOWS_AT_ONCE)

    @property
    def closed(self) -> bool:
        return self._closed.closed

    @property
    def streams(self) -> int:
        return len(self._streams)

    @property
    def busy(self) -> bool:
        """Whether it asks the database."""
        return self._looking

    def rows(self, execution_id: str, after: int, limit: int) -> Sequence[LiveRow]:
        return self._engine.store.live.rows(execution_id, after=after, limit=limit)

    def join(self, stream: LiveStream) -> None:
        feeds = [self._feeds.setdefault(each, Feed(each)) for each in stream.executions]
        for feed in feeds:
            feed.readers.add(stream)
        self._streams.add(stream)
        stream.join(feeds)
        # Each list is told of once there is something to compare with: what changed before that, nobody knows.
        for topic in stream.topics:
            if self._topics.setdefault(topic, _Watched()).head is not None:
                stream.tell(topic)
        self._hinted.set()
        if not self._looking:
            self._looking = True
            self._do(self._watch())

    def leave(self, stream: LiveStream) -> None:
        self._streams.discard(stream)
        for execution_id in stream.executions:
            if execution_id in self._feeds:
                self.let_go(self._feeds[execution_id], stream)
        self._topics = {topic: each for topic, each in self._topics.items() if any(topic in s.topics for s in self._streams)}

    def let_go(self, feed: Feed, stream: LiveStream) -> None:
        """A reader needs no more of an execution."""
        feed.readers.discard(stream)
        if not feed.readers and self._feeds.get(feed.execution_id) is feed:
            del self._feeds[feed.execution_id]

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        unsubscribe = self._engine.store.live.on_write(lambda: self._hint(loop))
        unregister = self._closed.on_close(lambda: self._call(loop, self._wake_all))
        try:
            while self._streams and not self.closed:
                begun = monotonic()
                try:
                    await self._look()
                    await self._rest(max(SHORTEST_GAP, SHARE * (monotonic() - begun)))
                except StoreUnavailableError as error:
                    log.debug("the database cannot be watched: %s", error)
                    await asyncio.sleep(PAUSE)
                except Exception:
                    # Whatever one look stumbles over, readers go on with the next.
                    log.exception("live_look_failed")
                    await asyncio.sleep(PAUSE)
        finally:
            unsubscribe()
            unregister()
            self._looking = False

    async def _rest(self, shortest: float) -> None:
        """Until something was written here, or others may have written something."""
        begun = monotonic()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._hinted.wait(), INTERVAL if self._feeds else TOPIC_INTERVAL)
        await asyncio.sleep(max(0.0, begun + shortest - monotonic()))

    def _hint(self, loop: asyncio.AbstractEventLoop) -> None:
        """From any thread."""
        if not self._told:
            self._told = True
            self._call(loop, self._hinted.set)

    def _call(self, loop: asyncio.AbstractEventLoop, callback: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody is left to care
            loop.call_soon_threadsafe(callback)

    def _wake_all(self) -> None:
        self._hinted.set()
        for stream in self._streams:
            stream.wake()

    # Looking

    async def _look(self) -> None:
        self._hinted.clear()
        self._told = False
        now = monotonic()
        due = [topic for topic, each in self._topics.items() if now - each.at >= TOPIC_INTERVAL]
        feeds = list(self._feeds.values())
        if feeds:
            for feed, news in await run_in_threadpool(self._news, feeds):
                feed.take_news(news)
                self._shown(feed)
        if due:
            for topic, head in await run_in_threadpool(self._heads, due):
                self._compare(topic, head, now)

    def _news(self, feeds: Sequence[Feed]) -> list[tuple[Feed, News]]:
        """In a thread: of those that have changed."""
        heads = self._engine.store.live.heads([feed.execution_id for feed in feeds])
        changed = [feed for feed in feeds if not feed.complete or heads.get(feed.execution_id) != feed.head]
        return [(feed, self._news_of(feed, heads.get(feed.execution_id))) for feed in changed]

    def _news_of(self, feed: Feed, head: Head | None) -> News:
        """The row is read before the journal: a final row means that all rows are there. The head is from before both."""
        store = self._engine.store
        record = store.ownership.state(feed.execution_id)
        if head is None or record is None:
            return News(None, None)
        after = feed.seq if feed.record is not None else max(0, head.seq - TAIL)
        rows = store.live.rows(feed.execution_id, after=after, limit=READ)
        return News(head, record, [row_event(row) for row in rows], complete=len(rows) < READ)

    def _heads(self, topics: Sequence[Topic]) -> list[tuple[Topic, Hashable]]:
        """In a thread."""
        return [(topic, self._engine.store.live.topic(topic)) for topic in topics]

    def _compare(self, topic: Topic, head: Hashable, now: float) -> None:
        watched = self._topics.get(topic)
        if watched is None:
            return
        before, watched.head, watched.at = watched.head, head, now
        if before is None or before != head:
            for stream in self._streams:
                if topic in stream.topics:
                    stream.tell(topic)

    # Nodes

    def _shown(self, feed: Feed) -> None:
        """Let its readers see what is new, and fold what it means for the nodes."""
        if feed.stale and feed not in self._folders:
            self._folders[feed] = asyncio.Event()
            self._do(self._fold(feed))
        elif feed.stale and feed.final:
            self._folders[feed].set()
        for stream in feed.readers:
            stream.wake()

    async def _fold(self, feed: Feed) -> None:
        """Keep its nodes as new as its rows; those of a long journal less often, but at once when it is over."""
        rested = self._folders[feed]
        try:
            while feed.stale and feed.readers and not self.closed:
                begun = monotonic()
                await self._fold_once(feed)
                rested.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(rested.wait(), min(SHARE * (monotonic() - begun), LONGEST_REST))
        finally:
            del self._folders[feed]

    async def _fold_once(self, feed: Feed) -> None:
        feed.stale, feed.folding = False, True
        try:
            async with self._shows:
                feed.take_view(await run_in_threadpool(self._engine.show, feed.execution_id, again=True))
        except NotFoundError:
            log.debug("%s was deleted while it was watched", feed.execution_id)
        except StoreUnavailableError:
            feed.stale = True
            await asyncio.sleep(PAUSE)
        except Exception:
            # Rows and status are shown all the same.
            log.exception("live_nodes_failed", extra={"execution_id": feed.execution_id})
        finally:
            feed.folding = False
        self._wake(feed)

    def _wake(self, feed: Feed) -> None:
        for stream in feed.readers:
            stream.wake()

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

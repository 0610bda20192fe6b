"""What handlers say through `ctx.log`, on its way to the worker's log and to the database.

Lines are written by a thread of their own, many in one transaction and never in a commit of results: a handler that
talks does not slow the others. What was said less than a moment before the worker is killed is lost.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from treadle.domain.errors import DataRejectedError, StoreError, StoreUnavailableError
from treadle.domain.marking import Activity
from treadle.domain.node_logs import ATTEMPT_LIMIT, EXECUTION_LIMIT, LEVELS, NewLogLine, fields_text, message_text
from treadle.engine.attempt_secrets import AttemptSecrets
from treadle.engine.rows import step_of
from treadle.observation import LogStore

log = logging.getLogger("treadle.activity")

GATHER = 0.1
"""Seconds for which lines gather before they are written: at most ten more transactions a second."""
PAUSE = 1.0
"""Seconds between two tries while the database is away."""
MOST_WAITING = 20_000
"""Lines in memory; what comes beyond is lost, and said so."""
BATCH = 1_000
REMEMBERED = 10_000
"""Executions whose number of lines is remembered."""
LAST_WORDS = 2.0
"""Seconds that a stopping worker waits for its lines to be written."""


class LogBook:
    """Takes lines from any thread. `close` writes what is left."""

    def __init__(self, store: LogStore) -> None:
        self._store = store
        self._waiting: list[NewLogLine] = []
        self._lost = 0
        self._counts: OrderedDict[str, int] = OrderedDict()
        self._lock = threading.Lock()
        self._filled = threading.Event()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def write(self, line: NewLogLine) -> None:
        """Never blocks and never raises."""
        with self._lock:
            if len(self._waiting) >= MOST_WAITING:
                self._lost += 1
                return
            self._waiting.append(line)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="treadle-node-logs", daemon=True)
                self._thread.start()
        self._filled.set()

    def close(self) -> None:
        self._closing.set()
        self._filled.set()
        if self._thread is not None:
            self._thread.join(LAST_WORDS)

    def _work(self) -> None:
        while not self._closing.is_set() or self._waiting:
            self._filled.wait()
            self._closing.wait(GATHER)
            self._filled.clear()
            while batch := self._take():
                try:
                    self._write_out(batch)
                except StoreUnavailableError as error:
                    log.warning("lines of nodes cannot be written yet: %s", error, extra={"event": "node_logs_delayed"})
                    self._put_back(batch)
                    if self._closing.wait(PAUSE):
                        return

    def _take(self) -> list[NewLogLine]:
        with self._lock:
            batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
            lost, self._lost = self._lost, 0
        if lost:
            log.warning("%d lines of nodes were lost: they came faster than they could be written", lost)
        return batch

    def _put_back(self, batch: Sequence[NewLogLine]) -> None:
        with self._lock:
            self._waiting[:0] = batch

    def _write_out(self, batch: Sequence[NewLogLine]) -> None:
        lines = self._within_limits(batch)
        try:
            self._store.add(lines)
        except DataRejectedError as error:
            log.error("the database refused lines of nodes: %s", error, extra={"event": "node_logs_refused"})
        except StoreUnavailableError:
            self._counts.clear()
            raise
        except StoreError:
            log.exception("lines of nodes could not be written", extra={"event": "node_logs_refused"})

    def _within_limits(self, batch: Sequence[NewLogLine]) -> list[NewLogLine]:
        """The lines that still fit into their executions, with a last one that says so where the limit is reached."""
        unknown = {line.execution_id for line in batch} - self._counts.keys()
        if unknown:
            self._counts.update(self._store.counts(sorted(unknown), most=EXECUTION_LIMIT))
        kept = []
        for line in batch:
            count = self._counts[line.execution_id] = self._counts.get(line.execution_id, 0) + 1
            self._counts.move_to_end(line.execution_id)
            if count < EXECUTION_LIMIT:
                kept.append(line)
            elif count == EXECUTION_LIMIT:
                kept.append(_last(line, f"an execution keeps {EXECUTION_LIMIT} lines: what follows is only in the worker's log"))
        while len(self._counts) > REMEMBERED:
            self._counts.popitem(last=False)
        return kept


class Emitter:
    """What `ctx.log` of one attempt calls, from any thread."""

    __slots__ = ("_activity", "_book", "_execution_id", "_now", "_said", "_secrets")

    def __init__(self, execution_id: str, activity: Activity, book: LogBook | None, *, now: Callable[[], datetime],
                 secrets: AttemptSecrets) -> None:  # fmt: skip
        self._execution_id = execution_id
        self._activity = activity
        self._book = book
        self._now = now
        self._secrets = secrets
        self._said = 0

    def __call__(self, message: str, fields: Mapping[str, Any]) -> None:
        line = self._line(message, fields)
        _tell_worker(line)
        self._said += 1
        if self._book is None or self._said > ATTEMPT_LIMIT:
            return
        if self._said == ATTEMPT_LIMIT:
            line = _last(line, f"an attempt keeps {ATTEMPT_LIMIT} lines: what follows is only in the worker's log")
        self._book.write(line)

    def _line(self, message: str, fields: Mapping[str, Any]) -> NewLogLine:
        level = fields.get("level")
        has_level = isinstance(level, str) and level in LEVELS
        rest = {name: value for name, value in fields.items() if not (has_level and name == "level")}
        activity, hidden = self._activity, self._secrets.mask.needles
        return NewLogLine(
            execution_id=self._execution_id,
            node_id=step_of(activity).node.id,
            scope=activity.home.path,
            visit=activity.visit,
            attempt=activity.attempt,
            at=self._now(),
            level=str(level) if has_level else "info",
            message=message_text(message, secrets=hidden),
            fields_json=fields_text(rest, secrets=hidden),
        )


def _tell_worker(line: NewLogLine) -> None:
    place = {"execution_id": line.execution_id, "node_id": line.node_id}
    fields = {} if line.fields_json == "{}" else {"fields": line.fields_json}
    log.log(_WEIGHT[line.level], "%s", line.message, extra={"event": "activity_log", **place, **fields})


_WEIGHT = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


def _last(line: NewLogLine, words: str) -> NewLogLine:
    return replace(line, level="warning", message=words, fields_json="{}")

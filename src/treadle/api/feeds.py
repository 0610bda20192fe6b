"""What all readers of one execution share: its latest rows, its row and the states of its nodes, as events ready to send."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from treadle.api.live import changed, is_final
from treadle.domain.records import ExecutionRecord
from treadle.domain.values import decode
from treadle.engine import shapes
from treadle.engine.answers import encode, stored
from treadle.engine.views import ExecutionView, NodeState
from treadle.ports_live import Head, LiveRow

if TYPE_CHECKING:
    from treadle.api.live_stream import LiveStream

TAIL = 1000
"""Rows that are kept for all readers; whoever is further behind reads from the database."""
TAIL_BYTES = 4 << 20
LONGEST_ERROR = 2048

Row = tuple[int, bytes]
"""A seq and its event."""


@dataclass(frozen=True, slots=True)
class News:
    """What a look at an execution found. `record` None: there is none. `complete`: these are all rows there were."""

    head: Head | None
    record: ExecutionRecord | None
    rows: Sequence[Row] = ()
    complete: bool = True


@dataclass(eq=False, slots=True)
class Feed:
    """Only the loop changes it. The numbers `status_no` and `nodes_no` rise with each change; 0: not known yet."""

    execution_id: str
    readers: set[LiveStream] = field(default_factory=set)
    head: Head | None = None
    record: ExecutionRecord | None = None
    missing: bool = False
    complete: bool = False
    seq: int = 0
    tail: deque[Row] = field(default_factory=deque)
    tail_after: int = 0
    """All rows above this one up to `seq` are in the tail."""
    status: bytes = b""
    status_no: int = 0
    nodes: dict[str, tuple[int, NodeState]] = field(default_factory=dict)
    nodes_no: int = 0
    stale: bool = False
    """Whether the nodes may be others than those shown."""
    folding: bool = False
    """Whether they are being looked at."""
    _shown: ExecutionView | None = None
    _deltas: dict[int, bytes] = field(default_factory=dict)
    _bytes: int = 0

    @property
    def known(self) -> bool:
        return self.record is not None or self.missing

    @property
    def final(self) -> bool:
        return self.missing or (self.record is not None and is_final(self.record))

    @property
    def over(self) -> bool:
        """Whether nothing follows what is known."""
        return self.final and self.complete and not self.stale and not self.folding

    @property
    def end(self) -> bytes:
        status = self.record.status if self.record is not None and not self.missing else None
        return live_event("end", {"execution_id": self.execution_id, "status": status})

    def take_news(self, news: News) -> None:
        before, self.head, self.complete = self.head, news.head, news.complete
        if news.record is None or news.head is None:
            self.missing, self.stale = True, False
            return
        self.stale = self.stale or before is None or before.rest != news.head.rest or bool(news.rows)
        if self.record is None and news.rows:
            self.seq = self.tail_after = news.rows[0][0] - 1
        if self.record is None or changed(self.record, news.record):
            self.status = live_event("status", shapes.execution_row(news.record))
            self.status_no += 1
        self.record = news.record
        self._extend(news.rows)

    def _extend(self, rows: Iterable[Row]) -> None:
        for row in rows:
            self.tail.append(row)
            self.seq = row[0]
            self._bytes += len(row[1])
        while len(self.tail) > TAIL or self._bytes > TAIL_BYTES:
            self.tail_after, gone = self.tail.popleft()
            self._bytes -= len(gone)

    def rows_after(self, seq: int) -> Sequence[Row]:
        """Of the tail."""
        # From the end, because little is new as a rule.
        return list(islice(reversed(self.tail), max(0, self.seq - seq)))[::-1]

    def take_view(self, view: ExecutionView) -> None:
        before = self._shown
        changes = [node_id for node_id, node in view.nodes.items() if before is None or before.nodes.get(node_id) != node]
        self._shown = view
        if before is not None and not changes and before.waiting_on == view.waiting_on:
            return
        self.nodes_no += 1
        self._deltas.clear()
        for node_id in changes:
            self.nodes[node_id] = (self.nodes_no, view.nodes[node_id])

    def nodes_since(self, number: int) -> bytes:
        """The event with the nodes that have changed since that `nodes_no`."""
        assert self._shown is not None
        if number not in self._deltas:
            fresh = {node_id: shapes.node_state(node) for node_id, (at, node) in self.nodes.items() if at > number}
            self._deltas[number] = live_event("nodes", {
                "execution_id": self.execution_id, "seq": self._shown.seq, "nodes": fresh,
                "waiting_on": list(self._shown.waiting_on),
            })  # fmt: skip
        return self._deltas[number]


def row_event(found: LiveRow) -> Row:
    row = found.row
    item = shapes.journal_item(row)
    if found.large:
        item["detail"] = {**(decode(row.detail_json) if row.detail_json is not None else {}), "large": True}
    if row.error_json is not None and len(row.error_json) > LONGEST_ERROR:
        item["error"] = _shortened(row.error_json)
    elif row.error_json is not None:
        item["error"] = stored(row.error_json)
    return row.seq, live_event("journal", {"execution_id": row.execution_id, "row": item})


def _shortened(error_json: str) -> dict[str, Any]:
    error = decode(error_json)
    fields = error if isinstance(error, dict) else {"message": error}
    return {"type": fields.get("type"), "message": str(fields.get("message"))[: LONGEST_ERROR // 2]}


def live_event(name: str, data: Any) -> bytes:
    """An event without its id, which is each reader's own."""
    return b"event: %b\ndata: %b\n\n" % (name.encode(), encode(data))

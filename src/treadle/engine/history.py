"""What of a journal still counts: rows that a retry from an earlier node has taken back are left out of the fold.

Nothing is deleted: a later row says which rows count no more, and every fold looks for such rows first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from treadle.domain.errors import JournalGapError
from treadle.domain.records import InboxRow, JournalRow, MessageKind, RowKind
from treadle.domain.states import ActivityStatus
from treadle.domain.values import decode

REWIND, SPARE = "rewind", "spare"
MOVE, NOT_MOVED = "move", "not_moved"
"""Control rows: from here on it has another version; it was asked to have one, and could not."""

Visit = tuple[str, str, int]
"""(scope, node id, visit)"""


@dataclass(frozen=True, slots=True)
class Rewind:
    """`drop` are ranges of seqs, ends included; `spare` are rows that only say that an item's place in its map is free.

    `upto` is the last row that there was, `message` the seq of the message that asks for it.
    """

    place: str
    upto: int
    drop: tuple[tuple[int, int], ...]
    spare: tuple[int, ...]
    message: int | None = None

    def to_json(self) -> dict[str, Any]:
        return {"from": self.place, "upto": self.upto, "drop": [list(each) for each in self.drop], SPARE: list(self.spare)}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any], message: int | None) -> Rewind:
        drop = tuple((first, last) for first, last in fields["drop"])
        return cls(fields["from"], fields["upto"], drop, tuple(fields[SPARE]), message)


@dataclass(frozen=True, slots=True)
class History:
    """`rows` are those that count, with their seqs. `attempts` is the last one of each visit that rows were taken from."""

    rows: Sequence[JournalRow]
    attempts: Mapping[Visit, int] = field(default_factory=dict)

    @classmethod
    def of(cls, execution_id: str, rows: Sequence[JournalRow], pending: Rewind | None = None) -> History:
        """`pending` is asked for, and its row is still to be written. JournalGapError."""
        for seq, row in enumerate(rows, 1):
            if row.seq != seq:
                raise JournalGapError(execution_id, seq, row.seq)
        rewinds = [*_rewinds(rows), *([pending] if pending is not None else [])]
        if not rewinds:
            return cls(rows)
        dropped = {seq for each in rewinds for first, last in each.drop for seq in range(first, last + 1)}
        spare = {seq for each in rewinds for seq in each.spare}
        attempts: dict[Visit, int] = {}
        for row in rows:
            if row.seq in dropped and row.attempt:
                visit = (row.scope, row.node_id, row.visit)
                attempts[visit] = max(attempts.get(visit, 0), row.attempt)
        return cls([room_for_others(row) if row.seq in spare else row for row in rows if row.seq not in dropped], attempts)


def room_for_others(row: JournalRow) -> JournalRow:
    """In the place of an item's row: the item has not ended, and those that began when it had begin all the same."""
    return row._replace(
        kind=RowKind.MORE, status=ActivityStatus.RUNNING, output_json=None, error_json=None, message_seq=None,
        detail_json=f'{{"{SPARE}":1}}',
    )  # fmt: skip


def asked_for(inbox: Iterable[InboxRow], rows: Sequence[JournalRow]) -> Rewind | None:
    """The rewind that the inbox asks for and no row has consumed, if it is about these rows."""
    last = rows[-1].seq if rows else 0
    consumed = {row.message_seq for row in rows}
    for message in inbox:
        fields = rewind_of(message)
        if fields is not None and message.seq not in consumed and fields["upto"] == last:
            return Rewind.from_json(fields, message.seq)
    return None


def rewind_of(message: InboxRow) -> dict[str, Any] | None:
    """What a message asks to be taken back."""
    if message.kind is not MessageKind.RETRY or REWIND not in message.payload_json:
        return None
    payload = decode(message.payload_json)
    found: dict[str, Any] | None = payload.get(REWIND) if isinstance(payload, dict) else None
    return found


def version_of(rows: Iterable[JournalRow], version: int) -> int:
    """The version that the rows end with: `version` if none of them has moved it."""
    moves = [row for row in rows if row.status == MOVE and row.kind == RowKind.CONTROL]
    return int(decode(moves[-1].detail_json or "{}")["version"]) if moves else version


def ranges(seqs: Iterable[int]) -> tuple[tuple[int, int], ...]:
    found: list[tuple[int, int]] = []
    for seq in sorted(seqs):
        if found and found[-1][1] == seq - 1:
            found[-1] = (found[-1][0], seq)
        else:
            found.append((seq, seq))
    return tuple(found)


def _rewinds(rows: Sequence[JournalRow]) -> Iterator[Rewind]:
    for row in rows:
        if row.kind == RowKind.CONTROL and row.status == REWIND:
            yield Rewind.from_json(decode(row.detail_json or "{}")[REWIND], row.message_seq)

"""Results too large for the journal: compressed and out of line, put back by whoever reads the row (T6, T8).

The row itself then holds a mark, which no JSON text can be. Nothing above the store knows of it.
"""

from __future__ import annotations

import zlib
from base64 import b64encode
from collections.abc import Sequence
from typing import NamedTuple

import orjson

from treadle.domain.errors import DataRejectedError, StoreError
from treadle.domain.records import JournalRow
from treadle.domain.values import INLINE_LIMIT

MARK = "@payload"
"""`queries/ownership.sql` repeats it."""

FAST = 1
"""zlib's level. The highest takes a tenth less space for a list of records, and ten times as long."""


class Payload(NamedTuple):
    """`place` is that of its row among all of the commit, from 1."""

    execution_id: str
    seq: int
    data: bytes
    place: int


def set_aside(journal: list[JournalRow]) -> list[Payload]:
    """The large results of these rows; the list holds rows with the mark in their place."""
    large = [(index, text) for index, row in enumerate(journal) if (text := row.output_json) and len(text) > INLINE_LIMIT]
    payloads = []
    for index, text in large:
        row = journal[index]
        payloads.append(Payload(row.execution_id, row.seq, _packed(text), index + 1))
        journal[index] = row._replace(output_json=MARK)
    return payloads


def as_json(payloads: Sequence[Payload]) -> str:
    """What `json_to_recordset` reads."""
    return orjson.dumps([{**each._asdict(), "data": b64encode(each.data).decode()} for each in payloads]).decode()


def unpacked(row: JournalRow, data: bytes | None) -> JournalRow:
    """The row with its result, given what the table of payloads has for it."""
    try:
        return row._replace(output_json=zlib.decompress(data or b"").decode())
    except (zlib.error, UnicodeDecodeError) as error:
        raise StoreError(
            f"the result of row {row.seq} of execution {row.execution_id} is damaged or missing in the table payload; "
            "restore the database from a backup"
        ) from error


def _packed(text: str) -> bytes:
    try:
        return zlib.compress(text.encode(), FAST)
    except UnicodeEncodeError as error:
        raise DataRejectedError(f"the database cannot store this: {error}") from error

"""CSV as RFC 4180 has it: rows of texts, a header, quoted cells."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from treadle.activities.handler import refuse_config
from treadle.activities.item_expressions import refuse_data, text_of
from treadle.domain.expression_frame import kind_of
from treadle.domain.values import RESULT_LIMIT

COMMA = ","
_FORBIDDEN = frozenset('"\r\n')


def delimiter_of(config: Mapping[str, Any]) -> str:
    delimiter = config.get("delimiter", COMMA)
    if not isinstance(delimiter, str) or len(delimiter) != 1 or delimiter in _FORBIDDEN:
        refuse_config("delimiter", 'must be one character, such as "," or ";" or a tab, and no quote or line break')
    return delimiter


def read_csv(text: str, *, delimiter: str, header: bool) -> list[Any]:
    """Objects by the names in the first row, or lists; every cell is a text, and empty lines count for nothing."""
    rows = _rows(text.removeprefix("\ufeff"), delimiter)
    if not header:
        return [row for _, row in rows]
    names = next(rows, (1, []))[1]
    for place, name in enumerate(names):
        if name in names[:place]:
            refuse_data("text line 1", f"two columns are named {name[:60]!r}; rename one, or read it with `header: false`")
    found = []
    for line, row in rows:
        if len(row) != len(names):
            refuse_data(f"text line {line}", f"has {len(row)} cells, and the header has {len(names)}")
        found.append(dict(zip(names, row, strict=True)))
    return found


def write_csv(rows: Sequence[Any], *, columns: Sequence[str] | None, delimiter: str, header: bool) -> str:
    """Rows that are objects (the columns are all their keys, unless named) or lists. Null is an empty cell; lines end in CRLF."""
    if columns is None and any(isinstance(row, dict) for row in rows):
        columns = list(dict.fromkeys(name for row in rows if isinstance(row, dict) for name in row))
    if len(rows) * len(columns or ()) > RESULT_LIMIT:
        refuse_config("columns", f"{len(columns or ()):,} of them are too many for {len(rows):,} rows")
    target = io.StringIO()
    writer = csv.writer(target, delimiter=delimiter)
    if header and columns:
        writer.writerow(columns)
    for index, row in enumerate(rows):
        place = f"value[{index}]"
        writer.writerow(["" if value is None else text_of(value, place) for value in _values(row, columns, place)])
    return target.getvalue()


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not empty, each with the line it ends on."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:
            refuse_data(f"text line {reader.line_num}", f"is not CSV: {error}")
        if row is None:
            return
        if row:
            yield reader.line_num, row


def _values(row: Any, columns: Sequence[str] | None, place: str) -> Sequence[Any]:
    if isinstance(row, dict) and columns is not None:
        return [row.get(name) for name in columns]
    if not isinstance(row, list):
        refuse_data(place, f"a row is an object or a list, not {kind_of(row)}")
    if columns is not None and len(row) != len(columns):
        refuse_data(place, f"has {len(row)} cells, and there are {len(columns)} columns")
    return row

"""Data on stdout, in the form asked for; everything for people on stderr.

Text that came from a workflow is shown without control characters, so that it cannot steer a terminal.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import click

Row = Mapping[str, Any]

COLOURS = {
    "running": "blue",
    "waiting": "yellow",
    "paused": "magenta",
    "retrying": "yellow",
    "open": "yellow",
    "completed": "green",
    "decided": "green",
    "fired": "green",
    "failed": "red",
    "cancelled": "bright_black",
    "skipped": "bright_black",
    "missed": "red",
    "expired": "red",
}

CELL = 60
"""Characters of free text a table shows; ids and names are never cut."""


def say(line: str = "") -> None:
    """A line for people."""
    click.echo(line, err=True)


def write_list(
    rows: Iterable[Row], form: str, *, columns: Sequence[str], cursor: str | None = None, none: str = "nothing here"
) -> None:
    """Rows of a list. JSON and YAML have the shape of the HTTP API: `{items, next_cursor}`; jsonl is one item a line."""
    items = list(rows)
    if form == "jsonl":
        for item in items:
            click.echo(_compact(item))
    elif form == "table":
        for line in rows_as_table(items, columns):
            click.echo(line)
        if not items:
            say(f"({none})")
    else:
        click.echo(document({"items": items, "next_cursor": cursor}, form))
    if cursor and form in ("table", "jsonl"):
        say(f"more: --cursor {cursor}")


def write_one(item: Row, form: str, *, people: Callable[[], Iterable[str]] | None = None) -> None:
    """One thing: as data, or as the lines `people` gives (by default, one a key)."""
    if form == "jsonl":
        click.echo(_compact(item))
    elif form != "table":
        click.echo(document(item, form))
    else:
        for line in people() if people else _pairs(item):
            click.echo(line)


def document(value: Any, form: str) -> str:
    """The whole value as indented JSON or as YAML."""
    if form == "json":
        return json.dumps(value, indent=2, ensure_ascii=False)
    from treadle.domain.core_yaml import write_yaml

    return write_yaml(value)


def rows_as_table(items: Sequence[Row], columns: Sequence[str]) -> Iterable[str]:
    """A heading and one line a row; nothing for no rows."""
    if not items:
        return
    cells = [[_cell(column, item.get(column)) for column in columns] for item in items]
    widths = [max(len(column), *(len(click.unstyle(row[i])) for row in cells)) for i, column in enumerate(columns)]
    for row in ([column.upper() for column in columns], *cells):
        padded = (cell + " " * (width - len(click.unstyle(cell))) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(padded).rstrip()


def status_text(status: str) -> str:
    return click.style(status, fg=COLOURS.get(status))


def plain(text: str) -> str:
    """The text with control characters made visible."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def second(time: str) -> str:
    """A time in RFC 3339 and UTC, without what is smaller than a second."""
    return time[:19].replace("T", " ") + "Z"


def brief(value: Any) -> str:
    """A value in one line of a table: text as it is, other JSON compact, long ones cut."""
    text = plain(value if isinstance(value, str) else _compact(value))
    return text if len(text) <= CELL else text[: CELL - 1] + "…"


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _pairs(item: Row) -> Iterable[str]:
    width = max((len(key) for key in item), default=0)
    for key, value in item.items():
        if value is not None:
            yield f"{key:<{width}}  {_cell(key, value)}"


def _cell(column: str, value: Any) -> str:
    if value is None or value == "":
        return "-"
    if column in ("status", "outcome"):
        return status_text(str(value))
    if column == "id" or column.endswith(("_id", "name", "workflow", "url")):
        return plain(str(value))
    if column.endswith(("_at", "_until")):
        return second(str(value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)) and all(isinstance(one, str) for one in value):
        return brief(", ".join(value))
    return brief(value)

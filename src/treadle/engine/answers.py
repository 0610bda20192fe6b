"""JSON for people and programs outside. Stored JSON text is put into an answer as it is, without parsing it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson


def stored(text: str | None) -> Any:
    """Stored JSON text as a value of an answer; None stays null."""
    return None if text is None else orjson.Fragment(text)


def encode(value: Any) -> bytes:
    """JSON with RFC 3339 times in UTC."""
    return orjson.dumps(value, default=_encode_other, option=orjson.OPT_PASSTHROUGH_DATETIME)


def utc_text(moment: datetime) -> str:
    """`2026-03-29T01:00:00Z`, with microseconds where there are any. Naive datetimes are refused."""
    if moment.tzinfo is None:
        raise TypeError("a naive datetime cannot be told to anybody")
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _encode_other(value: Any) -> Any:
    if isinstance(value, datetime):
        return utc_text(value)
    raise TypeError(f"{type(value).__name__} is not JSON")

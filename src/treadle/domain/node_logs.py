"""Lines that handlers say through `ctx.log`: what is kept of them, and how much."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from treadle.domain.masking import masked

LEVELS = ("debug", "info", "warning", "error")

LINE_LIMIT = 8 * 1024
"""Characters of a message, and of its fields as JSON; what is longer is cut, and fields that do not fit are left out."""
ATTEMPT_LIMIT = 1_000
"""Lines of one attempt of an activity."""
EXECUTION_LIMIT = 10_000
"""Lines of one execution."""


@dataclass(frozen=True, slots=True)
class NewLogLine:
    execution_id: str
    node_id: str
    scope: str
    visit: int
    attempt: int
    at: datetime
    level: str
    message: str
    fields_json: str


@dataclass(frozen=True, slots=True)
class LogLine:
    """`seq` orders the lines of an execution; it leaves gaps."""

    seq: int
    at: datetime
    node_id: str
    scope: str
    visit: int
    attempt: int
    level: str
    message: str
    fields_json: str


def message_text(message: object, *, secrets: Collection[str]) -> str:
    """A message as it is kept: masked, storable, cut."""
    return _cut(_storable(masked(str(message), secrets)))


def fields_text(fields: Mapping[str, Any], *, secrets: Collection[str]) -> str:
    """Fields as they are kept: JSON, with the text of what is not JSON."""
    if not fields:
        return "{}"
    try:
        text = masked(json.dumps(fields, default=str, skipkeys=True), [json.dumps(secret)[1:-1] for secret in secrets])
        json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):  # in a circle, not a number, or a mask that hit more than a value
        return '{"left_out": "these fields are not JSON"}'
    if len(text) > LINE_LIMIT or "\\u0000" in text:
        return json.dumps({"left_out": f"these fields are larger than {LINE_LIMIT} characters, or hold a NUL"})
    return text


def _storable(text: str) -> str:
    """NUL and halves of surrogate pairs fit into no database."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def _cut(text: str) -> str:
    return text if len(text) <= LINE_LIMIT else f"{text[:LINE_LIMIT]}… ({len(text)} characters)"


def _refuse(constant: str) -> None:
    raise ValueError(constant)

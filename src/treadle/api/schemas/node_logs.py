"""Lines that nodes have said."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from treadle.api.schemas.fields import Answer, Query, Text, Time


class LogQuery(Query):
    node: Text | None = Field(default=None, description="only what this node said")
    scope: Text | None = Field(default=None, description="only what was said there: `each[3]`, or empty for the top")
    visit: int | None = Field(default=None, ge=1, le=2**62, description="only what was said in this visit of a node")
    after: int = Field(default=0, ge=0, le=2**62, description="only lines with a greater seq, such as next_cursor")
    limit: int = Field(default=200, ge=1, le=1000)


class LogLine(Answer):
    """`seq` orders the lines of an execution and leaves gaps."""

    seq: int
    at: Time
    node_id: str
    scope: str
    visit: int
    attempt: int
    level: Literal["debug", "info", "warning", "error"]
    message: str
    fields: dict[str, Any]


class LogPage(Answer):
    items: list[LogLine]
    next_cursor: str | None

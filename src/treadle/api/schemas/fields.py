"""Fields that several requests and answers share, and the two kinds of model: what is sent to us, what we answer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Path
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer

from treadle.api.patterns import VISIBLE
from treadle.domain.records import Priority
from treadle.engine.answers import utc_text


class Body(BaseModel):
    """A request body: unknown keys are refused, and `"1"` is not a number."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Query(BaseModel):
    """Query parameters: unknown ones are refused, so that a misspelt filter does not list everything."""

    model_config = ConfigDict(extra="forbid")


class Answer(BaseModel):
    """The shape of an answer, for the OpenAPI document and the tests."""

    model_config = ConfigDict(extra="forbid")


def _check_priority(value: int | str) -> int | str:
    if value in Priority.LEVELS or (not isinstance(value, str) and value in Priority.NAMES):
        return value
    raise ValueError(f"must be one of {', '.join(Priority.LEVELS)}, or {min(Priority.NAMES)} to {max(Priority.NAMES)}")


PriorityField = Annotated[
    Any,
    AfterValidator(lambda value: _check_priority(value if type(value) in (int, str) else "")),
    Field(
        json_schema_extra={
            "anyOf": [
                {"type": "string", "enum": list(Priority.LEVELS)},
                {"type": "integer", "minimum": min(Priority.NAMES), "maximum": max(Priority.NAMES)},
            ]
        }
    ),
]
Name = Annotated[str, Path(min_length=1, max_length=200, pattern=VISIBLE)]
Text = Annotated[str, Field(max_length=200, pattern=VISIBLE)]
SearchText = Annotated[str, Field(max_length=1000, pattern=VISIBLE)]
Key = Annotated[str, Field(min_length=1, max_length=200, pattern=VISIBLE)]
Prose = Annotated[str, Field(max_length=10_000)]
Limit = Annotated[int, Field(ge=1, le=200)]
Cursor = Annotated[str, Field(max_length=500, pattern=VISIBLE)]
VersionNumber = Annotated[int, Field(ge=1, le=2**31 - 1)]
Time = Annotated[datetime, PlainSerializer(utc_text, return_type=str, when_used="json")]
PriorityName = Literal["low", "normal", "high", "critical"]


class PageQuery(Query):
    limit: Limit = 50
    cursor: Cursor | None = None


class Error(Answer):
    """Why an execution or an activity failed."""

    model_config = ConfigDict(extra="allow")

    type: str
    message: str
    node_id: str | None = None


class ProblemError(Answer):
    path: str
    message: str
    hint: str | None = None
    code: str | None = None
    severity: str | None = None


class Problem(Answer):
    """Every answer of 400 and above, as `application/problem+json`."""

    title: str
    status: int
    detail: str
    errors: list[ProblemError]
    state: str | None = Field(default=None, description="409: the state that won")


class Reply(Answer):
    """A message to an execution was taken; what it does is seen in the execution."""

    id: str
    status: str | None
    outcome: Literal["accepted", "duplicate"]

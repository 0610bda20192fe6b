"""Answers as models, and lists as iterators over their pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar
from urllib.parse import quote

from pydantic import BaseModel

from treadle.client.transport import Transport

Model = TypeVar("Model", bound=BaseModel)


def model_of(model: type[Model], answer: Any) -> Model:
    """The answer as a model; keys that it does not have yet are left out, so that a newer server can be asked."""
    return model.model_validate(answer, extra="ignore")


def items_of(model: type[Model], page: Any) -> list[Model]:
    return [model_of(model, item) for item in page["items"]]


def pages_of(model: type[Model], transport: Transport, path: str, query: Mapping[str, Any]) -> Iterator[Model]:
    """Every item of a list, asking for the next page when the one before is used up."""
    cursor: str | None = None
    while True:
        page = transport.ask("GET", path, query={**query, "cursor": cursor})
        yield from items_of(model, page)
        cursor = page["next_cursor"]
        if cursor is None:
            return


def part(text: str) -> str:
    """A name or an id as a part of a path."""
    return quote(text, safe="")


def given(**fields: Any) -> dict[str, Any]:
    """The fields that are not None."""
    return {name: value for name, value in fields.items() if value is not None}

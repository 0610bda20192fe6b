"""Lists in pages, newest first, by keyset: a page costs the same wherever it begins.

A list over several statuses or workflows is the merge of one ordered, indexed query for each.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from typing import Protocol, TypeVar

from treadle.domain.errors import DefinitionError, Finding
from treadle.domain.records import Page
from treadle.store.database import FAR_FUTURE, from_micros, to_micros


class Listed(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def created_at(self) -> datetime: ...


T = TypeVar("T", bound=Listed)
N = TypeVar("N")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: after (below) this time and id."""

    before: datetime
    before_id: str


def place(cursor: str | None) -> Place:
    """A cursor's place; the start without one. DefinitionError if it is none of ours."""
    if cursor is None:
        return Place(FAR_FUTURE, "")
    try:
        micros, before_id = base64.urlsafe_b64decode(cursor.encode()).decode().split(" ", 1)
        before = from_micros(int(micros))
        assert before is not None
    except (ValueError, OverflowError, binascii.Error) as error:
        finding = Finding("cursor", "this cursor did not come from a list", "cursor", "leave it out to start at the beginning")
        raise DefinitionError([finding]) from error
    return Place(before, before_id)


def cursor_before(moment: datetime) -> str:
    """The place below all that was created at a time."""
    return _encoded(moment, "")


def page(streams: Iterable[Sequence[T]], *, limit: int) -> Page[T]:
    """One page of the merged streams, each newest first and fetched with `limit + 1`."""
    newest_first: Callable[[T], tuple[datetime, str]] = lambda item: (item.created_at, item.id)  # noqa: E731 - named for the merge
    items = [item for item, _ in zip(merge(*streams, key=newest_first, reverse=True), range(limit + 1), strict=False)]
    return Page(tuple(items[:limit]), _cursor(items[limit - 1]) if len(items) > limit else None)


def page_by_name(items: Sequence[N], name: Callable[[N], str], *, limit: int) -> Page[N]:
    """One page of a list by name, fetched with `limit + 1`; its cursor is the last name."""
    return Page(tuple(items[:limit]), name(items[limit - 1]) if len(items) > limit else None)


def _cursor(item: Listed) -> str:
    return _encoded(item.created_at, item.id)


def _encoded(moment: datetime, before_id: str) -> str:
    return base64.urlsafe_b64encode(f"{to_micros(moment)} {before_id}".encode()).decode()

"""What replays answer: one execution's, and a page of them with their differences by place."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

NUMBERS = re.compile(r"\[\d+\]|#\d+")


@dataclass(frozen=True, slots=True)
class Difference:
    """`kind`: choice (another exit), result, output, would_run, not_run, end. `place` is empty of the execution as a whole."""

    place: str
    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class Replay:
    """`result`: same, differs, unknown (`needs` are the places whose result nobody knows), failed (it cannot be replayed).

    `not_run` ran and would not have, `would_run` the other way round. `end` is how it ended, `would_end` None if unknown.
    """

    id: str
    version: int
    result: str
    first: Difference | None
    not_run: tuple[str, ...]
    would_run: tuple[str, ...]
    needs: tuple[str, ...]
    end: str
    would_end: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """All first differences of one kind at one node, without numbers of items and visits; `example` is an execution."""

    place: str
    kind: str
    count: int
    example: str


@dataclass(frozen=True, slots=True)
class Replays:
    """One page. `counts` are those of the page by result; `timed_out`: it ended early, `next_cursor` goes on."""

    items: tuple[Replay, ...]
    next_cursor: str | None
    timed_out: bool = False

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(each.result for each in self.items)
        return {result: found[result] for result in ("same", "differs", "unknown", "failed")}

    def places(self) -> tuple[Place, ...]:
        return by_place(self.items)


def by_place(replays: Iterable[Replay]) -> tuple[Place, ...]:
    """Where they differ first, or whose result they lack: the most frequent first."""
    found: dict[tuple[str, str], list[str]] = {}
    for each in replays:
        if each.result == "unknown" and each.needs:
            found.setdefault((static(each.needs[0]), "unknown"), []).append(each.id)
        elif each.first is not None:
            found.setdefault((static(each.first.place), each.first.kind), []).append(each.id)
    places = [Place(place, kind, len(ids), ids[0]) for (place, kind), ids in found.items()]
    return tuple(sorted(places, key=lambda each: (-each.count, each.place, each.kind)))


def static(place: str) -> str:
    """The place of a node in its graph."""
    return NUMBERS.sub("", place)

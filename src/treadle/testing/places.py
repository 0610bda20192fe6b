"""Where a worker of a test can be told to die: a node's name, or a place in the journal such as `each[1]/fetch`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from treadle.domain.graph import Graph
from treadle.domain.graph_parser import inner_graphs
from treadle.engine.program import ITEM
from treadle.testing.errors import SetUpError
from treadle.testing.naming import is_undo, undo_of

MAP = "for_each"
_INDEX = re.compile(r"\[\d+\]")
_VISIT = re.compile(r"#\d+(?=[\[/]|$)")


def places_of(graph: Graph, path: str = "") -> Iterator[str]:
    """Each node's place, with 0 for every index. An item that is an execution of its own begins anew."""
    inner = inner_graphs(graph)
    for node in graph.nodes:
        place = f"{path}{node.id}"
        yield place
        if node.compensate is not None:
            yield undo_of(place)
        apart = node.type == MAP and ("workflow" in node.config or bool(node.config.get("distribute")))
        if apart:
            yield f"{place}[0]/{ITEM}"
        if node.index in inner:
            yield from places_of(inner[node.index], "" if apart else f"{place}[0]/")


def check_places(option: str, given: Sequence[str], places: Sequence[str]) -> None:
    """SetUpError, with the nearest ones, for a name or place at which nothing can ever happen."""
    names = list(dict.fromkeys(map(_name_of, places)))
    for place in given:
        plain = _VISIT.sub("", _INDEX.sub("[0]", place))
        if place in names or plain in places:
            continue
        known = list(dict.fromkeys((*names, *places)))
        last = plain.rpartition("/")[2]
        alike = [each for each in places if each.rpartition("/")[2] == last]
        near = [*get_close_matches(plain, known, n=3), *alike, *get_close_matches(last, names, n=3)]
        nearest = sorted({each: None for each in near if each != place}, key=lambda each: ("/" in each) != ("/" in plain))
        indexes = _INDEX.findall(place)
        named = [repr(_with(each, indexes)) for each in nearest[:3]]
        mend = f"did you mean {' or '.join(named)}?" if named else f"there are {', '.join(sorted(known)[:20])}"
        raise SetUpError(f"{option} names {place!r}, which is not there; {mend}")


def _name_of(place: str) -> str:
    scope, _, last = place.rpartition("/")
    return undo_of(last) if is_undo(scope) else last


def _with(place: str, indexes: Sequence[str]) -> str:
    """The place with these indexes, as far as there are enough."""
    left = iter(indexes)
    return _INDEX.sub(lambda found: next(left, found[0]), place)

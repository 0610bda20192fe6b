"""How two graphs differ, as an editor draws it and as a person reads it; where nodes are drawn does not count.

Graphs are in the form that `graph_to_config` writes. Places name nodes and edges by id, `nodes.fetch.config.url`, those of an
inner graph behind the node that holds it: `nodes.each.config.graph.nodes.fetch`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import unified_diff
from typing import Any

import orjson

from treadle.domain.graph import OUT
from treadle.domain.graph_values import key_path
from treadle.domain.graph_writer import implied_edge_id
from treadle.domain.positions import inner_graph, without_positions

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """A node or an edge that is only in one of the graphs; `id` has those of the nodes around it before it: `each/fetch`."""

    id: str
    value: Json


@dataclass(frozen=True, slots=True)
class Change:
    """A value that is another one, null where there is none. `node` or `edge` is the id of what it belongs to."""

    place: str
    before: Any
    after: Any
    node: str | None = None
    edge: str | None = None


@dataclass(slots=True)
class GraphDiff:
    added_nodes: list[Part] = field(default_factory=list)
    added_edges: list[Part] = field(default_factory=list)
    removed_nodes: list[Part] = field(default_factory=list)
    removed_edges: list[Part] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)


def graph_diff(before: Json, after: Json) -> GraphDiff:
    """All that was added, removed and changed, in graph order."""
    diff = GraphDiff()
    _compare(diff, without_positions(before), without_positions(after), around="", place="")
    return diff


def text_diff(before: Json, after: Json, *, names: tuple[str, str]) -> list[str]:
    """The lines of a unified diff of the YAML forms; none if the graphs mean the same. `names` are the two headings."""
    # Imported here because only who compares needs it.
    from treadle.domain.core_yaml import write_yaml

    old, new = (write_yaml(without_positions(graph)).splitlines() for graph in (before, after))
    return list(unified_diff(old, new, *names, lineterm=""))


def _compare(diff: GraphDiff, before: Json, after: Json, *, around: str, place: str) -> None:
    old, new = _by_id(before["nodes"]), _by_id(after["nodes"])
    diff.added_nodes.extend(Part(f"{around}{each}", node) for each, node in new.items() if each not in old)
    diff.removed_nodes.extend(Part(f"{around}{each}", node) for each, node in old.items() if each not in new)
    _compare_order(diff, list(old), list(new), f"{place}nodes")
    for each in [each for each in new if each in old]:
        _compare_nodes(diff, old[each], new[each], id=f"{around}{each}", place=f"{place}nodes.{each}")
    _compare_edges(diff, before, after, around=around, place=place)
    rest = [{key: value for key, value in graph.items() if key not in ("nodes", "edges")} for graph in (before, after)]
    for where, one, other in _differences(rest[0], rest[1], place.removesuffix(".")):
        diff.changed.append(Change(where, one, other, node=around.removesuffix("/") or None))


def _compare_nodes(diff: GraphDiff, before: Json, after: Json, *, id: str, place: str) -> None:
    inner = inner_graph(before), inner_graph(after)
    if inner[0] is not None and inner[1] is not None:
        before, after = _without_graph(before), _without_graph(after)
    diff.changed.extend(Change(where, one, other, node=id) for where, one, other in _differences(before, after, place))
    if inner[0] is not None and inner[1] is not None:
        _compare(diff, inner[0], inner[1], around=f"{id}/", place=f"{place}.config.graph.")


def _compare_edges(diff: GraphDiff, before: Json, after: Json, *, around: str, place: str) -> None:
    old, new = _by_id(map(_with_id, before.get("edges", ()))), _by_id(map(_with_id, after.get("edges", ())))
    diff.added_edges.extend(Part(f"{around}{each}", edge) for each, edge in new.items() if each not in old)
    diff.removed_edges.extend(Part(f"{around}{each}", edge) for each, edge in old.items() if each not in new)
    _compare_order(diff, list(old), list(new), f"{place}edges")
    for each in [each for each in new if each in old]:
        where = key_path(f"{place}edges", each)
        diff.changed.extend(
            Change(at, one, other, edge=f"{around}{each}") for at, one, other in _differences(old[each], new[each], where)
        )


def _compare_order(diff: GraphDiff, before: Sequence[str], after: Sequence[str], place: str) -> None:
    """Nodes and edges fire in the order they are written in."""
    both = set(before).intersection(after)
    old, new = ([each for each in ids if each in both] for ids in (before, after))
    if old != new:
        diff.changed.append(Change(place, old, new))


def _differences(before: Any, after: Any, place: str) -> Iterator[tuple[str, Any, Any]]:
    """Objects are compared key by key, everything else as a whole."""
    if not (isinstance(before, dict) and isinstance(after, dict)):
        if orjson.dumps(before) != orjson.dumps(after):  # as text, in which true is not 1
            yield place, before, after
        return
    for key in dict.fromkeys((*before, *after)):
        if key in before and key in after:
            yield from _differences(before[key], after[key], key_path(place, key))
        else:
            yield key_path(place, key), before.get(key), after.get(key)


def _by_id(parts: Iterable[Json]) -> dict[str, Json]:
    return {part["id"]: part for part in parts}


def _with_id(edge: Json) -> Json:
    """An edge's id is left out where it follows from its ends."""
    return {"id": implied_edge_id(edge["source"], edge.get("port", OUT), edge["target"]), **edge}


def _without_graph(node: Json) -> dict[str, Any]:
    return {**node, "config": {key: value for key, value in node["config"].items() if key != "graph"}}

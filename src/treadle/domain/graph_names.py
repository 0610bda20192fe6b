"""The names that expressions start from, and which of them there are at which place of a definition."""

from __future__ import annotations

from collections.abc import Mapping

ALWAYS = frozenset({"input", "nodes", "trigger", "execution", "vars", "incoming"})
"""The names that every expression of a running execution has."""

NAMES = ALWAYS | {"item", "index", "outer", "previous", "output", "error"}
"""All that are somewhere; `graph_reads` says of a known name that it is elsewhere."""

OF_A_LOOP = frozenset({"index", "previous", "outer"})

_INNER: Mapping[str, frozenset[str]] = {
    "for_each": frozenset({"item", "index", "outer"}), "while": OF_A_LOOP, "repeat": OF_A_LOOP, "block": frozenset(),
}  # fmt: skip


def names_inside(node_type: str) -> frozenset[str]:
    """The names that a graph inside a node of this type has besides those around it; a block is no scope of its own."""
    return _INNER.get(node_type, OF_A_LOOP)


def names_of_edge(port: str, *, error_port: str) -> frozenset[str]:
    """What `when` and `tokens` of an edge see besides."""
    return frozenset({"output", "error"}) if port == error_port else frozenset({"output"})


OF_A_COMPENSATION = frozenset({"output", "error"})

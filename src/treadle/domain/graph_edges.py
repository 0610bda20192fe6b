"""The edges array, read into `Edge`s whose ends and ports exist."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from treadle.domain.graph import ERROR, OUT, Edge
from treadle.domain.graph_expressions import ExpressionChecks
from treadle.domain.graph_fields import Fields
from treadle.domain.graph_findings import Findings, kind_of
from treadle.domain.graph_names import names_of_edge
from treadle.domain.graph_nodes import NodeDraft
from treadle.domain.graph_react_flow import EDGE_KEYS, edge_fields
from treadle.domain.graph_writer import implied_edge_id

MAX_TOKENS = 10_000
"""Tokens that one edge may be given at once."""

MAX_EDGE_ID = 512


class EdgeReader:
    """Reads the edges between `drafts`; wrong ones are findings and left out."""

    def __init__(self, drafts: Sequence[NodeDraft], index_of: Mapping[str, int], findings: Findings) -> None:
        self._drafts = drafts
        self._index_of = index_of
        self._findings = findings
        self._defaults: dict[tuple[int, str], int] = {}

    def read(self, values: Sequence[Any], *, path: str, expressions: ExpressionChecks) -> tuple[Edge, ...]:
        ids = self._ids(values, path)
        edges: list[Edge] = []
        for number, value in enumerate(values):
            place = f"{path}[{number}]"
            if not isinstance(value, dict):
                self._findings.error("wrong_value", f"an edge must be an object, not {kind_of(value)}", path=place)
                continue
            edge = self._edge(edge_fields(value, path=place, findings=self._findings), number, expressions)
            if edge is not None:
                edges.append(edge)
        return _named(edges, ids, [draft.node.id for draft in self._drafts])

    def _ids(self, values: Sequence[Any], path: str) -> dict[str, int]:
        """The declared ids, each with the number of the edge that has it."""
        ids: dict[str, int] = {}
        for number, value in enumerate(values):
            edge_id = value.get("id") if isinstance(value, dict) else None
            if edge_id is None:
                continue
            place = f"{path}[{number}].id"
            if not isinstance(edge_id, str) or not 0 < len(edge_id) <= MAX_EDGE_ID:
                message = f"id must be a string of 1 to {MAX_EDGE_ID} characters"
                self._findings.error("wrong_value", message, path=place)
            elif edge_id in ids:
                message = f"the edge id {edge_id!r} is used twice, first at {path}[{ids[edge_id]}]"
                self._findings.error("duplicate_id", message, path=place, hint="ids may be left out")
            else:
                ids[edge_id] = number
        return ids

    def _edge(self, fields: Fields, number: int, expressions: ExpressionChecks) -> Edge | None:
        fields.refuse_unknown(EDGE_KEYS, what="an edge")
        source, target = self._end(fields, "source"), self._end(fields, "target")
        port = fields.name("port") or OUT
        names = names_of_edge(port, error_port=ERROR)
        when, default = self._condition(fields, expressions, names)
        tokens = self._tokens(fields, expressions, names)
        take = fields.whole("take", 1, least=1, most=MAX_TOKENS)
        if source is None or target is None:
            return None
        self._check_port(fields, source, port)
        if default:
            self._check_single_default(fields, (source, port), number)
        edge_id = fields.values.get("id")
        return Edge(
            index=number, id=edge_id if isinstance(edge_id, str) else "", source=source, target=target, port=port, when=when,
            default=default, tokens=tokens, take=take,
        )  # fmt: skip

    def _end(self, fields: Fields, key: str) -> int | None:
        name = fields.values.get(key)
        if name is None:
            fields.missing(key, what="an edge")
        elif not isinstance(name, str):
            fields.wrong(key, "a node id")
        elif name not in self._index_of:
            self._findings.unknown("unknown_node", "node", name, path=fields.at(key), known=self._index_of)
        else:
            return self._index_of[name]
        return None

    def _condition(self, fields: Fields, expressions: ExpressionChecks, names: frozenset[str]) -> tuple[str | None, bool]:
        default = fields.flag("default")
        when = fields.values.get("when")
        if when is None:
            return None, default
        if not isinstance(when, str):
            fields.wrong("when", "an expression in a string", hint=f'"{str(when).lower()}"' if isinstance(when, bool) else None)
            return None, default
        when = expressions.expression(when, path=fields.at("when"), extra=names)
        if default:
            hint = "a default edge is taken when no other of its port is; leave out one of the two keys"
            message = "an edge has either when or default"
            self._findings.error("default_with_when", message, path=fields.at("default"), hint=hint)
        return when, default

    def _tokens(self, fields: Fields, expressions: ExpressionChecks, names: frozenset[str]) -> int | str:
        tokens = fields.values.get("tokens")
        if isinstance(tokens, str):
            return expressions.expression(tokens, path=fields.at("tokens"), extra=names)
        return fields.whole("tokens", 1, least=1, most=MAX_TOKENS)

    def _check_port(self, fields: Fields, source: int, port: str) -> None:
        draft = self._drafts[source]
        if draft.ports is None or port == ERROR or port in draft.ports:
            return
        context = f" of node {draft.node.id!r}, a {draft.node.type}"
        place = fields.at("port") if fields.given("port") else fields.path
        self._findings.unknown("unknown_port", "port", port, path=place, known=(*draft.ports, ERROR), context=context)

    def _check_single_default(self, fields: Fields, port: tuple[int, str], number: int) -> None:
        first = self._defaults.setdefault(port, number)
        if first != number:
            message = f"port {port[1]!r} of node {self._drafts[port[0]].node.id!r} has a default edge already, edge {first}"
            self._findings.error("second_default", message, path=fields.at("default"), hint="give all but one a when")


def _named(edges: Sequence[Edge], declared: Mapping[str, int], ids: Sequence[str]) -> tuple[Edge, ...]:
    """The edges, numbered in order; those without an id get `source->target`, made unique by `#2`, `#3` …"""
    used = set(declared)
    counts: dict[str, int] = {}
    named: list[Edge] = []
    for index, edge in enumerate(edges):
        edge_id = edge.id
        if not edge_id:
            implied = edge_id = implied_edge_id(ids[edge.source], edge.port, ids[edge.target])
            while edge_id in used:
                counts[implied] = counts.get(implied, 1) + 1
                edge_id = f"{implied}#{counts[implied]}"
            used.add(edge_id)
        named.append(
            Edge(index, edge_id, edge.source, edge.target, edge.port, edge.when, edge.default, edge.tokens, edge.take)
        )
    return tuple(named)

"""Every expression of a definition: it must compile, and use only names that can exist."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from treadle.domain.errors import ExpressionError
from treadle.domain.expression_reads import Read
from treadle.domain.expressions import Expression
from treadle.domain.graph_findings import Findings
from treadle.domain.graph_names import NAMES
from treadle.domain.graph_values import key_path
from treadle.domain.node_types import NodeType
from treadle.domain.templates import bare_offset, bare_source, compile_bare, compile_template, compile_text

_INDEX = re.compile(r"\[[0-9]+\]")


class ExpressionChecks:
    """The expressions of one graph.

    `ids` are the node ids they may name: those of the graph and of the graphs around it. `names` are those that all of them
    have; `extra` of a method are what the expressions of one place have besides.
    """

    def __init__(self, findings: Findings, ids: Collection[str], names: frozenset[str]) -> None:
        self._findings = findings
        self._ids = frozenset(ids)
        self._names = names

    def expression(self, source: str, *, path: str, extra: frozenset[str] = frozenset()) -> str:
        """Check a field that holds an expression; its source without `{{ }}` around it."""
        try:
            self._check_names(compile_bare(source), path=path, offset=bare_offset(source), extra=extra)
        except ExpressionError as error:
            self._refuse(error, path)
            return source
        return bare_source(source)

    def config(
        self, config: Mapping[str, Any], node_type: NodeType, *, path: str, extra: frozenset[str] = frozenset()
    ) -> None:
        """Check the expression fields, deferred fields and templates of a config."""
        try:
            template = compile_template(config, node_type)
        except ExpressionError as first:
            # Compiling stops at the first error; people want to see all.
            if not self._check_fields(config, node_type, path, extra):
                self._refuse(first, path)
            return
        for place, expression, offset in template.expressions:
            deferred = bool(node_type.extra_names) and is_deferred(node_type, place)
            own = extra.union(node_type.extra_names) if deferred else extra
            self._check_names(expression, path=f"{path}.{place}", offset=offset, extra=own)

    def _check_fields(self, config: Mapping[str, Any], node_type: NodeType, path: str, extra: frozenset[str]) -> bool:
        """Check each field on its own; whether any has a finding."""
        before = len(self._findings)
        for pattern, place, text in _strings(config, "", path, without=node_type.deferred):
            try:
                if pattern in node_type.deferred or pattern in node_type.expressions:
                    expressions: Iterable[tuple[Expression, int]] = ((compile_bare(text), bare_offset(text)),)
                else:
                    template = compile_text(text)
                    expressions = zip(template.expressions, template.offsets, strict=True)
            except ExpressionError as error:
                self._refuse(error, place)
                continue
            for expression, offset in expressions:
                own = extra.union(node_type.extra_names) if is_deferred(node_type, pattern) else extra
                self._check_names(expression, path=place, offset=offset, extra=own)
        return len(self._findings) > before

    def _refuse(self, error: ExpressionError, path: str) -> None:
        where = "" if error.column is None else f" (column {error.column})"
        self._findings.error("expression", f"{error.reason}{where}", path=path)

    def _check_names(self, expression: Expression, *, path: str, offset: int, extra: Collection[str]) -> None:
        if expression.roots <= NAMES and expression.node_refs <= self._ids:
            return
        first: dict[tuple[bool, str], Read] = {}
        for read in expression.reads:
            is_node = read.name == "nodes" and bool(read.keys) and isinstance(read.keys[0], str)
            first.setdefault((is_node, str(read.keys[0]) if is_node else read.name), read)
        for (is_node, name), read in first.items():
            column = read.columns[1 if is_node else 0]
            where = "" if column is None else f" (column {column + offset})"
            if is_node and name not in self._ids:
                self._findings.unknown("unknown_node", "node", name, path=path, known=self._ids, context=where)
            elif not is_node and name not in NAMES and name not in extra:
                self._refuse_name(name, path=path, extra=extra, where=where)

    def _refuse_name(self, name: str, *, path: str, extra: Collection[str], where: str) -> None:
        if name in self._ids:
            message = f"unknown name {name!r}{where}"
            self._findings.error("unknown_name", message, path=path, hint=f"write nodes.{name}.output")
        else:
            self._findings.unknown("unknown_name", "name", name, path=path, known=self._names.union(extra), context=where)


def is_deferred(node_type: NodeType, place: str) -> bool:
    """Whether what stands at that place of a config, such as `any[0].when`, is evaluated later than the rest."""
    pattern = _INDEX.sub("[]", place)
    return pattern in node_type.deferred or pattern in node_type.deferred_texts


def _strings(value: Any, pattern: str, path: str, *, without: Collection[str]) -> Iterator[tuple[str, str, str]]:
    """(the place as node types write it, `cases[].when`; the JSON path; the string) of every string in a value.

    Arrays and objects at the places `without` are passed over, as templates pass them over.
    """
    if isinstance(value, str):
        yield pattern, path, value
    elif pattern in without:
        return
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _strings(item, f"{pattern}.{key}" if pattern else key, key_path(path, key), without=without)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _strings(item, f"{pattern}[]", f"{path}[{index}]", without=without)

"""Expressions evaluated while they are written, and what there is to write: the names that a node sees, with their values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from treadle.domain.errors import DefinitionError, ExpressionError, Finding
from treadle.domain.expression_frame import kind_of
from treadle.domain.expressions import Expression, Namespace
from treadle.domain.templates import bare_offset, compile_bare, compile_text
from treadle.engine.cuts import Cuts
from treadle.engine.sights import Question, Sight, Sights

SHOWN_NODES = 500
PLACES = {
    "item": "inside of the graph of a for_each",
    "index": "inside of the graph of a for_each, while or repeat",
    "previous": "inside of the graph of a while or repeat",
    "outer": "inside of the graph of a for_each, while or repeat",
    "output": "in `when` and `tokens` of edges",
    "error": "in `when` of edges that leave through error",
}
"""Where the names are that not every expression has."""

_TYPES: Mapping[type, str] = {
    type(None): "null", bool: "boolean", int: "number", float: "number", str: "text", list: "list", dict: "object",
}  # fmt: skip
_GUESS = re.compile(r'did you mean ("[^"]*")\?')


@dataclass(frozen=True, slots=True)
class Mistake:
    """`column` counts from 1 in the text as it was sent."""

    message: str
    column: int | None
    hint: str | None


@dataclass(frozen=True, slots=True)
class Preview:
    """`value` is cut if it is large; `error` says why there is none."""

    value: Any = None
    type: str | None = None
    error: Mistake | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """What a node sees. `nodes` are results by id, of thousands the first; `visit` None: it has not run."""

    scope: str
    visit: str | None
    names: Mapping[str, Any]
    nodes: Mapping[str, Any]
    node_count: int


class Previews:
    def __init__(self, sights: Sights) -> None:
        self._sights = sights

    def preview(self, asked: Question, *, expression: str | None = None, template: str | None = None) -> Preview:
        """The value of one of them as the node would see it. NotFoundError, DefinitionError: about the question itself."""
        if (expression is None) == (template is None):
            raise DefinitionError([Finding("which", "give either expression or template", "expression")])
        sight = self._sights.of(asked)
        try:
            if template is not None:
                value = compile_text(template).render(sight.names)
            else:
                value = _evaluated(expression or "", sight.names)
        except ExpressionError as error:
            return Preview(error=_mistake(error, expression or template or "", asked, sight))
        return Preview(Cuts().cut(value), _TYPES[type(value)])

    def scope(self, asked: Question) -> Scope:
        """NotFoundError, DefinitionError."""
        sight = self._sights.of(asked)
        cuts = Cuts()
        names = {name: cuts.cut(value) for name, value in sight.names.items() if name != "nodes"}
        known = list(sight.nodes.known())
        nodes = {each: {key: cuts.cut(part) for key, part in sight.nodes.get_item(each).items()} for each in known[:SHOWN_NODES]}
        return Scope(sight.scope, sight.visit, names, nodes, len(known))


def _evaluated(text: str, names: Mapping[str, Any]) -> Any:
    """As of a field that holds an expression; an error tells its column in the text."""
    expression = compile_bare(text)
    try:
        value = expression.evaluate(names)
    except ExpressionError as error:
        column = None if error.column is None else error.column + bare_offset(text)
        raise ExpressionError(error.reason, source=text, column=column) from error
    if isinstance(value, Namespace):
        raise ExpressionError(f"this is {kind_of(value)}", source=text)
    return value


def _mistake(error: ExpressionError, text: str, asked: Question, sight: Sight) -> Mistake:
    guess = _GUESS.search(error.reason)
    hint = f"did you mean {guess[1]}?" if guess else _hint(text, asked, sight)
    return Mistake(error.reason, error.column, hint)


def _hint(text: str, asked: Question, sight: Sight) -> str | None:
    """What mends it, where that can be told from what the text reads and what there is to be read."""
    try:
        expressions = _expressions(text)
    except ExpressionError:
        return None
    absent = _first(ref for each in expressions for ref in sorted(each.node_refs) if not sight.nodes.has(ref))
    if absent is not None:
        seen = f"in {asked.execution_id}" if asked.execution_id else "without an execution_id"
        return f"node {absent!r} has no result that is seen here {seen}: give its output in `outputs`"
    unknown = _first(root for each in expressions for root in sorted(each.roots) if root not in sight.names)
    if unknown in PLACES:
        return f"{unknown!r} exists {PLACES[unknown]}; give it in `names` to try"
    return None


def _expressions(text: str) -> tuple[Expression, ...]:
    found = compile_text(text).expressions if "{{" in text else ()
    return found or (compile_bare(text),)


def _first(found: Iterable[str]) -> str | None:
    return next(iter(found), None)

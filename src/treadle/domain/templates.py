"""Configs with expressions in them: `{{ expression }}` inside texts, and the fields that hold a bare expression.

A text that is exactly one `{{ … }}` becomes the expression's value; in any other text values are written as text: a text as
it is, everything else as compact JSON, so null is `null`. A field that the node type defers stays text for the engine.
A reference to a secret, `{"secret": "name"}`, stays as it is for the handler call. Keys of objects are never templates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from treadle.domain.errors import ExpressionError
from treadle.domain.expression_frame import MAX_TEXT, FaultError, size_of
from treadle.domain.expression_syntax import end_of_expression
from treadle.domain.expressions import Expression, compile_expression
from treadle.domain.node_types import NodeType

MAX_CONFIG_DEPTH = 100
MAX_RENDERED = 16 << 20
"""What the values of one config's expressions may weigh together: a character 1, an item of a list or object 8."""

_OPEN, _CLOSE = "{{", "}}"
_SECRET = frozenset({"secret"})
_ITEM_WEIGHT = 8
_FEW = 4
"""So many values cannot be too large together, as each is an input, a result, or something an expression may build."""
_SMALL = frozenset({int, float, bool, type(None)})

Names = Mapping[str, Any]
Evaluate = Callable[[Expression, Names], Any]


class Located(NamedTuple):
    """An expression of a config: the field's path, such as `cases[0].when`, and how far into its text the expression begins."""

    path: str
    expression: Expression
    offset: int = 0


class TextTemplate:
    """One text, compiled. `expressions` in the order they stand, each at its offset in the text; a constant text has none."""

    __slots__ = ("_alone", "_parts", "expressions", "offsets", "source")

    def __init__(self, source: str, parts: tuple[str | Expression, ...], offsets: tuple[int, ...]) -> None:
        self.source = source
        self.offsets = offsets
        self.expressions = tuple(part for part in parts if isinstance(part, Expression))
        self._parts = parts
        self._alone = parts[0] if len(parts) == 1 and isinstance(parts[0], Expression) else None

    @property
    def is_constant(self) -> bool:
        return not self.expressions

    def render(self, names: Names, *, evaluate: Evaluate = Expression.evaluate) -> Any:
        """The value of a lone expression, else the text with the values in their places."""
        if self._alone is not None:
            return self._evaluated(self._alone, names, evaluate)
        length = 0
        pieces = []
        for part in self._parts:
            piece = part if isinstance(part, str) else _as_text(part, self._evaluated(part, names, evaluate))
            length += len(piece)
            if length > MAX_TEXT:
                raise ExpressionError(f"the text has more than {MAX_TEXT:,} characters", source=self.source)
            pieces.append(piece)
        return "".join(pieces)

    def _evaluated(self, expression: Expression, names: Names, evaluate: Evaluate) -> Any:
        try:
            return evaluate(expression, names)
        except ExpressionError as error:
            place = next(place for place, known in enumerate(self.expressions) if known is expression)
            raise _shifted(error, self.source, self.offsets[place]) from error


class Template:
    """A compiled config. `expressions` are its expressions, deferred ones too, with paths such as `cases[0].when`."""

    __slots__ = ("_config", "_render", "_weigh", "expressions")

    def __init__(self, config: Mapping[str, Any], render: Render | None, expressions: tuple[Located, ...]) -> None:
        self._config = config
        self._render = render
        self._weigh = len(expressions) > _FEW
        self.expressions = expressions

    @property
    def is_constant(self) -> bool:
        """Whether every rendering is the same object, made once."""
        return self._render is None

    def render(self, names: Names) -> dict[str, Any]:
        """The config with every expression's value in its place; an ExpressionError begins with the path of its field.

        Parts without expressions are shared between renderings and with the config: they must not be changed.
        """
        if self._render is None:
            return self._config  # type: ignore[return-value]
        return self._render(_Rendering(names, weigh=self._weigh))  # type: ignore[no-any-return]


class _Rendering:
    """One rendering: its names, and how much its values may still weigh."""

    __slots__ = ("left", "names", "weigh")

    def __init__(self, names: Names, *, weigh: bool) -> None:
        self.names = names
        self.weigh = weigh
        self.left = MAX_RENDERED

    def weighed(self, value: Any) -> Any:
        """The value, after its weight is taken off: a large one put in many places ends here, not in memory."""
        if not self.weigh or type(value) in _SMALL:
            return value
        items, characters = size_of(value, most_items=MAX_RENDERED // _ITEM_WEIGHT, most_characters=MAX_RENDERED)
        self.left -= items * _ITEM_WEIGHT + characters
        if self.left < 0:
            raise FaultError(f"the values of this config weigh more than {MAX_RENDERED:,} characters together")
        return value


Render = Callable[[_Rendering], Any]


def compile_template(config: Mapping[str, Any], node_type: NodeType) -> Template:
    """Compile a node's config; ExpressionError begins with the path of the field that cannot be compiled."""
    compiler = _Compiler(node_type)
    kept, render = compiler.object(config, "", "")
    return Template(kept, render, tuple(compiler.found))


@lru_cache(maxsize=4096)
def compile_text(text: str) -> TextTemplate:
    """Compile a single text with `{{ expressions }}` in it."""
    parts: list[str | Expression] = []
    offsets: list[int] = []
    at = 0
    while (opening := text.find(_OPEN, at)) >= 0:
        closing = end_of_expression(text, opening + 2)
        if closing is None:
            # An open bracket or quote hides the end; the expression up to the first one says which.
            closing = text.find(_CLOSE, opening)
        if closing < 0:
            reason = '"{{" without "}}"; {{ "{{" }} stands for the two characters themselves'
            raise ExpressionError(reason, source=text, column=opening + 1)
        if opening > at:
            parts.append(text[at:opening])
        expression, offset = _compiled_between(text, opening + 2, closing)
        parts.append(expression)
        offsets.append(offset)
        at = closing + 2
    if at < len(text) or not parts:
        parts.append(text[at:])
    return TextTemplate(text, tuple(parts), tuple(offsets))


def compile_bare(text: str) -> Expression:
    """Compile a field that holds an expression, with or without `{{ }}` around the whole of it."""
    begin, end = _bare_part(text)
    return _compiled_between(text, begin, end)[0]


def bare_source(text: str) -> str:
    """The expression of such a field, without blanks and `{{ }}` around it."""
    begin, end = _bare_part(text)
    return text[begin:end].strip()


def bare_offset(text: str) -> int:
    """How far into such a field its expression begins."""
    begin, end = _bare_part(text)
    return begin + _blanks(text[begin:end])


def _bare_part(text: str) -> tuple[int, int]:
    begin = _blanks(text)
    end = begin + len(text.strip())
    if text.startswith(_OPEN, begin) and end_of_expression(text[:end], begin + 2) == end - 2:
        return begin + 2, end - 2
    return begin, end


def _blanks(text: str) -> int:
    """The blanks a text begins with."""
    return len(text) - len(text.lstrip())


def _compiled_between(text: str, begin: int, end: int) -> tuple[Expression, int]:
    """The expression in that part of a text, and where it begins; the columns of its errors are those of the whole text."""
    source = text[begin:end]
    offset = begin + _blanks(source)
    try:
        return compile_expression(source.strip()), offset
    except ExpressionError as error:
        raise _shifted(error, text, offset) from error


def _shifted(error: ExpressionError, text: str, offset: int) -> ExpressionError:
    """The error as one of the whole text."""
    column = None if error.column is None else error.column + offset
    return ExpressionError(error.reason, source=text, column=column)


class _Compiler:
    """Walks a config once. `path` says where a value is, `pattern` the same without indexes, as node types write it.

    Each method gives back the value as it is without names, and how to render it, None if that is all there is to it.
    """

    def __init__(self, node_type: NodeType) -> None:
        self.found: list[Located] = []
        self._bare = frozenset(node_type.expressions)
        self._deferred = frozenset(node_type.deferred)
        self._deferred_texts = frozenset(node_type.deferred_texts)
        self._depth = 0

    def value(self, value: Any, path: str, pattern: str) -> tuple[Any, Render | None]:
        if pattern in self._deferred:
            return self._deferred_field(value, path), None
        if pattern in self._deferred_texts and isinstance(value, str):
            self._deferred_text(value, path)
            return value, None
        if isinstance(value, str):
            return value, self._text(value, path, pattern)
        if isinstance(value, Mapping):
            return self.object(value, path, pattern)
        if isinstance(value, list | tuple):
            return self._list(value, path, pattern)
        return value, None

    def object(self, value: Mapping[str, Any], path: str, pattern: str) -> tuple[Mapping[str, Any], Render | None]:
        if value.keys() == _SECRET:
            return value, None
        self._enter(path)
        kept: dict[str, Any] = {}
        renders: list[tuple[str, Render]] = []
        for key, item in value.items():
            kept[key], render = self.value(item, f"{path}.{key}" if path else key, f"{pattern}.{key}" if pattern else key)
            if render is not None:
                renders.append((key, render))
        self._depth -= 1
        if not renders:
            return _same_or(value, kept, all(kept[key] is value[key] for key in value)), None

        def rendered(rendering: _Rendering) -> dict[str, Any]:
            result = kept.copy()
            for key, render in renders:
                result[key] = render(rendering)
            return result

        return kept, rendered

    def _list(self, value: list[Any] | tuple[Any, ...], path: str, pattern: str) -> tuple[Any, Render | None]:
        self._enter(path)
        kept: list[Any] = []
        renders: list[tuple[int, Render]] = []
        for index, item in enumerate(value):
            item_kept, render = self.value(item, f"{path}[{index}]", f"{pattern}[]")
            kept.append(item_kept)
            if render is not None:
                renders.append((index, render))
        self._depth -= 1
        if not renders:
            return _same_or(value, kept, all(one is other for one, other in zip(kept, value, strict=True))), None

        def rendered(rendering: _Rendering) -> list[Any]:
            result = kept.copy()
            for index, render in renders:
                result[index] = render(rendering)
            return result

        return kept, rendered

    def _text(self, text: str, path: str, pattern: str) -> Render | None:
        if pattern in self._bare:
            expression = self._compiled(compile_bare, text, path)
            self.found.append(Located(path, expression, bare_offset(text)))
            return _located(expression.evaluate, path, expression.source)
        if _OPEN not in text:
            return None
        template = self._compiled(compile_text, text, path)
        self._find(path, template)
        return _located(template.render, path, text)

    def _deferred_field(self, value: Any, path: str) -> Any:
        """A deferred text is kept as the bare expression; anything else, such as an inner graph, as it is."""
        if not isinstance(value, str):
            return value
        expression = self._compiled(compile_bare, value, path)
        self.found.append(Located(path, expression, bare_offset(value)))
        return expression.source if _OPEN in value else value

    def _deferred_text(self, text: str, path: str) -> None:
        """Checked now, and filled in by the handler."""
        self._find(path, self._compiled(compile_text, text, path))

    def _find(self, path: str, template: TextTemplate) -> None:
        for expression, offset in zip(template.expressions, template.offsets, strict=True):
            self.found.append(Located(path, expression, offset))

    def _compiled(self, compile_with: Callable[[str], Any], text: str, path: str) -> Any:
        try:
            return compile_with(text)
        except ExpressionError as error:
            raise _at(path, error) from error

    def _enter(self, path: str) -> None:
        self._depth += 1
        if self._depth > MAX_CONFIG_DEPTH:
            reason = f"{path[:100]}: the config is nested deeper than {MAX_CONFIG_DEPTH} levels"
            raise ExpressionError(reason, source="")


def _located(evaluate: Callable[[Names], Any], path: str, source: str) -> Render:
    """The rendering of one field, whose errors begin with its path."""

    def render(rendering: _Rendering) -> Any:
        try:
            return rendering.weighed(evaluate(rendering.names))
        except ExpressionError as error:
            raise _at(path, error) from error
        except FaultError as fault:
            raise ExpressionError(f"{path}: {fault}", source=source) from None

    return render


def _at(path: str, error: ExpressionError) -> ExpressionError:
    return ExpressionError(f"{path}: {error.reason}", source=error.source, column=error.column)


def _as_text(expression: Expression, value: Any) -> str:
    if type(value) is str:
        return value
    try:
        if type(value) in (list, dict):
            size_of(value)
        return orjson.dumps(value).decode("utf-8")
    except (FaultError, TypeError) as error:
        raise ExpressionError(str(error), source=expression.source) from None


def _same_or(value: Any, kept: Any, same: bool) -> Any:
    """The original where nothing in it changed, so that a config without expressions stays the object it was."""
    return value if same else kept

"""What the node types that go through lists share: their items, an expression for each of them, and the size of what they give.

All evaluations of one attempt share a budget of steps and of memory, so a list of 100,000 items is fine and a loop in a loop ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NoReturn

from treadle.activities.handler import refuse_config
from treadle.domain.activity import Context
from treadle.domain.errors import ExpressionError, Fatal
from treadle.domain.expression_conversions import str_
from treadle.domain.expression_frame import FaultError, Frame, kind_of, size_of
from treadle.domain.expressions import Budget, Expression, Namespace
from treadle.domain.templates import Names, TextTemplate, compile_bare
from treadle.domain.values import RESULT_LIMIT

STEPS = 10_000_000
"""What the expressions of one attempt may do together."""
MOST_KEPT = 16 << 20
"""What their values may weigh together while the handler works: a character 1, an item of a list or object 8."""
MOST_ITEMS = RESULT_LIMIT // 2
"""A list of more items has more bytes than a result may have: each has a character and a comma."""

ITEM_NAMES = ("item", "index")
ITEMS: Mapping[str, Any] = {
    "title": "Items",
    "description": "The list: an expression such as `nodes.fetch.output.rows`, or a list.",
    "type": ["string", "array"],
    "format": "expression",
}

_WEIGHT = 8
_LIGHT = frozenset({int, float, bool, type(None)})


def items_of(config: Mapping[str, Any], field: str = "items") -> list[Any]:
    """The list under that field; Fatal that says what is there instead."""
    value = config[field]
    if not isinstance(value, list):
        refuse_config(field, f"must be a list, not {kind_of(value)}")
    return value


def refuse_data(place: str, reason: str) -> NoReturn:
    """Fail the activity because of the data it was given, at a place such as `items[3].price`."""
    raise Fatal(f"{place}: {reason}", type="data")


def storable(output: Any) -> Any:
    """The output, refused here rather than on the worker's loop if it is far too large to be kept."""
    try:
        size_of(output, most_items=MOST_ITEMS, most_characters=RESULT_LIMIT)
    except FaultError as fault:
        raise Fatal(f"the output is too large: {fault}", type="result_too_large") from None
    return output


def asked(place: str, function: Callable[..., Any], *arguments: Any) -> Any:
    """What a function of the expression language gives; its refusal is that of the data at `place`."""
    frame = Frame({}, 0)
    frame.steps = STEPS
    try:
        return function(frame, *arguments)
    except FaultError as fault:
        refuse_data(place, str(fault))


def text_of(value: Any, place: str) -> str:
    """The value as the language's `str` writes it."""
    return value if isinstance(value, str) else str(asked(place, str_, value))


class ItemExpressions:
    """Evaluates the deferred fields of one attempt; errors name the item and the field."""

    def __init__(self, ctx: Context, *, place: str = "items") -> None:
        self._ctx = ctx
        self._place = place
        self._names = _ItemNames(ctx.lookup)
        self._budget = Budget(STEPS)
        self._left = MOST_KEPT

    def values(self, field: str, source: Any, items: Sequence[Any]) -> Iterator[Any]:
        """The value for each item in turn. A field that holds no text stands for itself."""
        if not isinstance(source, str):
            yield from (source for _ in items)
            return
        try:
            expression = compile_bare(source)
        except ExpressionError as error:
            refuse_config(field, str(error))
        for index, item in enumerate(items):
            yield self._weighed(self._evaluated(field, expression, item, index), field, index)

    def texts(self, field: str, template: TextTemplate, items: Sequence[Any]) -> Iterator[Any]:
        """The template filled in for each item in turn."""
        for index, item in enumerate(items):
            try:
                yield self._weighed(self.filled(template, self._at(item, index)), field, index)
            except ExpressionError as error:
                raise self._failure(field, index, error) from error

    def filled(self, template: TextTemplate, names: Names) -> Any:
        return template.render(names, evaluate=self._within_budget)

    def _evaluated(self, field: str, expression: Expression, item: Any, index: int) -> Any:
        try:
            return expression.evaluate_within(self._budget, self._at(item, index))
        except ExpressionError as error:
            raise self._failure(field, index, error) from error

    def _within_budget(self, expression: Expression, names: Names) -> Any:
        return expression.evaluate_within(self._budget, names)

    def _at(self, item: Any, index: int) -> Names:
        if self._ctx.cancelled:
            raise Fatal("the result is not wanted any more", type="cancelled")
        self._names["item"] = item
        self._names["index"] = index
        return self._names

    def _weighed(self, value: Any, field: str, index: int) -> Any:
        kind = type(value)
        if kind in _LIGHT:
            return value
        if kind is str:
            self._left -= len(value)
        else:
            items, characters = size_of(value, most_items=MOST_KEPT // _WEIGHT, most_characters=MOST_KEPT)
            self._left -= items * _WEIGHT + characters
        if self._left < 0:
            reason = f"config.{field}: the values of all items weigh more than {MOST_KEPT:,} characters together"
            refuse_data(f"{self._place}[{index}]", reason)
        return value

    def _failure(self, field: str, index: int, error: ExpressionError) -> Fatal:
        return Fatal(f"{self._place}[{index}]: config.{field}: {error}", type="expression_error")


class _ItemNames(dict[str, Any]):
    """The names around the node, each computed once, and those of the item, which come before them."""

    def __init__(self, around: Mapping[str, Any]) -> None:
        super().__init__()
        self._around = around

    def __missing__(self, name: str) -> Any:
        value = self._around[name]
        self[name] = value = _Remembered(value) if isinstance(value, Namespace) else value
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys((*ITEM_NAMES, *self._around)))


class _Remembered(Namespace):
    """A namespace that looks each key up once."""

    def __init__(self, namespace: Namespace) -> None:
        self._namespace = namespace
        self._found: dict[str, Any] = {}

    def get_item(self, key: str) -> Any:
        if key not in self._found:
            self._found[key] = self._namespace.get_item(key)
        return self._found[key]

    def known(self) -> Iterator[str]:
        return iter(self._namespace.known())

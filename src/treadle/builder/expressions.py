"""Values that exist only while a workflow runs, written as Python: operators and f-strings on them become expressions.

`order.output.total > 100` is the expression `nodes.order.output.total > 100`; in an f-string or a config it stands between
`{{` and `}}`. What Python evaluates by itself (`and`, `if`, `in`, `for`) cannot become one and says so.
"""

from __future__ import annotations

import json
import keyword
import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, NoReturn

from treadle.builder.errors import BuilderError, NotWritableError, UndecidedError
from treadle.domain import expressions as language
from treadle.domain.errors import ExpressionError
from treadle.domain.expression_functions import FUNCTIONS

_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
CONDITION, OR, AND, NOT, COMPARE, SUM, PRODUCT, SIGN, ATOM = range(9)
"""How tightly an expression holds together; a looser one goes into brackets inside of a tighter one."""


class Expr:
    """An expression. `str()` of it is a template, `source` the bare text.

    An attribute is a key of the value: `order.output.total`; `order.output["my key"]` where the key is no name or is one of
    Python's own, and `[0]`, `[1:3]` as for lists. `==` compares while the workflow runs, so an Expr cannot be a key of a dict.
    """

    __slots__ = ("_binding", "_source")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, source: str, binding: int = ATOM) -> None:
        self._source = source
        self._binding = binding

    def __getattr__(self, key: str) -> Expr:
        if key.startswith("__"):
            raise AttributeError(key)
        return Expr(f"{_within(self, ATOM)}.{key}")

    def __getitem__(self, key: str | int | Expr | slice) -> Expr:
        if isinstance(key, slice):
            if key.step is not None:
                raise NotWritableError("a slice has no step in an expression; leave it out")
            shown = f"{_part(key.start)}:{_part(key.stop)}"
        elif isinstance(key, str) and _KEY.fullmatch(key):
            return Expr(f"{_within(self, ATOM)}.{key}")
        else:
            shown = source_of(key)
        return Expr(f"{_within(self, ATOM)}[{shown}]")

    def __str__(self) -> str:
        return "{{ " + self._source + " }}"

    def __format__(self, spec: str) -> str:
        if spec:
            mend = "use a function in its place, such as fn.format_number(x, 2) or fn.round(x, 2)"
            raise NotWritableError(f"the format {spec!r} of `{self._source}` cannot be kept for the run; {mend}")
        return str(self)

    def __repr__(self) -> str:
        return f"<Expr {self._source}>"

    def __bool__(self) -> NoReturn:
        raise UndecidedError(self._source)

    def __len__(self) -> NoReturn:
        raise NotWritableError(f"`{self._source}` has no length until the workflow runs; write fn.len(…)")

    def __iter__(self) -> Iterator[Any]:
        mend = 'write flow.for_each(…), or expr("[f(x) for x in …]")'
        raise NotWritableError(f"`{self._source}` has no elements until the workflow runs; {mend}")

    def __contains__(self, item: object) -> bool:
        raise UndecidedError(self._source)

    def __int__(self) -> NoReturn:
        raise NotWritableError(f"`{self._source}` is no number until the workflow runs; write fn.int(…)")

    def __float__(self) -> NoReturn:
        raise NotWritableError(f"`{self._source}` is no number until the workflow runs; write fn.float(…)")

    def __call__(self, *_: object, **__: object) -> NoReturn:
        raise NotWritableError(f"`{self._source}` is a value and has no methods; functions are in fn, such as fn.upper(x)")

    def __eq__(self, other: object) -> Expr:  # type: ignore[override]
        return _binary(self, "==", other, COMPARE)

    def __ne__(self, other: object) -> Expr:  # type: ignore[override]
        return _binary(self, "!=", other, COMPARE)

    def __lt__(self, other: object) -> Expr:
        return _binary(self, "<", other, COMPARE)

    def __le__(self, other: object) -> Expr:
        return _binary(self, "<=", other, COMPARE)

    def __gt__(self, other: object) -> Expr:
        return _binary(self, ">", other, COMPARE)

    def __ge__(self, other: object) -> Expr:
        return _binary(self, ">=", other, COMPARE)

    def __add__(self, other: object) -> Expr:
        return _binary(self, "+", other, SUM)

    def __radd__(self, other: object) -> Expr:
        return _binary(other, "+", self, SUM)

    def __sub__(self, other: object) -> Expr:
        return _binary(self, "-", other, SUM)

    def __rsub__(self, other: object) -> Expr:
        return _binary(other, "-", self, SUM)

    def __mul__(self, other: object) -> Expr:
        return _binary(self, "*", other, PRODUCT)

    def __rmul__(self, other: object) -> Expr:
        return _binary(other, "*", self, PRODUCT)

    def __truediv__(self, other: object) -> Expr:
        return _binary(self, "/", other, PRODUCT)

    def __rtruediv__(self, other: object) -> Expr:
        return _binary(other, "/", self, PRODUCT)

    def __floordiv__(self, other: object) -> Expr:
        return _binary(self, "//", other, PRODUCT)

    def __rfloordiv__(self, other: object) -> Expr:
        return _binary(other, "//", self, PRODUCT)

    def __mod__(self, other: object) -> Expr:
        return _binary(self, "%", other, PRODUCT)

    def __rmod__(self, other: object) -> Expr:
        return _binary(other, "%", self, PRODUCT)

    def __and__(self, other: object) -> Expr:
        return _logical(self, "and", other, AND)

    def __rand__(self, other: object) -> Expr:
        return _logical(other, "and", self, AND)

    def __or__(self, other: object) -> Expr:
        return _logical(self, "or", other, OR)

    def __ror__(self, other: object) -> Expr:
        return _logical(other, "or", self, OR)

    def __invert__(self) -> Expr:
        return Expr(f"not {_within(self, NOT)}", NOT)

    def __neg__(self) -> Expr:
        return Expr(f"-{_within(self, SIGN)}", SIGN)


def expr(source: str) -> Expr:
    """An expression written as text, for what Python cannot say, such as comprehensions. BuilderError if it is none."""
    try:
        language.compile_expression(source)
    except ExpressionError as error:
        raise BuilderError(f"not an expression: {error}: {source}") from error
    return Expr(source, CONDITION)


def choose(condition: object, then: object, otherwise: object) -> Expr:
    """`then if condition else otherwise`; only the one that is chosen is computed."""
    parts = (_within(then, OR), _within(condition, OR), _within(otherwise, CONDITION))
    return Expr("{} if {} else {}".format(*parts), CONDITION)


def is_in(item: object, container: object) -> Expr:
    """`item in container`: an element of a list, a key of an object, a part of a text."""
    return _binary(item, "in", container, COMPARE)


class Functions:
    """The functions of the expression language as attributes: `fn.upper(order.output.name)`. docs/expressions.md lists them."""

    def __getattr__(self, name: str) -> Function:
        name = name.removesuffix("_") if keyword.iskeyword(name.removesuffix("_")) else name
        if name not in FUNCTIONS:
            near = get_close_matches(name, FUNCTIONS, n=1)
            raise AttributeError(f"expressions have no function {name!r}" + (f"; did you mean fn.{near[0]}?" if near else ""))
        return Function(name)

    def __dir__(self) -> list[str]:
        return sorted(FUNCTIONS)


class Function:
    """One function of the expression language; calling it makes an expression."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, *arguments: object) -> Expr:
        known = FUNCTIONS[self.name]
        if len(arguments) < known.least or (known.most is not None and len(arguments) > known.most):
            raise BuilderError(f"fn.{self.name} is called as {known.signature}, not with {len(arguments)} arguments")
        return Expr(f"{self.name}({', '.join(source_of(each) for each in arguments)})")


fn = Functions()


def source_of(value: object) -> str:
    """A value as the text of an expression: an Expr as it is, anything else as the literal of it. NotWritableError."""
    if isinstance(value, Expr):
        return value._source
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_literal(_key(key))}: {source_of(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(source_of(each) for each in value) + "]"
    return _literal(value)


def config_of(value: Any) -> Any:
    """A config as JSON with templates in the place of expressions. NotWritableError."""
    if isinstance(value, Expr):
        return str(value)
    if isinstance(value, Mapping):
        return {_key(key): config_of(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [config_of(each) for each in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise NotWritableError(f"{type(value).__name__} has no form in JSON: {value!r}")


def _key(key: object) -> str:
    if isinstance(key, str):
        return key
    raise NotWritableError(f"the keys of an object are texts, not {key!r}")


def _literal(value: object) -> str:
    if isinstance(value, str) and "{{" in value:
        mend = "an f-string is a template already; inside of an expression add texts up: \"order \" + fn.str(x)"
        raise NotWritableError(f"the text {value!r} stands inside of an expression, where {{{{ }}}} has no meaning; {mend}")
    if value is None or isinstance(value, bool | int | float | str):
        try:
            return json.dumps(value, allow_nan=False, ensure_ascii=False)
        except ValueError as error:
            raise NotWritableError(f"{value!r} has no form in an expression") from error
    raise NotWritableError(f"{type(value).__name__} has no form in an expression: {value!r}")


def _part(bound: object) -> str:
    return "" if bound is None else source_of(bound)


def _within(value: object, binding: int) -> str:
    """The text of an operand, in brackets where it would fall apart."""
    if isinstance(value, Expr) and value._binding < binding:
        return f"({value._source})"
    if not isinstance(value, Expr) and isinstance(value, int | float) and value < 0 and binding > SUM:
        return f"({source_of(value)})"
    return source_of(value)


def _binary(left: object, sign: str, right: object, binding: int) -> Expr:
    """Operators of one strength are applied from the left, so the right operand must hold tighter; comparisons never chain."""
    looser = binding + 1 if binding == COMPARE else binding
    return Expr(f"{_within(left, looser)} {sign} {_within(right, binding + 1)}", binding)


def _logical(left: object, word: str, right: object, binding: int) -> Expr:
    for side in (left, right):
        if isinstance(side, int | float) and not isinstance(side, bool):
            sign = "&" if word == "and" else "|"
            raise BuilderError(f"`{sign}` binds tighter than a comparison in Python: write (a > 1) {sign} (b < 2) with brackets")
    return Expr(f"{_within(left, binding)} {word} {_within(right, binding + 1)}", binding)

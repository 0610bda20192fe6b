"""Whatever is written with operators on Exprs means what Python means by it: random formulas, computed both ways."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from treadle.builder import Expr, choose
from treadle.domain.expressions import compile_expression

NUMBERS = {"a": 3, "b": -2, "c": 7, "d": 1}
Formula = Callable[[Any], Any]


def _two(make: Callable[[Any, Any], Any]) -> Callable[[Formula, Formula], Formula]:
    return lambda left, right: lambda names: make(left(names), right(names))


BINARY = [
    _two(lambda x, y: x + y),
    _two(lambda x, y: x - y),
    _two(lambda x, y: x * y),
    _two(lambda x, y: x // y),
    _two(lambda x, y: x % y),
]
LEAVES = st.one_of(
    st.sampled_from(sorted(NUMBERS)).map(lambda name: lambda names: getattr(names, name)),
    st.integers(-9, 9).map(lambda number: lambda names: number),
)
FORMULAS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(lambda make, x, y: make(x, y), st.sampled_from(BINARY), inner, inner),
        inner.map(lambda formula: lambda names: -formula(names)),
    ),
    max_leaves=12,
)


class Numbers:
    def __init__(self) -> None:
        self.__dict__.update(NUMBERS)


@given(FORMULAS, FORMULAS)
def test_a_formula_means_what_python_means_by_it(one: Formula, other: Formula) -> None:
    try:
        plain = (one(Numbers()), other(Numbers()))
    except ZeroDivisionError:
        return
    # Twelve factors of at most 9, and differences of them: no step on the way leaves 64 bits.
    written = choose(Expr("true") & (_asked(one) < _asked(other)), _asked(one), _asked(other))

    assert compile_expression(str(written)[3:-3]).evaluate({"input": NUMBERS}) == min(plain)


def _asked(formula: Formula) -> Any:
    value = formula(Expr("input"))
    return value if isinstance(value, Expr) else Expr(f"({value})")

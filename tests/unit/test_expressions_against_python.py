"""The same text, evaluated here and by Python: valid expressions have the same value, and what Python refuses is refused.

Left out, as `docs/expressions.md` says: booleans are no numbers, `str` writes JSON, lists have no order, there is no `x.y`
on Python's side, and a text cannot be gone through.
"""

from __future__ import annotations

import base64
import hashlib
import html
import math
import os
import statistics
import urllib.parse
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from treadle.domain.errors import ExpressionError
from treadle.domain.expressions import compile_expression

NAMES: dict[str, Any] = {
    "a": 7,
    "b": -3,
    "f": 2.5,
    "s": "héllo",
    "t": "lo",
    "xs": [5, 3, 8, 3],
    "ts": ["b", "a", "c"],
    "o": {"k": 4, "m": "x"},
    "yes": True,
    "big": 2**62,
}
BEYOND_LIMITS = ("64 bits", "not a finite", "would build", "more work", "the value has more")
PYTHON: dict[str, Any] = {
    **{f.__name__: f for f in (len, int, float, bool, round, abs, min, max, sum, any, all, sorted)},
    "range": lambda *ends: list(range(*ends)),
    "reversed": lambda items: list(reversed(items)),
    "upper": str.upper,
    "replace": str.replace,
    "split": str.split,
    "join": lambda texts, separator: separator.join(texts),
    "starts_with": str.startswith,
    "strip": str.strip,
    "flatten": lambda lists: [item for inner in lists for item in inner],
    "str": repr,
    "lower": str.lower,
    "ends_with": str.endswith,
    "remove_prefix": str.removeprefix,
    "remove_suffix": str.removesuffix,
    "before": lambda text, mark: text.partition(mark)[0],
    "after": lambda text, mark: text.partition(mark)[2],
    "pad_start": str.rjust,
    "pad_end": str.ljust,
    "count": lambda container, item: container.count(item),
    "index_of": lambda items, item: items.index(item) if item in items else None,
    "contains": lambda container, item: item in container,
    "zip": lambda *lists: [list(row) for row in zip(*lists, strict=False)],
    "enumerate": lambda items, start=0: [list(pair) for pair in enumerate(items, start)],
    "items": lambda o: [list(pair) for pair in o.items()],
    "values": lambda o: list(o.values()),
    "chunk": lambda items, size: [items[at : at + size] for at in range(0, len(items), size)] if size > 0 else 1 // 0,
    "floor": math.floor,
    "ceil": math.ceil,
    "median": statistics.median,
    "unique": lambda items: list(dict.fromkeys(items)),
    "intersection": lambda items, others: [item for item in items if item in others],
    "difference": lambda items, others: [item for item in items if item not in others],
    "coalesce": lambda *values: next((value for value in values if value is not None), None),
    "base64_encode": lambda text: base64.b64encode(text.encode()).decode(),
    "escape_html": html.escape,
    "url_encode": lambda text: urllib.parse.quote(text, safe=""),
    "hash": lambda text: hashlib.sha256(text.encode()).hexdigest(),
    "keys": list,
    "null": None,
    "true": True,
    "false": False,
}
Text = st.SearchStrategy[str]


def _level(inner: dict[str, Text] | None) -> dict[str, Text]:
    """Strategies for the sources of numbers, texts, conditions and lists, made of those of the level below."""
    numbers = st.sampled_from(["a", "b", "f", "big", "xs[1]", 'o["k"]', "0", "1", "2.0", "9223372036854775807", "1e300", "0.1"])
    texts = st.sampled_from(["s", "t", "ts[0]", 'o["m"]', "''", '"x"', "'é\\n'"])
    conditions = st.sampled_from(["yes", "true", "False", "not yes"])
    lists = st.sampled_from(["xs", "[]", "[1, 2.5]", "range(4)"])
    if inner is None:
        return {"number": numbers, "text": texts, "condition": conditions, "list": lists}
    small = st.integers(-4, 5).map(str)
    number, text, condition, items = inner["number"], inner["text"], inner["condition"], inner["list"]

    def form(pattern: str, **parts: Text) -> Text:
        return st.fixed_dictionaries(parts).map(lambda chosen: pattern.format(**chosen))

    n, c, x, t = {"n": number}, {"c": condition}, {"x": items}, {"t": text}
    return {
        "number": st.one_of(
            numbers,
            form("({n} {op} {m})", **n, m=number, op=st.sampled_from(["+", "-", "*", "/", "//", "%"])),
            form("{n} + {m} * {k}", **n, m=number, k=number),
            form("-{n}", n=numbers),
            form("({n} if {c} else {m})", **n, **c, m=number),
            form("{f}({x})", **x, f=st.sampled_from(["sum", "min", "max", "len"])),
            form("{f}({n}, {m})", **n, m=number, f=st.sampled_from(["min", "max"])),
            form("{f}({n})", **n, f=st.sampled_from(["abs", "int", "float", "round"])),
            form("round({n}, {k})", **n, k=small),
            form("{x}[{k}]", **x, k=small),
            form("len({t})", **t),
            form("({n} or {m})", **n, m=number),
            form("({x})", x=_flat(numbers, ["+", "-", "*", "/", "//", "%", "or", "and"])),
            form("({x} if {y} else {z})", x=_flat(numbers, ["+", "*"]), y=_conditions(numbers), z=_flat(numbers, ["-", "//"])),
            form("{f}({n})", **n, f=st.sampled_from(["floor", "ceil"])),
            form("float(median({x}))", **x),
            form("count({x}, {n})", **x, **n),
            form("count({t}, {u})", **t, u=st.sampled_from(["t", "'l'", "'x'"])),
            form("coalesce(index_of({x}, {n}), {m})", **x, **n, m=number),
            form("({n} and {m})", **n, m=number),
        ),
        "text": st.one_of(
            texts,
            form("({t} + {u})", **t, u=text),
            form("({t} * {k})", **t, k=small),
            form("{t}[{i}:{j}]", t=texts, i=small, j=small),
            form("upper({t})", **t),
            form("strip({t})", **t),
            form("lower({t})", **t),
            form("{f}({t}, {u})", **t, u=texts, f=st.sampled_from(["remove_prefix", "remove_suffix"])),
            form("{f}({t}, {u})", **t, u=st.sampled_from(["t", "'l'"]), f=st.sampled_from(["before", "after"])),
            form("{f}({t}, {k}, {u})", **t, k=small, u=st.sampled_from(["'.'", "'é'"]), f=st.sampled_from(["pad_start", "pad_end"])),
            form("{f}({t})", **t, f=st.sampled_from(["base64_encode", "escape_html", "url_encode", "hash"])),
            form("{t}[{i}:{j}:{k}]", **t, i=small, j=small, k=small),
            form("{t}[{i}]", **t, i=small),
            form("join([{t} for k, v in items(o) if k in {u}], {t})", **t, u=text),
            form("replace({t}, 'l', {u})", **t, u=text),
            form("join(split({t}, 'l'), {u})", **t, u=text),
            form("({t} if {c} else {u})", **t, **c, u=text),
        ),
        "condition": st.one_of(
            conditions,
            form("({n} {op} {m})", **n, m=number, op=st.sampled_from(["<", "<=", ">", ">=", "==", "!="])),
            form("({n} < {m} <= {k})", **n, m=number, k=number),
            form("({t} {op} {u})", **t, u=text, op=st.sampled_from(["<", ">=", "==", "!=", "in", "not in"])),
            form("({n} {op} {x})", **n, **x, op=st.sampled_from(["in", "not in"])),
            form("({x} == {y})", **x, y=items),
            form("(not {c})", **c),
            form("({c} and {d})", **c, d=condition),
            form("({c} or {d})", **c, d=condition),
            form("{f}([i > {n} for i in {x}])", **n, **x, f=st.sampled_from(["any", "all"])),
            form("bool({x})", **x),
            form("starts_with({t}, {u})", **t, u=text),
            form("({t} in o)", **t),
            form("({x})", x=_conditions(numbers)),
            form("ends_with({t}, {u})", **t, u=text),
            form("contains({x}, {n})", **x, **n),
            form("({t} < {u} <= {v})", **t, u=text, v=text),
        ),
        "list": st.one_of(
            lists,
            form("({x} + {y})", **x, y=items),
            form("({x} * {k})", **x, k=small),
            form("{x}[{i}:{j}:{k}]", **x, i=small, j=small, k=small),
            form("[{n}, {m}]", **n, m=number),
            form("[i * {n} for i in {x} if {c}]", **n, **x, **c),
            form("[i + j for i, j in [[1, {n}], [{m}, 2]]]", **n, m=number),
            form("{f}({x})", **x, f=st.sampled_from(["sorted", "reversed"])),
            form("flatten([{x}, {y}])", **x, y=items),
            form("range({i}, {j}, {k})", i=small, j=small, k=small),
            form("flatten(zip({x}, {y}))", **x, y=items),
            form("flatten(enumerate({x}, {k}))", **x, k=small),
            form("flatten(chunk({x}, {k}))", **x, k=small),
            form("{f}({x}, {y})", **x, y=items, f=st.sampled_from(["intersection", "difference"])),
            form("unique({x})", **x),
            form("[i - j for i, j in zip({x}, {y}) if i > j if {c}]", **x, y=items, **c),
            form("[v for k, v in items({{str(i): i for i in range({k})}})]", k=st.integers(0, 9).map(str)),
            form("[[j for j in {x} if j == i] for i in {y}][{i}:{j}] and {x}", **x, y=items, i=small, j=small),
        ),
    }


def _flat(atoms: Text, operators: list[str]) -> Text:
    """Operands and operators in a row without brackets, some with a sign: what binds tighter is for the parsers to say."""
    pieces = st.tuples(st.sampled_from(operators), st.sampled_from(["", "", "-", "- -"]), atoms).map(" ".join)
    return st.tuples(atoms, st.lists(pieces, min_size=1, max_size=4).map(" ".join)).map(" ".join)


def _conditions(atoms: Text) -> Text:
    """Comparisons in a row, with `not`, `and`, `or` and no brackets."""
    compared = st.tuples(
        st.sampled_from(["", "", "not", "not not"]), _flat(atoms, ["+", "*", "-"]), _flat(atoms, ["<", "<=", "==", "!=", ">"])
    ).map(lambda parts: f"{parts[0]} {parts[1]} < {parts[2]}")
    more = st.tuples(st.sampled_from(["and", "or"]), compared).map(" ".join)
    return st.tuples(compared, st.lists(more, max_size=3).map(" ".join)).map(" ".join)


def _object(parts: tuple[str, str, str]) -> str:
    text, items, condition = parts
    return f'{{"a": {text}, {text}: {items}, "c": [{condition}], "d": {{upper({text}): i for i in {items}[:2]}}}}'


_LEVELS = _level(_level(_level(None)))
SOURCES = st.one_of(
    *_LEVELS.values(), st.tuples(_LEVELS["text"], _LEVELS["list"], _LEVELS["condition"]).map(_object)
)


def by_python(source: str) -> Any:
    try:
        return eval(source, {"__builtins__": {}, **PYTHON, **NAMES})
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        return error


@settings(
    max_examples=int(os.environ.get("TREADLE_DIFFERENTIAL_EXPRESSIONS", "1500")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(SOURCES)
def test_a_valid_expression_has_the_value_that_python_gives_it(source: str) -> None:
    expected = by_python(source)

    value = here(source)

    if isinstance(value, ExpressionError):
        assert isinstance(expected, Exception) or any(words in value.reason for words in BEYOND_LIMITS), source
    else:
        assert repr(value) == repr(expected), source


def here(source: str) -> Any:
    try:
        return compile_expression(source).evaluate(NAMES)
    except ExpressionError as error:
        return error

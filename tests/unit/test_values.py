"""Values as they are stored and read: what the text is, and what can never be stored, with its place."""

from __future__ import annotations

import json
import math
import uuid
from collections import Counter, OrderedDict, UserDict, defaultdict, deque, namedtuple
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from fractions import Fraction
from types import MappingProxyType, SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from treadle.domain.errors import LimitExceededError, UnstorableValueError
from treadle.domain.values import MAX_DEPTH, RESULT_LIMIT, decode, encode, parse_body, plain


class Text(str):
    __slots__ = ()

    def __str__(self) -> str:
        return "another"


class Whole(int):
    def __int__(self) -> int:
        return 666

    def __index__(self) -> int:
        return 666


class Fraction2(float):
    def __float__(self) -> float:
        return 666.0


class Rows(list[Any]):
    def __iter__(self) -> Any:
        raise RuntimeError


class Lines(dict[str, Any]):
    def items(self) -> Any:
        raise RuntimeError


class Level(IntEnum):
    LOW = 1


class Colour(StrEnum):
    RED = "red"


class Shape(Enum):
    ROUND = "round"
    NOTHING = float("nan")


@dataclass
class Point:
    x: int = 1


class Model(BaseModel):
    x: int = 1


Pair = namedtuple("Pair", "a b")


def nested(levels: int, inside: object = 1) -> object:
    for _ in range(levels):
        inside = [inside]
    return inside


def cyclic_list() -> list[Any]:
    value: list[Any] = [1]
    value.append(value)
    return value


def cyclic_object() -> dict[str, Any]:
    value: dict[str, Any] = {}
    value["a"] = {"b": [value]}
    return value


def stored(value: object) -> str:
    return encode(value, limit=RESULT_LIMIT, name="result")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (0, "0"),
        (2**63 - 1, "9223372036854775807"),
        (-(2**63), "-9223372036854775808"),
        (2**53, "9007199254740992"),
        (1.5, "1.5"),
        (-0.0, "-0.0"),
        ("", '""'),
        ("a\n\"\\", '"a\\n\\"\\\\"'),
        ("\x7f\u2028", '"\x7f\\u2028"'),
        ("é", '"\\u00e9"'),
        ("𝄞x€", '"\\ud834\\udd1ex\\u20ac"'),
        ({"ключ": ["é"]}, '{"\\u043a\\u043b\\u044e\\u0447":["\\u00e9"]}'),
        ("\\u0000", '"\\\\u0000"'),
        ("null", '"null"'),
        ([1, [], {}, None], "[1,[],{},null]"),
        ((1, (2,)), "[1,[2]]"),
        ({"b": 1, "a": {"": None}}, '{"b":1,"a":{"":null}}'),
        (Text("own"), '"own"'),
        ({Text("key"): Text("own")}, '{"key":"own"}'),
        (Whole(5), "5"),
        (Fraction2(1.5), "1.5"),
        (Rows([1, 2]), "[1,2]"),
        (Lines(a=1), '{"a":1}'),
        (OrderedDict(b=1, a=2), '{"b":1,"a":2}'),
        (defaultdict(list, a=[1]), '{"a":[1]}'),
        (Counter("aab"), '{"a":2,"b":1}'),
        (Pair(1, "x"), '[1,"x"]'),
        (Level.LOW, "1"),
        (Colour.RED, '"red"'),
        ({Colour.RED: Level.LOW}, '{"red":1}'),
        ([Shape.ROUND, None], '["round",null]'),
        (uuid.UUID(int=5), '"00000000-0000-0000-0000-000000000005"'),
        ([uuid.UUID(int=5), Text("own")], '["00000000-0000-0000-0000-000000000005","own"]'),
        ([[1, 2], [1, 2]], "[[1,2],[1,2]]"),
    ],
)
def test_a_value_is_stored_as_this_text(value: object, text: str) -> None:
    result = stored(value)

    assert result == text
    assert result.isascii()
    assert decode(result) == json.loads(text)


@pytest.mark.parametrize(
    ("value", "path", "reason"),
    [
        (float("nan"), "$", "is nan"),
        (float("inf"), "$", "is inf"),
        (-math.inf, "$", "is -inf"),
        ([1, float("nan")], "$[1]", "is nan"),
        ({"a": None, "b": {"c": [0.5, float("nan")]}}, "$.b.c[1]", "is nan"),
        ({"null": float("inf")}, "$.null", "is inf"),
        ((1.0, (float("nan"),)), "$[1][0]", "is nan"),
        ([float("nan"), Text("x")], "$[0]", "is nan"),
        (1e308 * 10, "$", "is inf"),
        (Fraction2("nan"), "$", "is nan"),
        ([Shape.NOTHING], "$[0]", "is nan"),
        ("a\0b", "$", "NUL character"),
        ("\0", "$", "NUL character"),
        ({"a": ["x", "\0"]}, "$.a[1]", "NUL character"),
        ({"a\0": 1}, '$["a\\u0000"]', "NUL character"),
        (["\\u0000", "\0"], "$[1]", "NUL character"),
        (Text("\0"), "$", "NUL character"),
        ("\ud800", "$", "half of a surrogate pair"),
        ("ab\udc00cd", "$", "half of a surrogate pair"),
        ("\ud83d\ude00", "$", "half of a surrogate pair"),
        ({"items": [{"price": "\ud800"}]}, "$.items[0].price", "half of a surrogate pair"),
        ({"\ud800": 1}, '$["\\ud800"]', "half of a surrogate pair"),
        ([None, "\ud800"], "$[1]", "half of a surrogate pair"),
        (2**63, "$", "beyond 64 bits"),
        (-(2**63) - 1, "$", "beyond 64 bits"),
        (2**64 - 1, "$", "beyond 64 bits"),
        (10**5_000, "$", "beyond 64 bits"),
        (-(10**5_000), "$", "beyond 64 bits"),
        ([1, {"n": 2**70}], "$[1].n", "beyond 64 bits"),
        (Whole(2**64), "$", "beyond 64 bits"),
        ({1: "a"}, "$", "a key of type int"),
        ({None: 1}, "$", "a key of type NoneType"),
        ({True: 1}, "$", "a key of type bool"),
        ({1.5: 1}, "$", "a key of type float"),
        ({("a",): 1}, "$", "a key of type tuple"),
        ({b"a": 1}, "$", "a key of type bytes"),
        ({"a": [{2: 1}]}, "$.a[0]", "a key of type int"),
        ({Level.LOW: 1}, "$", "a key of type Level"),
        (b"bytes", "$", "is of type bytes,"),
        (bytearray(b"x"), "$", "is of type bytearray,"),
        (memoryview(b"x"), "$", "is of type memoryview,"),
        ({1, 2}, "$", "is of type set,"),
        (frozenset(), "$", "is of type frozenset,"),
        ([{"a": {1}}], "$[0].a", "is of type set,"),
        (datetime(2026, 1, 1, tzinfo=UTC), "$", "is of type datetime,"),
        ([date(2026, 1, 1)], "$[0]", "is of type date,"),
        (timedelta(1), "$", "is of type timedelta,"),
        (Decimal("1.5"), "$", "is of type Decimal,"),
        (Fraction(1, 2), "$", "is of type Fraction,"),
        (1j, "$", "is of type complex,"),
        (object(), "$", "is of type object,"),
        (Point(), "$", "is of type Point,"),
        ({"p": Point()}, "$.p", "is of type Point,"),
        (Model(), "$", "is of type Model,"),
        (SimpleNamespace(a=1), "$", "is of type SimpleNamespace,"),
        (MappingProxyType({"a": 1}), "$", "is of type mappingproxy,"),
        (UserDict({"a": 1}), "$", "is of type UserDict,"),
        (deque([1]), "$", "is of type deque,"),
        (range(3), "$", "is of type range,"),
        ({}.keys(), "$", "is of type dict_keys,"),
        (iter([1]), "$", "is of type list_iterator,"),
        ((x for x in [1]), "$", "is of type generator,"),
        (len, "$", "is of type builtin_function_or_method,"),
        (int, "$", "is of type type,"),
        (ValueError("x"), "$", "is of type ValueError,"),
        (..., "$", "is of type ellipsis,"),
        (NotImplemented, "$", "is of type NotImplementedType,"),
        (cyclic_list(), "$[1]", "contains itself"),
        (cyclic_object(), "$.a.b[0]", "contains itself"),
        (nested(MAX_DEPTH + 1), "$" + "[0]" * MAX_DEPTH, "deeper than 200 levels"),
        (nested(250), "$" + "[0]" * MAX_DEPTH, "deeper than 200 levels"),
        (nested(5_000), "$" + "[0]" * MAX_DEPTH, "deeper than 200 levels"),
        ([nested(300), float("nan")], "$[0]" + "[0]" * (MAX_DEPTH - 1), "deeper than 200 levels"),
        (nested(220, "[" * 50), "$" + "[0]" * MAX_DEPTH, "deeper than 200 levels"),
        ({"a b": {"c": {3}}}, '$["a b"].c', "is of type set,"),
        ({"x" * 200: b""}, '$["' + "x" * 80 + '\\u2026"]', "is of type bytes,"),
    ],
    ids=lambda part: None if isinstance(part, str) and part.isascii() and "\0" not in part else type(part).__name__,
)  # fmt: skip
def test_a_value_that_cannot_be_stored_is_refused_with_its_place(value: object, path: str, reason: str) -> None:
    with pytest.raises(UnstorableValueError) as caught:
        stored(value)

    assert reason in caught.value.reason
    assert caught.value.path == path
    str(caught.value).encode()


def test_the_deepest_value_is_stored_and_read_wherever_the_stack_stands() -> None:
    deepest = nested(MAX_DEPTH, Text("x"))

    def from_depth(frames: int) -> str:
        return stored(deepest) if frames == 0 else from_depth(frames - 1)

    assert decode(from_depth(400)) == nested(MAX_DEPTH, "x")
    assert stored(nested(MAX_DEPTH)) == "[" * MAX_DEPTH + "1" + "]" * MAX_DEPTH


def test_many_brackets_that_are_not_deep_are_stored() -> None:
    wide = [[i, {"a": []}] for i in range(300)]

    assert decode(stored(wide)) == wide
    assert decode(stored([*wide, "]["])) == [*wide, "]["]
    assert decode(stored([[["[" * 500, "}" * 500]], *wide])) == [[["[" * 500, "}" * 500]], *wide]


@pytest.mark.parametrize(
    ("value", "limit", "actual"),
    [
        ("a" * 99, 100, 101),
        ("é" * 10, 61, 62),
        (list(range(1_000)), 100, 3_891),
        ("x" * (2 << 20), RESULT_LIMIT, (2 << 20) + 2),
    ],
    ids=["text", "escaped", "list", "2 MiB"],
)
def test_a_value_over_its_limit_is_refused_by_the_limits_name(value: object, limit: int, actual: int) -> None:
    with pytest.raises(LimitExceededError) as caught:
        encode(value, limit=limit, name="signal")

    assert (caught.value.limit, caught.value.allowed, caught.value.actual) == ("signal", limit, actual)


def test_a_value_of_exactly_the_limit_is_stored() -> None:
    assert len(encode("a" * 98, limit=100, name="result")) == 100
    assert len(encode("é" * 10, limit=62, name="result")) == 62


STORABLE_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | STORABLE_TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(STORABLE_TEXT, inner),
    max_leaves=20,
)


@given(JSON)
def test_every_json_value_comes_back_as_it_was(value: object) -> None:
    text = stored(value)

    assert text.isascii()
    assert repr(decode(text)) == repr(value)
    assert repr(parse_body(text.encode(), max_bytes=RESULT_LIMIT)) == repr(value)
    assert plain(value) == value


ANY_TEXT = st.text(st.characters())
ANYTHING = st.recursive(
    st.none() | st.floats() | st.integers() | ANY_TEXT | st.binary() | st.dates() | st.booleans() | st.sets(st.integers()),
    lambda inner: st.lists(inner) | st.tuples(inner) | st.dictionaries(ANY_TEXT | st.integers(), inner),
    max_leaves=10,
)


@given(ANYTHING)
def test_any_value_is_stored_readably_or_refused(value: object) -> None:
    try:
        text = stored(value)
    except UnstorableValueError as error:
        refused = error
    else:
        assert "\\u0000" not in text.replace("\\\\", "")
        assert plain(value) == decode(text)
        return
    with pytest.raises(UnstorableValueError) as again:
        plain(value)
    assert again.value.path == refused.path


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"null", None),
        (b' {"a": [1, 2.5e1, "\\u00e9"]} \n', {"a": [1, 25.0, "é"]}),
        ("\"é𝄞\"".encode(), "é𝄞"),
        (b'"\\ud834\\udd1e"', "𝄞"),
        (b"[" * 100 + b"]" * 100, decode("[" * 100 + "]" * 100)),
        (b"-9223372036854775808", -(2**63)),
        (b'{"a": {"a": 1}, "b": {"a": 2}}', {"a": {"a": 1}, "b": {"a": 2}}),
        (b'"\\\\u0000"', "\\u0000"),
    ],
)
def test_a_body_has_this_value(data: bytes, value: object) -> None:
    assert parse_body(data, max_bytes=RESULT_LIMIT) == value


@pytest.mark.parametrize(
    ("data", "path", "reason"),
    [
        (b"", "line 1 column 1", "is not valid JSON"),
        (b"{", "line 1 column 2", "is not valid JSON"),
        (b'{"a": 1 "b"}', "line 1 column 9", "is not valid JSON"),
        (b"[1,\n 2 3]", "line 2 column 4", "is not valid JSON"),
        (b"1 2", "line 1 column 3", "is not valid JSON"),
        (b"'a'", "line 1 column 1", "is not valid JSON"),
        (b'"a\nb"', "line 1 column 3", "is not valid JSON"),
        (b"\xef\xbb\xbf{}", "line 1 column 1", "BOM"),
        (b"\xff\xfe{\x00}\x00", "byte 1", "is not valid UTF-8"),
        (b'{"a": "\xc3("}', "byte 8", "is not valid UTF-8"),
        (b'"\xed\xa0\x80"', "byte 2", "is not valid UTF-8"),
        (b"NaN", "$", "is nan"),
        (b'{"a": [Infinity]}', "$.a[0]", "is inf"),
        (b"[-Infinity]", "$[0]", "is -inf"),
        (b'{"a": 1e400}', "$.a", "is inf"),
        (b"[18446744073709551615]", "$[0]", "beyond 64 bits"),
        (b"9" * 5_000, "$", "thousands of digits"),
        (b'{"a": 1, "a": 2}', "$.a", "twice"),
        (b'{"x": [{"b": 1, "a b": 1, "c": 2, "a b": 1}]}', '$.x[0]["a b"]', "twice"),
        (b'{"a": "\\u0000"}', "$.a", "NUL character"),
        (b'{"\\u0000": 1}', '$["\\u0000"]', "NUL character"),
        (b'["\\ud800"]', "$[0]", "half of a surrogate pair"),
        (b'{"\\udc00": 1}', '$["\\udc00"]', "half of a surrogate pair"),
        (b"[" * 101 + b"]" * 101, "$" + "[0]" * 100, "nested deeper than 100 levels"),
        (b"[" * 100_000, "$", "nested deeper than 100 levels"),
        (b'{"a":' * 100_000, "$", "nested deeper than 100 levels"),
    ],
)  # fmt: skip
def test_a_body_that_is_not_strict_json_is_refused_with_its_place(data: bytes, path: str, reason: str) -> None:
    with pytest.raises(UnstorableValueError) as caught:
        parse_body(data, max_bytes=RESULT_LIMIT)

    assert caught.value.path == path
    assert reason in caught.value.reason
    str(caught.value).encode()


def test_a_body_over_its_limit_is_refused_before_it_is_read() -> None:
    with pytest.raises(LimitExceededError, match="body: 11 bytes, the limit is 10"):
        parse_body(b"x" * 11, max_bytes=10)


def test_the_depth_of_a_body_can_be_chosen() -> None:
    assert parse_body(b"[[1]]", max_bytes=10, max_depth=2) == [[1]]

    with pytest.raises(UnstorableValueError, match="deeper than 2 levels"):
        parse_body(b"[[[1]]]", max_bytes=10, max_depth=2)

"""The named functions: each does what its example says, is in the reference, and refuses what it cannot take."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from treadle.domain.errors import ExpressionError
from treadle.domain.expressions import FUNCTIONS, Function, compile_expression

REFERENCE = Path(__file__).parents[2] / "docs" / "expressions.md"


def evaluate(source: str, **names: Any) -> Any:
    return compile_expression(source).evaluate(names)


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=lambda function: function.name)
def test_the_example_of_a_function_is_true(function: Function) -> None:
    result = evaluate(function.example)

    assert result == function.result
    assert type(result) is type(function.result)


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=lambda function: function.name)
def test_a_function_is_in_the_reference_with_its_description_and_example(function: Function) -> None:
    reference = REFERENCE.read_text()

    assert f"### `{function.signature}`" in reference
    assert function.summary in reference
    assert function.example in reference


def test_the_reference_names_no_function_that_does_not_exist() -> None:
    headings = [line[5:-1] for line in REFERENCE.read_text().splitlines() if line.startswith("### `")]

    assert sorted(headings) == sorted(function.signature for function in FUNCTIONS.values())


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=lambda function: function.name)
@pytest.mark.parametrize("value", ["null", "true", "1", "'a'", "[]", "{}", "[[1]]", "-1.5", "''", "9223372036854775807"])
def test_a_function_takes_any_value_or_refuses_it_by_its_name(function: Function, value: str) -> None:
    counts = range(max(function.least, 1), (function.most or 3) + 1)

    for count in counts:
        try:
            evaluate(f"{function.name}({', '.join([value] * count)})")
        except ExpressionError as error:
            refused = error
        else:
            continue
        assert refused.reason.startswith(f"{function.name}(): ")
        assert refused.__cause__ is None


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("[type(x) for x in [null, true, 1, '', [], {}]]", ["null", "boolean", "number", "text", "list", "object"]),
        ("type(1.5)", "number"),
        ("str(null) + str(true) + str(1.0) + str('x') + str({'a': ['é']})", 'nulltrue1.0x{"a":["é"]}'),
        ("int(' -12 ')", -12),
        ("int(-1.9)", -1),
        ("int(true)", 1),
        ("float('1e3')", 1000.0),
        ("float('.5') + float(' 2. ')", 2.5),
        ("float(3)", 3.0),
        ("round(2.5)", 2),
        ("round(1234, -2)", 1200),
        ("round(2)", 2),
        ("coalesce()", None),
        ("parse_json(' [1, null, \"\\\\u00e9\"] ')", [1, None, "é"]),
        ("parse_json('123456789012345678901234567890')", 1.2345678901234568e29),
        ("min(2, 1.5)", 1.5),
        ("max(['a', 'b'])", "b"),
        ("sum([])", 0),
        ("sum([1, 2.5])", 3.5),
        ("any([])", False),
        ("all([])", True),
        ("sorted(['b', 'a'])", ["a", "b"]),
        ("sorted([])", []),
        ("sorted([[2, 'x'], [1, 'y']], 0)", [[1, "y"], [2, "x"]]),
        ("[p.n for p in sorted([{'n': 1, 'k': 2}, {'n': 2, 'k': 1}, {'n': 3, 'k': 2}], 'k')]", [2, 1, 3]),
        ("range(3) + range(3, 0, -1) + range(5, 0) + range(0, 7, 3)", [0, 1, 2, 3, 2, 1, 0, 3, 6]),
        ("first([], null)", None),
        ("last([1, 2])", 2),
        ("unique([[1, {'a': 1}], [1.0, {'a': 1.0}], [true, {'a': 1}], 'a', 'a'])", [[1, {"a": 1}], [True, {"a": 1}], "a"]),
        ("flatten([1, [2, [3]], 'ab'])", [1, 2, [3], "ab"]),
        ("contains([1, 2], 2)", True),
        ("contains({'a': 1}, 'a')", True),
        ("keys({})", []),
        ("items({'a': [1]})", [["a", [1]]]),
        ("get({'a': null}, 'a', 1)", None),
        ("get(null, 'a')", None),
        ("get(5, ['a', 'b'], 'none')", "none"),
        ("get({'a': [{'b': 7}]}, ['a', 0, 'b'])", 7),
        ("get([1, 2], 5, 0)", 0),
        ("get({'a.b': 1}, 'a.b')", 1),
        ("get({'a': 1}, [])", {"a": 1}),
        ("has([1, 2], 1)", True),
        ("has([1, 2], 2)", False),
        ("has({'a': {'b': null}}, ['a', 'b'])", True),
        ("merge()", {}),
        ("lower('ÀB')", "àb"),
        ("upper('straße')", "STRASSE"),
        ("strip('xxaxx', 'x')", "a"),
        ("split(' a  b ')", ["a", "b"]),
        ("split('', ',')", [""]),
        ("join([])", ""),
        ("join(['a', 'b'])", "ab"),
        ("replace('aaa', 'aa', 'b')", "ba"),
        ("replace('a.b', '.', '')", "ab"),
        ("starts_with('abc', '')", True),
        ("url_encode('a=b&c d/e~f')", "a%3Db%26c%20d%2Fe~f"),
        ("parse_time(0)", "1970-01-01T00:00:00Z"),
        ("parse_time(1.5)", "1970-01-01T00:00:01.500000Z"),
        ("parse_time('2026-03-29T01:00:00.25-01:30')", "2026-03-29T02:30:00.250000Z"),
        ("parse_time('2026-03-29 01:00Z')", "2026-03-29T01:00:00Z"),
        ("format_time('2026-01-05T13:04:09.5Z', '%Y %m %d %H %I %p %M %S %f %j %u %V %a %b %z %%')",
         "2026 01 05 13 01 PM 04 09 500000 005 1 02 Mon Jan +0000 %"),
        ("format_time('2026-01-05T00:00:00Z', '100%%d')", "100%d"),
        ("format_time('2026-07-05T22:30:00Z', '%B %d %A', 'Asia/Kathmandu')", "July 06 Monday"),
        ("add_duration('2026-03-01T00:00:00Z', '-1d')", "2026-02-28T00:00:00Z"),
        ("add_duration('2026-03-01T00:00:00Z', -0.5)", "2026-02-28T23:59:59.500000Z"),
        ("add_duration('2026-03-01T00:00:00+01:00', 'PT1H')", "2026-03-01T00:00:00Z"),
        ("seconds_between('2026-03-29T01:30:00+01:00', '2026-03-29T03:30:00+02:00')", 3600.0),
        ("parse_time('2026-03-01T00:00:00Z') == parse_time('2026-03-01T01:00:00.0+01:00')", True),
        ("seconds_between('2026-03-01T00:00:00Z', '2026-03-01T00:00:00.5Z')", 0.5),
    ],
)  # fmt: skip
def test_a_function_has_this_value(source: str, value: object) -> None:
    result = evaluate(source)

    assert result == value
    assert type(result) is type(value)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("int('1.5')", '"1.5" is not a whole number'),
        ("int('1_000')", "is not a whole number"),
        ("int([])", "needs a number, not a list"),
        ("float('1,5')", '"1,5" is not a number'),
        ("float(true)", "needs a number, not a boolean"),
        ("round('1')", "needs a number, not a text"),
        ("round(1, 1.5)", "needs a whole number, not a number"),
        ("len(5)", "needs a text, a list or an object, not a number"),
        ("parse_json('{')", "the text is not JSON"),
        ("parse_json('\"a\\\\u0000\"')", "holds a NUL character"),
        ("parse_json('{\"a\": [18446744073709551615]}')", "$.a[0]: is an integer beyond 64 bits"),
        ("min(1, 'a')", "compares only numbers or only texts, and here is a text"),
        ("max([[1]])", "compares only numbers or only texts, and here is a list"),
        ("sum([1, true])", "needs numbers, and one element is a boolean"),
        ("sum('12')", "needs a list, not a text"),
        ("sorted([{'a': 1}, {}], 'a')", 'no key "a"'),
        ("range(1.5)", "needs a whole number, not a number"),
        ("range(0, 5, 0)", "the step is not 0"),
        ("first([])", "the list is empty, and no default is given"),
        ("unique({})", "needs a list, not an object"),
        ("keys([])", "needs an object, not a list"),
        ("get({}, null)", "a key is a text or a whole number, not null"),
        ("merge({}, null)", "needs an object, not null"),
        ("lower(1)", "needs a text, not a number"),
        ("split('a', '')", "the separator is empty"),
        ("join([1, 2], ',')", "needs a list of texts, and one element is a number: str(x) makes a text of it"),
        ("replace('a', '', 'b')", "the text to replace is empty"),
        ("parse_time('2026-03-29T01:00:00')", "has no time zone"),
        ("parse_time('2026-03-29')", "has no time zone"),
        ("parse_time('tomorrow')", '"tomorrow" is not a time such as'),
        ("parse_time(null)", "a time is a text or a number of seconds, not null"),
        ("parse_time(1e18)", "outside of the years 1 to 9999"),
        ("parse_time('0001-01-01T00:00:00+01:00')", "outside of the years 1 to 9999"),
        ("format_time(0, '%Q')", 'no field "%Q"; there are %Y %m'),
        ("format_time(0, '%')", 'no field "%"'),
        ("format_time(0, '%Y', 'Mars/Base')", 'no time zone "Mars/Base"'),
        ("format_time('9999-12-31T23:59:59Z', '%Y', 'Asia/Tokyo')", "outside of the years 1 to 9999"),
        ("add_duration(0, '1 month')", "is not a duration"),
        ("add_duration(0, '--1d')", "is not a duration"),
        ("add_duration(0, null)", "needs a text, not null"),
        ("add_duration(0, 1e15)", "outside of the years 1 to 9999"),
    ],
)
def test_a_function_says_what_it_cannot_take(source: str, words: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        evaluate(source)

    assert words in caught.value.reason
    assert caught.value.column is not None


def test_a_lone_surrogate_in_json_text_is_refused() -> None:
    with pytest.raises(ExpressionError, match="the text is not JSON"):
        evaluate("parse_json(text)", text='"\\ud800"')


def test_arguments_are_left_as_they_were() -> None:
    names = {"xs": [3, 1, 2], "o": {"a": 1}, "nested": [[1], [2]]}

    evaluate("[sorted(xs), reversed(xs), unique(xs), merge(o, {'b': 2}), flatten(nested), xs + [4], xs * 2, xs[:]]", **names)

    assert names == {"xs": [3, 1, 2], "o": {"a": 1}, "nested": [[1], [2]]}


def test_a_slice_or_list_of_an_input_is_a_new_list() -> None:
    xs = [1, 2]

    assert evaluate("xs[:]", xs=xs) is not xs
    assert evaluate("flatten([xs])", xs=xs) is not xs

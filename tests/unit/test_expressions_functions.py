"""The named functions: each does what its example says, is in the reference, and refuses what it cannot take."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

from treadle.domain.errors import ExpressionError
from treadle.domain.expression_functions import FAMILIES
from treadle.domain.expressions import FUNCTIONS, Function, compile_expression

ROOT = Path(__file__).parents[2]


def evaluate(source: str, **names: Any) -> Any:
    return compile_expression(source).evaluate(names)


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=lambda function: function.name)
def test_the_example_of_a_function_is_true(function: Function) -> None:
    result = evaluate(function.example)

    assert result == function.result
    assert type(result) is type(function.result)


def test_the_reference_is_the_generated_one() -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "generate_expression_docs.py"))

    written = (ROOT / "docs" / "functions.md").read_text(encoding="utf-8")

    assert written == script["page"](), "run: python scripts/generate_expression_docs.py"


def test_the_editor_completes_the_functions_of_the_language() -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "generate_expression_functions.py"))

    written = (ROOT / "frontend" / "src" / "ui" / "expression" / "functions.json").read_text(encoding="utf-8")

    assert written == script["render"](), "run: python scripts/generate_expression_functions.py"


def test_the_reference_has_every_function_with_its_description_and_example() -> None:
    reference = (ROOT / "docs" / "functions.md").read_text(encoding="utf-8")

    headings = [line[5:-1] for line in reference.splitlines() if line.startswith("### `")]

    assert sorted(headings) == sorted(function.signature for function in FUNCTIONS.values())
    for function in FUNCTIONS.values():
        assert len(function.summary) > 20
        assert function.summary in reference
        assert function.example in reference


def test_every_function_belongs_to_a_family_of_the_reference() -> None:
    modules = {module.__name__ for family in FAMILIES.values() for module in family}

    assert {function.call.__module__ for function in FUNCTIONS.values()} == modules


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
        ("[floor(2), floor(2.9), floor(-0.1), ceil(2), ceil(-2.9), ceil(0.1)]", [2, 2, -1, 2, -2, 1]),
        ("[clamp(5, 0, 3), clamp(-1, 0, 3), clamp(2, 0, 3), clamp(1.5, 0, 3)]", [3, 0, 2, 1.5]),
        ("average([2])", 2.0),
        ("median([3, 1, 2])", 2.0),
        ("format_number(9007199254740993)", "9,007,199,254,740,993"),
        ("format_number(-0.001, 2) + format_number(-1234.567, 2) + format_number(7, 2)", "0.00-1,234.577.00"),
        ("format_number(1e300, 0, '')[:3]", "100"),
        ("capitalize('') + capitalize('ß')", "SS"),
        ("pad_start('abc', 2) + pad_start('', 3, 'xy') + pad_end('a', 2)", "abcxyxa "),
        ("[before('a', '@'), after('a', '@'), before('a@b@c', '@'), after('a@b@c', '@')]", ["a", "", "a", "b@c"]),
        ("lines('')", []),
        ("lines('\\n')", [""]),
        ("lines('a\\r\\n\\nb')", ["a", "", "b"]),
        ("[truncate('abc', 3), truncate('abcd', 3), truncate('abcd', 3, '')]", ["abc", "ab…", "abc"]),
        ("slug('  --Ünïcödé & Friends-- 2') + slug('€')", "unicode-friends-2"),
        ("[index_of('abc', 'z'), index_of([1, [2.0]], [2]), index_of([true], 1), index_of('', '')]", [None, 1, None, 0]),
        ("count([1, 1.0, true, '1'], 1)", 2),
        ("remove_prefix('abab', 'ab') + remove_prefix('x', 'ab') + remove_suffix('abab', 'ab')", "abxab"),
        ("base64_decode('aHR0cHM6Ly9hLmI_Yz1k') + base64_decode('')", "https://a.b?c=d"),
        ("base64_decode(base64_encode('𝄞 é'))", "𝄞 é"),
        ("url_decode('%F0%9D%84%9E+%')", "𝄞+%"),
        ("url_query({}) + url_query({'a b': true, 'n': null, 'l': []})", "a%20b=true"),
        ("parse_query('a=1&a&=x&&b=%20')", {"a": ["1", ""], "": ["x"], "b": [" "]}),
        ("escape_html('\"it\\'s\"')", "&quot;it&#x27;s&quot;"),
        ("hash('', 'md5')", "d41d8cd98f00b204e9800998ecf8427e"),
        ("[len(hash('x', a)) for a in ['sha1', 'sha256', 'sha512']]", [40, 64, 128]),
        ("pick({'a': 1}, ['b', 'a', 'a'])", {"a": 1}),
        ("omit({'a': 1}, [])", {"a": 1}),
        ("rename({'a': 1, 'b': 2}, {'a': 'b', 'b': 'a', 'z': 'y'})", {"b": 1, "a": 2}),
        ("put({}, ['a', 'b'], 1)", {"a": {"b": 1}}),
        ("put([{'a': 1}, 2], [0, 'b'], 3)", [{"a": 1, "b": 3}, 2]),
        ("put([1, 2], -1, 3)", [1, 3]),
        ("merge_deep({'a': {'b': {'c': 1}}, 'd': [1]}, {'a': {'b': {'e': 2}}, 'd': [2]}, {'a': 5})", {"a": 5, "d": [2]}),
        ("merge_deep()", {}),
        ("keys(group_by([[1], [null], [true], ['1'], [1.5]], 0))", ["1", "null", "true", "1.5"]),
        ("index_by([], 'id')", {}),
        ("zip() + zip([1, 2]) + zip([1], [])", [[1], [2]]),
        ("enumerate(['a'], 5)", [[5, "a"]]),
        ("chunk([], 3)", []),
        ("intersection([1, true, {'a': [1]}, 1], [1.0, {'a': [1.0]}])", [1, {"a": [1]}, 1]),
        ("difference([1, 1, true], [1])", [True]),
        ("unique([{'id': 1, 'n': 1}, {'id': 1.0, 'n': 2}], 'id')", [{"id": 1, "n": 1}]),
        ("parse_time('5.1.26', '%d.%m.%Y')", "0026-01-05T00:00:00Z"),
        ("parse_time('Mar 3 2026 1:05 pm', '%b %d %Y %I:%M %p', 'Europe/Berlin')", "2026-03-03T12:05:00Z"),
        ("parse_time('2026-03-03 1234+02:30', '%Y-%m-%d %H%M%z')", "2026-03-03T10:04:00Z"),
        ("parse_time('100% 7.25', '100%% %S.%f')", "1970-01-01T00:00:07.250000Z"),
        ("start_of('2026-03-29T12:34:56.7Z', 'minute') + start_of('2026-03-29T12:34:56Z', 'hour')",
         "2026-03-29T12:34:00Z2026-03-29T12:00:00Z"),
        ("[start_of('2026-08-14T10:00:00Z', u) for u in ['day', 'week', 'quarter', 'year']]",
         ["2026-08-14T00:00:00Z", "2026-08-10T00:00:00Z", "2026-07-01T00:00:00Z", "2026-01-01T00:00:00Z"]),
        ("start_of('2026-10-25T01:30:00Z', 'hour', 'Europe/Berlin')", "2026-10-25T01:00:00Z"),
        ("start_of('2026-10-25T12:00:00Z', 'day', 'Europe/Berlin')", "2026-10-24T22:00:00Z"),
        ("shift_time('2026-03-28T12:00:00+01:00', {'days': 1}, 'Europe/Berlin')", "2026-03-29T10:00:00Z"),
        ("shift_time('2026-03-28T12:00:00+01:00', {'hours': 24}, 'Europe/Berlin')", "2026-03-29T11:00:00Z"),
        ("shift_time('2024-02-29T00:00:00Z', {'years': 1, 'weeks': -1, 'minutes': 1.5})", "2025-02-21T00:01:30Z"),
        ("shift_time('2026-01-31T00:00:00Z', {'months': -11})", "2025-02-28T00:00:00Z"),
        ("shift_time('2026-01-31T00:00:00Z', {})", "2026-01-31T00:00:00Z"),
        ("seconds(90) + seconds('-1d')", -86310.0),
        ("days_between('2026-03-30T01:00:00Z', '2026-03-28T23:00:00Z')", -2),
        ("time_parts('2026-01-01T00:00:00Z', 'America/New_York')",
         {"year": 2025, "month": 12, "day": 31, "hour": 19, "minute": 0, "second": 0, "weekday": 3, "week": 1,
          "day_of_year": 365, "offset": -18000}),
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
        ("floor(1e300)", "beyond 64 bits"),
        ("clamp(1, 3, 2)", "the least is larger than the most"),
        ("average([])", "an empty list has none"),
        ("median(['a'])", "needs numbers, and one element is a text"),
        ("format_number(1, 31)", "writes 0 to 30 digits"),
        ("pad_start('a', 9, '')", "the text to fill with is empty"),
        ("truncate('abc', 0)", "the length is less than that of the end"),
        ("before('abc', '')", "the text to look for is empty"),
        ("slug('x' * 2000)", "takes at most 1,000 characters"),
        ("base64_decode('a')", "the text is not Base64"),
        ("base64_decode('ä')", "the text is not Base64"),
        ("base64_decode('/w==')", "no text in UTF-8"),
        ("base64_decode('AA==')", "a NUL character"),
        ("url_decode('%ff')", "no text in UTF-8"),
        ("url_decode('%00')", "a NUL character"),
        ("url_query({'a': {}})", "the value of 'a' is an object: json(x) makes a text of it"),
        ("hash('x', 'crc')", "the algorithms are md5, sha1, sha256, sha512"),
        ("pick({}, [1])", "needs a text, not a number"),
        ("rename({'a': 1, 'b': 2}, {'a': 'b'})", "two keys would get the same name"),
        ("put({}, [], 1)", "a way has 1 to 8 keys"),
        ("put([1], 1, 2)", "no element 1: there are 1"),
        ("put({}, ['a', 0], 1)", "only objects are made where they are missing"),
        ("put(5, 'a', 1)", "a number has no keys to put something under"),
        ("put({}, 0, 1)", "a key of an object is a text"),
        ("group_by([{'a': []}], 'a')", "groups by texts, numbers and booleans, and here is a list"),
        ("group_by([{}], 'a')", 'no key "a"'),
        ("chunk([1], 0)", "the size is at least 1"),
        ("enumerate([1], 9223372036854775807)", "the start is too large"),
        ("parse_time('1.2.', '%d.%m.%Y')", '"1.2." is not written as "%d.%m.%Y": digits for %Y are missing'),
        ("parse_time('31.2.2026', '%d.%m.%Y')", "day is out of range"),
        ("parse_time('1', '%Q')", 'no field "%Q" to read; there are %Y %m'),
        ("parse_time('2026x', '%Y')", '"x" is left over'),
        ("parse_time('13', '%I')", "%I needs 1 to 12, and %p"),
        ("start_of(0, 'decade')", 'no unit "decade"; there are minute, hour'),
        ("shift_time(0, {'month': 1})", 'no unit "month"; there are years, months'),
        ("shift_time(0, {'years': 9000})", "outside of the years 1 to 9999"),
        ("shift_time(0, {'days': 1.5})", "needs a whole number"),
        ("start_of('0001-01-01T00:00:00Z', 'day', 'Asia/Tokyo')", "outside of the years 1 to 9999"),
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

"""Texts written to get out of the language, to crash the parser, or to hang: each ends in an ExpressionError."""

from __future__ import annotations

import os
import random

import pytest

from treadle.domain.errors import ExpressionError
from treadle.domain.expressions import FUNCTIONS, compile_expression
from treadle.domain.values import encode

NAMES = {"x": {"a": [1, 2.5, "t", None, True], "b": {"c": "é"}}, "n": 3, "s": "some text", "xs": list(range(50))}

HOSTILE = [
    "().__class__",
    "().__class__.__bases__[0].__subclasses__()",
    "x.__class__",
    "x.__class__.__mro__",
    "''.__class__.__base__",
    "[].append(1)",
    "x.get('a')",
    "x.keys()",
    "'{0.__class__}'.format(x)",
    "'%s' % x",
    "f'{x}'",
    'f"{().__class__}"',
    "rf'{x}'",
    "b'bytes'",
    "u'text'",
    "__import__('os')",
    "import os",
    "eval('1')",
    "exec('1')",
    "open('/etc/passwd')",
    "globals()",
    "getattr(x, 'a')",
    "type(x).__name__",
    "type.__class__",
    "len.__globals__",
    "json.dumps(x)",
    "lambda: 1",
    "(lambda: 1)()",
    "[lambda: i for i in xs]",
    "(y := 1)",
    "[y := 1]",
    "x = 1",
    "del x",
    "x; n",
    "x\\\nn",
    "1 if 2",
    "*x",
    "[*x]",
    "{**x}",
    "len(*x)",
    "len(**x)",
    "get(x, key='a')",
    "{1, 2}",
    "{i for i in xs}",
    "(i for i in xs)",
    "[i for i in xs for j in xs]",
    "[i async for i in xs]",
    "await x",
    "yield x",
    "x @ x",
    "n << 100000",
    "n | n",
    "~n",
    "n ** n ** n ** n",
    "9 ** 9 ** 9 ** 9",
    "1j",
    "0x10",
    "1_000",
    "9" * 5_000,
    "1e99999",
    "'a' * 9223372036854775807",
    "xs * 9223372036854775807",
    "9223372036854775807 * 9223372036854775807",
    "[[[[[[0] * 99999 for a in xs] for b in xs] for c in xs] for d in xs] for e in xs]",
    "replace(replace(s, 'e', s * 999), 'e', s * 999)",
    "'\\N{LATIN SMALL LETTER A}'",
    "'\\ud800'",
    "'a\0b'",
    "x\0",
    "\ud800",
    "'\ud800'",
    "\N{ZERO WIDTH SPACE}n",
    "\N{MATHEMATICAL SANS-SERIF SMALL N}",
    "'''x'''",
    '"""\n"""',
    "n # comment",
    "n if n else " * 800 + "n",
    "(" * 9_999,
    "[" * 5_000 + "]" * 5_000,
    "{'a':" * 1_900 + "1" + "}" * 400,
    "-" * 9_999,
    "not " * 2_499 + "n",
    "n" + ".a" * 4_999,
    "n" + "[0]" * 3_333,
    "len(" * 1_999 + "n" + ")" * 1_999,
    "+".join("n" * 4_999),
    " and ".join(["s."] * 900),
    "," * 9_999,
    "x" * 10_000,
    "'" * 9_999,
    "\\" * 9_999,
    "'\\" * 4_999,
    "1." * 4_999,
    "n\t\f\vn",
    "...",
    "x[...]",
    "x[1:2, 3]",
    "x[()]",
    "None.x",
    "True.real",
    "n.real",
    "True = 1",
    "[true for true in xs]",
    "[None for None in xs]",
    "match n",
    "print(n)",
    "s.encode().decode()",
    "format_time(1e300, '%Y')",
    "format_time(0, '%Y', '../../etc/passwd')",
    "format_time(0, '%Y', '/etc/passwd')",
    "format_time(0, '%Y', 'Europe')",
    "format_time(0, '%Y', '')",
    "format_time(0, '%')",
    "add_duration(0, 1e300)",
    "add_duration('9999-12-31T23:59:59Z', '1d')",
    "parse_time('9' * 100000)",
    "parse_time('0001-01-01T00:00:00+23:59')",
    "parse_json('[' * 1000000)",
    "parse_json('\"\\\\u0000\"')",
    "parse_json('\"\\\\ud800\"')",
    "parse_json('1e999')",
    "parse_json('NaN')",
    "parse_json('18446744073709551615')",
    "int('٣')",
    "int('1' * 100000)",
    "float('nan')",
    "float('infinity')",
    "round(1.5, 9223372036854775807)",
    "range(9223372036854775807)",
    "range(0, -9223372036854775807, -1)",
]

_WORDS = [
    *FUNCTIONS, "x", "n", "s", "xs", "x.a", "x.b.c", "y", "i", "for", "in", "if", "else", "and", "or", "not", "is", "lambda",
    "null", "true", "None", "1", "0", "2.5", "9223372036854775807", "1e308", "'a'", '"é"', "''", "+", "-", "*", "/", "//", "%",
    "**", "==", "!=", "<", ">=", ".", ",", ":", "(", ")", "[", "]", "{", "}", " ", "\n", "=", "'", '"', "\\", "#", "{{", "}}",
    "\0", "é", "𝄞", "\ud800", "0x1", "1e", "..", "__class__", "'%Y'", "'a,b'", "[1, 2]", '{"a": 1}', "[i for i in xs]",
    "x[0]", "xs[1:2]", "len(x)", "i * 2", "s[n]", "xs[n]", "get(x, 'a')", "{i: i for i in s}", "x.a[0]",
]  # fmt: skip
_VALID = [f.example for f in FUNCTIONS.values()] + [
    "x.a[0] + n * 2 - len(xs) // 7 % 3",
    "[i * n for i in xs if i > 3 and i % 2 == 0 or not n]",
    '{str(i): {"v": [i, s]} for i in range(n)}',
    "s[1:-1] + upper(s) if n < 5 else s * n",
    '"é" in x.b.c or x["b"]["c"] != null',
    "sorted([i % 7 for i in xs])[::-1] == reversed(xs)",
]
COUNT = int(os.environ.get("TREADLE_FUZZ_EXPRESSIONS", "6000"))


def ends_well(source: str) -> str:
    """`value`, or `refused`; anything but a storable value or message and ExpressionError fails the test."""
    try:
        value = compile_expression.__wrapped__(source).evaluate(NAMES)
    except ExpressionError as error:
        refused = error
    else:
        encode(value, limit=16 << 20, name=source)
        return "value"
    assert refused.__cause__ is None or isinstance(refused.__cause__, SyntaxError), source
    encode(str(refused), limit=2_000, name=source)
    return "refused"


@pytest.mark.parametrize("source", HOSTILE, ids=lambda source: ascii(source[:40]))
def test_a_hostile_text_is_refused(source: str) -> None:
    assert ends_well(source) == "refused"


def test_there_are_enough_hostile_texts() -> None:
    assert len(set(HOSTILE)) >= 120


def test_words_of_the_language_in_any_order_end_in_a_value_or_the_one_error() -> None:
    rng = random.Random(20_260_329)
    outcomes = {"value": 0, "refused": 0}

    for _ in range(COUNT):
        outcomes[ends_well("".join(rng.choices(_WORDS, k=rng.randint(1, 12))))] += 1

    assert outcomes["value"] > COUNT // 100
    assert outcomes["refused"] > COUNT // 2


def test_damaged_expressions_end_in_a_value_or_the_one_error() -> None:
    rng = random.Random(20_261_025)
    outcomes = {"value": 0, "refused": 0}

    for _ in range(COUNT):
        outcomes[ends_well(_damaged(rng.choice(_VALID), rng))] += 1

    assert outcomes["value"] > COUNT // 50
    assert outcomes["refused"] > COUNT // 4


def test_characters_of_any_kind_end_in_a_value_or_the_one_error() -> None:
    rng = random.Random(7)
    ends = (128, 0x3000, 0x110000)

    outcomes = [ends_well("".join(chr(rng.randrange(rng.choice(ends))) for _ in range(8))) for _ in range(COUNT // 2)]

    assert outcomes.count("refused") > COUNT // 4


def _damaged(source: str, rng: random.Random) -> str:
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(source) + 1)
        kind = rng.randrange(4)
        if kind == 0:
            source = source[:at] + source[at + rng.randint(1, 3) :]
        elif kind == 1:
            source = source[:at] + rng.choice(_WORDS) + source[at:]
        elif kind == 2:
            source = source[:at] + source[rng.randrange(len(source) + 1) :]
        else:
            start = rng.randrange(len(source) + 1)
            source = source[:at] + source[start : start + 8] + source[at + 1 :]
        if not source:
            return "n"
    return source

"""Texts written to get out of the language, to crash the parser, or to hang: each ends in an ExpressionError."""

from __future__ import annotations

import os
import random
import sys
from types import FrameType

import pytest

from treadle.domain.errors import ExpressionError
from treadle.domain.expression_frame import MAX_STEPS
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
    "x" * 1_000_000,
    "1+" * 500_000 + "1",
    "(" * 1_000_000,
    '"' + "a" * 1_000_000 + '"',
    "[" + "1," * 500_000 + "]",
    " " * 1_000_000,
    "join(['ab'] * 99999, s * 9)",
    "[join(xs, s) for a in xs]",
    "replace(s * 9999, 'e', s * 9999)",
    "[s * 9999 for a in xs for b in xs]",
    "[[c + b + a for c in range(999)] for b in range(999)] + [a for a in range(999)]",
    "[[a for a in range(9999)] for b in range(9999)]",
    "[sorted(reversed(range(9999))) for a in xs]",
    "[unique(range(9999)) for a in xs]",
    "[s in (s * 9999) for a in range(9999)]",
    "[(range(9999) + [a]) == range(9999) for a in range(9999)]",
    "[zip(xs, xs, xs) for a in range(9999)]",
    "[merge_deep(x, x) for a in range(99999)]",
    "[put(range(9999), 0, a) for a in xs]",
    "[group_by([x] * 9999, 'n') for a in xs]",
    "[difference(range(9999), range(9999)) for a in xs]",
    "[chunk(range(9999), 1) for a in xs]",
    "[hash(s * 9999) for a in xs] + [hash(s * 9999) for a in range(9999)]",
    "[base64_encode(s * 9999) for a in xs]",
    "[index_of(range(9999), -1) for a in xs]",
    "[count(s * 9999, 'e') for a in range(9999)]",
    "[lines(s * 9999) for a in range(9999)]",
    "put({}, ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'], 1)",
    "pad_start('', 9223372036854775807)",
    "pad_end('', 99999999, s)",
    "truncate(s, -9223372036854775808)",
    "format_number(1, 2, s * 9999)",
    "shift_time(0, {'years': 9223372036854775807})",
    "shift_time(0, {'seconds': 1e300})",
    "parse_time('1' * 41, '%Y')",
    "parse_time('1', '%' * 41)",
    "parse_time('99999-1-1', '%Y-%m-%d')",
    "base64_decode('/////w')",
    "url_decode('%ff%fe')",
    "input",
    "x.__dict__.__class__",
    "x['__class__']",
    "\ufeffn",
    "n\u2028",
    "n\u00a0+ n",
    "\uff4e",
    "'\\x00'",
    "\x1b[31mn",
    "{{ n }}",
    "n;" * 100,
    "${n}",
    "{n!r}",
    "n if",
    "not",
    "[for x in xs]",
    "x[::0]",
    "x.a[0].b.c",
    "- 'a'",
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
CALLS_PER_STEP = 4
"""Calls of Python or C that one step of the budget may stand for, at most, whatever the expression does."""
COUNT = int(os.environ.get("TREADLE_FUZZ_EXPRESSIONS", "8000"))


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
    assert len(set(HOSTILE)) >= 180


BOMBS = [
    "[[[[a + b + c + d for a in xs] for b in xs] for c in xs] for d in xs]",
    "[[sum([a * b for a in xs]) for b in range(9999)] for c in range(9999)]",
    "[[[x.a for a in xs] for b in xs] for c in range(99)]",
    "[{str(a): {str(b): a * b for b in xs} for a in xs} for c in range(99)]",
    "[[[a if a % 2 else -a for a in xs if a != 5 and not a == 7] for b in xs] for c in xs]",
    "[any(all(a < b + 99 for a in xs) for b in xs if b) for c in range(9999)]",
    *(f"[[[{function.example} for z in xs] for zz in xs] for zzz in xs]" for function in FUNCTIONS.values()),
]


@pytest.mark.parametrize("source", BOMBS, ids=lambda source: ascii(source[:40]))
def test_a_bomb_ends_when_its_steps_are_used_up(source: str) -> None:
    expression = compile_expression(source)
    calls = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        with pytest.raises(ExpressionError, match="this is more work than one expression may do"):
            expression.evaluate(NAMES)
    finally:
        sys.setprofile(None)

    assert calls < CALLS_PER_STEP * MAX_STEPS


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

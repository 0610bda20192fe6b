"""From source text to a tree: Python's grammar behind a scanner that lets only the language's own tokens through.

The scanner comes first because Python's parser is not made for hostile text: it warns about escapes, folds look-alike
letters into others, joins neighbouring texts, and depends on the depth of the stack. What it gets from here is plain ASCII
outside of texts, shallow, and of known length. The scanner also finds where an expression inside a template ends.
"""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Iterator
from typing import NamedTuple

from treadle.domain.errors import ExpressionError
from treadle.domain.expression_frame import shown

MAX_SOURCE = 10_000
MAX_DEPTH = 50
MAX_OPERATORS = 1_000
MAX_DIGITS = 400

_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+)
    |(?P<text>"[^"\\\n\r]*(?:\\.[^"\\\n\r]*)*"|'[^'\\\n\r]*(?:\\.[^'\\\n\r]*)*')
    |(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<mark>\*\*|//|===|!==|==|!=|<>|<=|>=|&&|\|\||[-+*/%<>()\[\]{},:.])
    """,
    re.VERBOSE,
)
_HINTS = {
    "**": 'there is no "**"; objects are joined with merge(a, b)',
    "=": 'a single "=" has no meaning here, "==" compares',
    "&&": 'write "and"',
    "||": 'write "or"',
    "!": 'write "not"',
    "?": 'write "a if condition else b"',
    '"': "a text that is not closed",
    "'": "a text that is not closed",
    "#": "an expression has no comments",
    "|": "values go into functions by f(x), not by a pipe",
    "&": 'write "and"',
    "$": 'names are written without "$"',
    ";": "an expression is one formula",
    "`": 'a text stands in "…" or \'…\'',
    "\\": "outside of texts a backslash has no meaning",
    "“": 'a text stands in straight quotes, "…" or \'…\'',
    "”": 'a text stands in straight quotes, "…" or \'…\'',
    "‘": 'a text stands in straight quotes, "…" or \'…\'',
    "’": 'a text stands in straight quotes, "…" or \'…\'',
    "===": 'write "=="',
    "!==": 'write "!="',
    "<>": 'write "!="',
    "??": "write coalesce(a, b)",
    "?.": 'write get(x, "key")',
    "=>": "functions cannot be made here",
}
_COMPLAINTS = {
    "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers":
        "a whole number does not begin with 0",
    "Generator expression must be parenthesized": "a comprehension beside other arguments needs [ and ]",
    "invalid syntax. Perhaps you forgot a comma?": "a comma or an operator is missing",
    "expected 'else' after 'if' expression": 'write "a if condition else b"',
}  # fmt: skip
"""Of Python's own messages those that need other words."""
_WORDS = {
    "lambda": "functions cannot be made here",
    "is": 'write "==" or "!=" for "is"',
    "await": '"await" has no meaning here',
    "yield": '"yield" has no meaning here',
}
_KEYWORDS = frozenset(keyword.kwlist)
_PREFIXES = frozenset({"-", "+", "not"})
_OPERATORS = frozenset({"+", "-", "*", "/", "//", "%", "==", "!=", "<", ">", "<=", ">=", "and", "or", "in", "not", "if", "."})
_OPENING = {"(": ")", "[": "]", "{": "}"}
_CLOSING = frozenset(_OPENING.values())
_ESCAPE = re.compile(r"\\(?:[\\'\"nrtbf]|(?:x|u(?=.{4})|U(?=.{8}))(?P<code>[0-9a-fA-F]{2,8})|(?P<wrong>.))")
_ESCAPE_DIGITS = {"x": 2, "u": 4, "U": 8}
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_SURROGATE = re.compile("[\ud800-\udfff]")


class Token(NamedTuple):
    """A piece of the source; `at` and `end` count from 0."""

    kind: str
    text: str
    at: int
    end: int


NOTHING = Token("", "", 0, 0)


def parse(source: str) -> ast.expr:
    """The tree of an expression, or ExpressionError; each `col_offset` is the column in the source's UTF-8, from 1.

    An `attr` may be a run of `x` in the place of a keyword, so that `x.from` is a key: its text is the source's.
    """
    if len(source) > MAX_SOURCE:
        reason = f"an expression has at most {MAX_SOURCE:,} characters, and this one has {len(source):,}"
        raise ExpressionError(reason, source=source[:100])
    # The bracket makes line breaks blanks and columns start at 1; the scanner saw that it cannot be closed from inside.
    text = f"({_Scanner(source).checked()})"
    try:
        return ast.parse(text, mode="eval").body
    except SyntaxError as error:
        column = None if error.offset is None else max(1, error.offset - 1)
        raise ExpressionError(f"this is not an expression: {_complaint(error, source)}", source=source, column=column) from error
    except (MemoryError, RecursionError, ValueError) as error:
        raise ExpressionError("the expression is nested too deeply", source=source) from error


def _complaint(error: SyntaxError, source: str) -> str:
    """What Python's parser has against the source, in words for people who do not know Python."""
    if error.msg != "invalid syntax" or error.offset is None:
        return _COMPLAINTS.get(error.msg, error.msg)
    rest = source[max(0, error.offset - 2) :].strip()
    if not rest:
        return "it stops where a value is missing"
    matched = _TOKEN.match(rest)
    return f"{matched.group() if matched else rest[0]!r} is not expected here"


def end_of_expression(text: str, start: int) -> int | None:
    """Where the `}}` stands that ends the expression which begins at `start`; None if there is none, or it is much too long."""
    depth = 0
    at = start
    while at < min(len(text), start + 2 * MAX_SOURCE):
        if depth == 0 and text.startswith("}}", at):
            return at
        matched = _TOKEN.match(text, at)
        if matched is None:
            at += 1
            continue
        mark = matched.group()
        if mark in _OPENING:
            depth += 1
        elif mark in _CLOSING and depth:
            depth -= 1
        at = matched.end()
    return None


def tokens(source: str) -> Iterator[Token]:
    """The tokens of a source, blanks left out; ExpressionError at the first character that begins none."""
    at = 0
    while at < len(source):
        matched = _TOKEN.match(source, at)
        if matched is None or matched.group() in _HINTS:
            mark = source[at] if matched is None else matched.group()
            hint = _HINTS.get(source[at : at + 2]) or _HINTS.get(mark)
            reason = hint or f'{mark!r} has no meaning here; a key with such a character is written x["key"]'
            raise ExpressionError(reason, source=source[:MAX_SOURCE], column=at + 1)
        kind = matched.lastgroup or ""
        if kind != "space":
            yield Token(kind, matched.group(), at, matched.end())
        at = matched.end()


class _Scanner:
    """One pass over the tokens, which refuses what Python's parser would accept or choke on."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._open: list[Token] = []
        self._operators = 0
        self._prefixes = 0

    def checked(self) -> str:
        """The source on one line, keywords that are keys masked."""
        pieces = []
        end = 0
        before = NOTHING
        for token in tokens(self._source):
            self._check(token, before)
            masked = token.kind == "name" and token.text in _KEYWORDS and before.text == "."
            pieces.append(" " * (token.at - end))
            pieces.append("x" * len(token.text) if masked else token.text)
            end = token.end
            before = token
        if self._open:
            raise self._error("a bracket that is not closed", self._open[-1])
        if before is NOTHING:
            raise ExpressionError("the expression is empty", source=self._source)
        return "".join(pieces)

    def _check(self, token: Token, before: Token) -> None:
        kind, text = token.kind, token.text
        touching = before.end == token.at
        if kind == "text":
            self._check_text(token, before, touching)
        elif kind == "number":
            self._check_number(token, before, touching)
        elif kind == "name" and before.kind == "number" and touching:
            raise self._error("a number that runs into a name", before)
        elif text in _WORDS and before.text != ".":
            raise self._error(_WORDS[text], token)
        elif text in _OPENING:
            self._open.append(token)
            if len(self._open) > MAX_DEPTH:
                raise self._error(f"nested deeper than {MAX_DEPTH} levels", token)
        elif text in _CLOSING and (not self._open or _OPENING[self._open.pop().text] != text):
            raise self._error("a bracket that closes nothing", token)
        if _is_value(before) and _is_value(token):
            raise self._error(f"{shown(text)} stands where an operator or a comma is missing", token)
        self._count(token, before)

    def _count(self, token: Token, before: Token) -> None:
        """Bound what makes the tree deep without brackets around it: chains, and brackets behind a value, are deep too."""
        behind_value = token.text in _OPENING and (before.text in _CLOSING or before.kind in ("name", "text"))
        self._prefixes = self._prefixes + 1 if token.text in _PREFIXES else 0
        self._operators += behind_value or token.text in _OPERATORS
        if self._prefixes > MAX_DEPTH or self._operators > MAX_OPERATORS:
            raise self._error("too many operators", token)

    def _check_text(self, token: Token, before: Token, touching: bool) -> None:
        if before.kind == "text":
            raise self._error("two texts side by side: a comma or a plus is missing", token)
        if before.kind == "name" and touching and before.text not in _KEYWORDS:
            raise self._error("a text has no prefix", before)
        if _CONTROL.search(token.text) or _SURROGATE.search(token.text):
            raise self._error("a text with a control character or half a surrogate pair", token)
        for escape in _ESCAPE.finditer(token.text):
            if not _is_character(escape):
                raise self._error(f"the escape {escape.group()!a} in this text stands for no character", token)

    def _check_number(self, token: Token, before: Token, touching: bool) -> None:
        if touching and token.text.startswith(".") and (before.kind in ("name", "text") or before.text in _CLOSING):
            raise self._error("a list's element is written x[0], a fraction 0.5", token)
        if len(token.text) > MAX_DIGITS:
            raise self._error(f"a number has at most {MAX_DIGITS} digits", token)

    def _error(self, reason: str, token: Token) -> ExpressionError:
        return ExpressionError(reason, source=self._source, column=token.at + 1)


def _is_value(token: Token) -> bool:
    """Whether the token is a name or a literal."""
    return token.kind in ("text", "number") or (token.kind == "name" and token.text not in _KEYWORDS)


def _is_character(escape: re.Match[str]) -> bool:
    """Whether an escape is one of ours and stands for a character that can be stored."""
    if escape["wrong"] is not None:
        return False
    if escape["code"] is None:
        return True
    digits = escape["code"][: _ESCAPE_DIGITS[escape.group()[1]]]
    code = int(digits, 16)
    return len(digits) == _ESCAPE_DIGITS[escape.group()[1]] and 0 < code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF

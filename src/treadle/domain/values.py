"""User JSON as it is stored: text, ASCII only, without anything that JSON or a database cannot hold.

`encode` is on the path of every node's result: orjson writes the text, and a slower walk looks again only where the text
or a refusal of orjson gives a reason. Text that `encode` made is safe for `decode`; text from outside goes through
`parse_body`.
"""

from __future__ import annotations

import json
import re
from enum import Enum
from json.encoder import encode_basestring_ascii
from typing import Any
from uuid import UUID

import orjson

from treadle.domain.errors import LimitExceededError, UnstorableValueError

RESULT_LIMIT = 1 << 20
MAP_RESULT_LIMIT = 16 << 20
"""For the list of results of a map, each of which is within RESULT_LIMIT."""
INLINE_LIMIT = 64 << 10
"""A longer result is stored out of line, compressed."""
INPUT_LIMIT = 1 << 20
SIGNAL_LIMIT = 64 << 10
DEFINITION_LIMIT = 4 << 20

MAX_DEPTH = 200
MAX_BODY_DEPTH = 100
INT_MIN = -(2**63)
INT_MAX = 2**63 - 1

_PLAIN = orjson.OPT_PASSTHROUGH_SUBCLASS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS
# The strict form refuses integers above 53 bits, so that those above 63 bits reach the walk that can tell them apart.
_FAST = _PLAIN | orjson.OPT_STRICT_INTEGER
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_SURROGATE = re.compile("[\ud800-\udfff]")
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_CONTAINERS = frozenset({dict, list, tuple})
_SCALARS = frozenset({str, int, bool, type(None)})
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))

Path = tuple[str | int, ...]

_dumps = orjson.dumps


def encode(value: object, *, limit: int, name: str) -> str:
    """The value as compact JSON text; tuples become lists, members of an Enum their value, a UUID its text.

    UnstorableValueError names the place (`$.items[3].price`) and the reason; LimitExceededError is named `name` and counts
    the bytes of the text.
    """
    if value is None:
        return "null"
    try:
        data = _dumps(value, None, _FAST)
    except TypeError:
        data = _dumps(plain(value), None, _PLAIN)
    if len(data) > limit:
        raise LimitExceededError(name, allowed=limit, actual=len(data))
    if (
        (b"null" in data and _may_hide_nan(value))
        or b"\\u0000" in data
        or (data.count(b"[") + data.count(b"{") > MAX_DEPTH and _may_be_deep(data))
    ):
        plain(value)
    if data.isascii():
        return data.decode("ascii")
    return _escaped(data, limit=limit, name=name)


def decode(text: str) -> Any:
    """The value of a text that `encode` made."""
    return orjson.loads(text)


def parse_body(data: bytes, *, max_bytes: int, max_depth: int = MAX_BODY_DEPTH, name: str = "body") -> Any:
    """The value of JSON from outside (an HTTP body, a file), refused unless `encode` could store it.

    Also refused: invalid UTF-8, a key twice in one object, NaN, infinities and numbers that would become one.
    UnstorableValueError names the path where there is one, else the line and column.
    """
    if len(data) > max_bytes:
        raise LimitExceededError(name, allowed=max_bytes, actual=len(data))
    try:
        parsed = json.loads(data.decode("utf-8"), object_pairs_hook=_object)
    except UnicodeDecodeError as error:
        raise UnstorableValueError(f"byte {error.start + 1}", "is not valid UTF-8") from error
    except json.JSONDecodeError as error:
        raise UnstorableValueError(f"line {error.lineno} column {error.colno}", f"is not valid JSON: {error.msg}") from error
    except RecursionError as error:
        raise UnstorableValueError("$", f"is nested deeper than {max_depth} levels") from error
    except ValueError as error:
        raise UnstorableValueError("$", "has a number with thousands of digits") from error
    return plain(parsed, max_depth=max_depth)


def plain(value: object, *, max_depth: int = MAX_DEPTH) -> Any:
    """The same value made of plain JSON types only, or UnstorableValueError with the first place that has none."""
    return _Walk(max_depth).visit(value, ())


def own_copy(value: Any) -> Any:
    """The same JSON value in lists and objects of its own, for code that may change them."""
    if isinstance(value, dict):
        return {key: own_copy(item) for key, item in value.items()}
    if isinstance(value, list):
        return [own_copy(item) for item in value]
    return value


class _Walk:
    """One slow, exact look at a value; `above` holds the containers around the present place, to know a cycle.

    Two frames a level, so that the deepest allowed value fits under Python's recursion limit wherever it is called.
    """

    def __init__(self, max_depth: int) -> None:
        self._max_depth = max_depth
        self._above: set[int] = set()

    def visit(self, value: object, path: Path) -> Any:
        kind = type(value)
        if kind is str:
            return _text(value, path)  # type: ignore[arg-type]
        if value is None or kind is bool:
            return value
        if kind is int:
            return _integer(value, path)  # type: ignore[arg-type]
        if kind is float:
            return _number(value, path)  # type: ignore[arg-type]
        if isinstance(value, dict):
            return self._object(value, path)
        if isinstance(value, list | tuple):
            return self._list(value, path)
        return self.visit(_simpler(value, path), path)

    def _object(self, value: dict[object, object], path: Path) -> dict[str, Any]:
        self._enter(value, path)
        if type(value) is _Doubled:
            raise _refusal((*path, value.key), "is a key that this object has twice")
        result: dict[str, Any] = {}
        for key, item in dict.items(value):
            name = _key(key, path)
            result[name] = self.visit(item, (*path, name))
        self._above.discard(id(value))
        return result

    def _list(self, value: list[object] | tuple[object, ...], path: Path) -> list[Any]:
        self._enter(value, path)
        # A subclass may iterate as it likes; what counts is what it holds, which is also what orjson would write.
        items = list.__iter__(value) if isinstance(value, list) else tuple.__iter__(value)
        result = []
        for index, item in enumerate(items):
            result.append(self.visit(item, (*path, index)))
        self._above.discard(id(value))
        return result

    def _enter(self, value: object, path: Path) -> None:
        if id(value) in self._above:
            raise _refusal(path, "contains itself")
        if len(self._above) >= self._max_depth:
            raise _refusal(path, f"is nested deeper than {self._max_depth} levels")
        self._above.add(id(value))


class _Doubled(dict[str, Any]):
    """An object whose text had `key` twice: the hook sees the key, the walk that follows knows the path."""

    key: str = ""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) == len(pairs):
        return result
    doubled = _Doubled(result)
    seen: set[str] = set()
    doubled.key = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
    return doubled


def _simpler(value: object, path: Path) -> object:
    """A value of a subclass or of one of the few accepted other types as the plain one it stands for."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int.__pos__(value)
    if isinstance(value, float):
        return float.__pos__(value)
    if type(value) is UUID:
        return str(value)
    raise _refusal(path, f"is of type {type(value).__name__}, which JSON does not have")


def _text(value: str, path: Path) -> str:
    if "\0" in value:
        raise _refusal(path, "holds a NUL character")
    if not value.isascii() and _SURROGATE.search(value):
        raise _refusal(path, "holds half of a surrogate pair")
    return value


def _integer(value: int, path: Path) -> int:
    if not INT_MIN <= value <= INT_MAX:
        raise _refusal(path, "is an integer beyond 64 bits")
    return value


def _number(value: float, path: Path) -> float:
    if value - value != 0:
        raise _refusal(path, f"is {value}, which JSON does not have")
    return value


def _key(key: object, path: Path) -> str:
    if not isinstance(key, str):
        raise _refusal(path, f"has a key of type {type(key).__name__}, and JSON keys are text")
    plain_key = str.__str__(key.value if isinstance(key, Enum) else key)
    return _text(plain_key, (*path, plain_key))


def _may_hide_nan(value: object) -> bool:
    """Whether a null in the text may have been a NaN: such a float, or a type whose value must be looked up."""
    if type(value) not in _CONTAINERS:
        return True
    stack: list[Any] = [value]
    while stack:
        container = stack.pop()
        for item in container.values() if type(container) is dict else container:
            kind = type(item)
            if kind in _CONTAINERS:
                stack.append(item)
            elif kind is float:
                if item - item != 0:
                    return True
            elif kind not in _SCALARS:
                return True
    return False


def _may_be_deep(data: bytes) -> bool:
    """Whether the brackets alone, taken away pair by pair from the inside, are not gone after the allowed levels."""
    brackets = data.translate(None, _NO_BRACKETS)
    for _ in range(MAX_DEPTH):
        shorter = brackets.replace(b"[]", b"").replace(b"{}", b"")
        if not shorter:
            return False
        if len(shorter) == len(brackets):
            return True
        brackets = shorter
    return True


def _escaped(data: bytes, *, limit: int, name: str) -> str:
    """The same JSON in ASCII; non-ASCII characters stand only inside strings, so each can be escaped where it is."""
    text = _NOT_ASCII.sub(lambda match: encode_basestring_ascii(match.group())[1:-1], data.decode("utf-8"))
    if len(text) > limit:
        raise LimitExceededError(name, allowed=limit, actual=len(text))
    return text


def _refusal(path: Path, reason: str) -> UnstorableValueError:
    return UnstorableValueError("$" + "".join(map(_segment, path)), reason)


def _segment(key: str | int) -> str:
    if isinstance(key, int):
        return f"[{key}]"
    shown = key if len(key) <= 80 else key[:80] + "…"
    return f".{shown}" if _IDENTIFIER.match(shown) else f"[{encode_basestring_ascii(shown)}]"

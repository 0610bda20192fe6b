"""The keys of limits: stored as the workflow's name, what it is a key of, and the text of its expression's value."""

from __future__ import annotations

import hashlib
import json

from treadle.domain.errors import DefinitionError, Finding

SEPARATOR = "\x1f"
"""No workflow's name holds it, and both databases can store it."""

LONGEST = 200
"""Characters of a key that are kept as they are; longer ones, and unprintable ones, become a digest."""


def stored_key(workflow: str, value: object, *, path: str, purpose: str = "") -> str:
    """The stored key for the value of a `key` expression, None without one. DefinitionError unless it is a scalar."""
    head = f"{workflow}{SEPARATOR}{purpose}{SEPARATOR}" if purpose else f"{workflow}{SEPARATOR}"
    return head + _text(value, path)


def key_text(key: str) -> str:
    """The text of a stored key's value; empty where there is no expression."""
    return key.rpartition(SEPARATOR)[2]


def _text(value: object, path: str) -> str:
    if isinstance(value, list | dict):
        kind = "a list" if isinstance(value, list) else "an object"
        hint = "name one field of it, such as input.customer_id"
        raise DefinitionError([Finding("wrong_key", f"the key is {kind}; it must be a text, a number or a boolean", path, hint)])
    text = value if isinstance(value, str) else json.dumps(value)
    if len(text) <= LONGEST and (not text or text.isprintable()):
        return text
    return f"sha256:{hashlib.sha256(text.encode(errors='surrogatepass')).hexdigest()}"

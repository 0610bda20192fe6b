"""What expressions read of the execution's input, against the schema that every input has passed.

Only what the schema rules out for certain is an error; where it may allow a key in some other way, nothing is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from treadle.domain.errors import Finding
from treadle.domain.expression_frame import no_such, shown
from treadle.domain.expression_reads import Key, Read

_UNDECIDED = ("allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas", "unevaluatedProperties", "$dynamicRef")
_MAX_REFERENCES = 20
_WORDS = {"string": "a text", "array": "a list", "object": "an object", "integer": "a number", "number": "a number",
          "boolean": "a boolean", "null": "null"}  # fmt: skip
_CLOSE = 0.75


def finding_of(read: Read, schema: Mapping[str, Any], *, path: str, guarded: bool) -> Finding | None:
    """The finding on `input.…`; `guarded` when the expression asks for keys that may be missing, so that no hint is due."""
    rule: Any = schema
    way = "input"
    for key, column in zip(read.keys, read.columns[1:], strict=True):
        rule = _resolved(rule, schema)
        if not isinstance(rule, Mapping) or any(word in rule for word in _UNDECIDED):
            return None
        where = "" if column is None else f" (column {column})"
        wrong = _wrong_type(rule, key)
        if wrong is not None:
            message = f"{way} is {wrong}, so there is no {shown(str(key))} in it{where}"
            return Finding("unknown_key", message, path, "see input_schema")
        if isinstance(key, str) and key not in rule.get("properties", {}):
            if "patternProperties" in rule:
                return None
            extra = rule.get("additionalProperties", True)
            if extra is False:
                return _unknown(key, rule, way=way, where=where, path=path)
            if extra is True:
                return None if guarded else _misspelt(key, rule, way=way, where=where, path=path)
            rule = extra
        else:
            rule = rule["properties"][key] if isinstance(key, str) else _element(rule)
        way += f".{key}" if isinstance(key, str) and key.isidentifier() else f"[{key!r}]"
    return None


def _unknown(key: str, rule: Mapping[str, Any], *, way: str, where: str, path: str) -> Finding:
    sentence = no_such("key", key, known=rule.get("properties", {}), among="input_schema has")
    hint = "use a key of input_schema, or add this one to it"
    return Finding("unknown_key", f"in {way}: {sentence}{where}", path, hint)


def _misspelt(key: str, rule: Mapping[str, Any], *, way: str, where: str, path: str) -> Finding | None:
    near = get_close_matches(key, list(rule.get("properties", {}))[:500], n=1, cutoff=_CLOSE)
    if not near:
        return None
    message = f"input_schema has no {shown(key)} in {way}, and it has {shown(near[0])}{where}"
    hint = f"write {near[0]}, or add {key} to input_schema"
    return Finding("unknown_key", message, path, hint, severity="warning")


def _wrong_type(rule: Mapping[str, Any], key: Key) -> str | None:
    """What the value is instead of something with such a key; None when it may have it."""
    types = rule.get("type")
    allowed = {types} if isinstance(types, str) else set(types) if isinstance(types, list) else None
    fitting = {"object"} if isinstance(key, str) else {"array", "string"}
    if not allowed or allowed & fitting:
        return None
    return " or ".join(_WORDS.get(name, name) for name in sorted(allowed))


def _element(rule: Mapping[str, Any]) -> Any:
    return True if "prefixItems" in rule else rule.get("items", True)


def _resolved(rule: Any, root: Mapping[str, Any]) -> Any:
    """The rule that a `$ref` inside the schema points at; True, which allows everything, where that cannot be told."""
    for _ in range(_MAX_REFERENCES):
        if not isinstance(rule, Mapping) or "$ref" not in rule:
            return rule
        reference = rule["$ref"]
        if not isinstance(reference, str) or not reference.startswith("#") or rule.keys() & {"properties", "additionalProperties"}:
            return True
        rule = root
        for part in reference.lstrip("#").split("/")[1:]:
            name = part.replace("~1", "/").replace("~0", "~")
            if not isinstance(rule, Mapping) or name not in rule:
                return True
            rule = rule[name]
    return True

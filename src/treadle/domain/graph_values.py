"""JSON values as a definition may hold them: copied, with everything refused that JSON or a database cannot keep."""

from __future__ import annotations

import math
from typing import Any

from treadle.domain.graph_findings import Findings, kind_of, shown
from treadle.domain.values import INT_MAX, INT_MIN, MAX_DEPTH


def json_copy(value: object, findings: Findings, *, path: str, depth: int = 0) -> Any:
    """A deep copy of plain dicts and lists; each unstorable part is a finding, and null in the copy."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return text_copy(value, findings, path=path)
    if isinstance(value, int):
        return _integer(value, findings, path)
    if isinstance(value, float):
        return _real(value, findings, path)
    if not isinstance(value, dict | list):
        hint = "put it in quotes" if hasattr(value, "isoformat") else None
        findings.error("unstorable_value", f"{kind_of(value)} is not a JSON value", path=path, hint=hint)
        return None
    if depth >= MAX_DEPTH:
        findings.error("too_deep", f"nested deeper than {MAX_DEPTH} levels", path=path)
        return None
    if isinstance(value, list):
        return [
            item if _plain_scalar(item) else json_copy(item, findings, path=f"{path}[{index}]", depth=depth + 1)
            for index, item in enumerate(value)
        ]
    return _object(value, findings, path=path, depth=depth)


def text_copy(value: str, findings: Findings, *, path: str) -> str:
    """The string itself, without subclass; a finding when a database could not store it."""
    if "\0" in value:
        findings.error("unstorable_value", "contains a NUL character", path=path, hint="remove \\u0000")
    elif not value.isascii() and any("\ud800" <= char <= "\udfff" for char in value):
        findings.error("unstorable_value", "contains half of a surrogate pair", path=path, hint="write the character itself")
    return str(value)


def key_path(path: str, key: str) -> str:
    """The JSON path of a key: `a.b` for plain names, `a["x y"]` for others."""
    if key.isidentifier() or key.replace("-", "_").replace("$", "_").isidentifier():
        return f"{path}.{key}" if path else key
    return f"{path}[{shown(key)}]"


def _object(value: dict[Any, Any], findings: Findings, *, path: str, depth: int) -> dict[str, Any]:
    copy: dict[str, Any] = {}
    for key, item in value.items():
        if not isinstance(key, str):
            findings.error("unstorable_value", f"the key {shown(key)} is not a string", path=path, hint="put the key in quotes")
            continue
        if _plain_scalar(item) and _plain_scalar(key):
            copy[key] = item
            continue
        place = key_path(path, key)
        copy[text_copy(key, findings, path=place)] = json_copy(item, findings, path=place, depth=depth + 1)
    return copy


def _plain_scalar(value: object) -> bool:
    """Whether nothing can be wrong with a value, so that its path need not be made: most values are of this kind."""
    kind = type(value)
    if kind is str:
        return value.isascii() and "\0" not in value  # type: ignore[attr-defined,operator]
    if kind is int:
        return INT_MIN <= value <= INT_MAX  # type: ignore[operator]
    return value is None or kind is bool


def _integer(value: int, findings: Findings, path: str) -> int | None:
    if INT_MIN <= value <= INT_MAX:
        return int(value)
    findings.error("unstorable_value", "a whole number beyond 64 bits", path=path, hint="write it as a string")
    return None


def _real(value: float, findings: Findings, path: str) -> float | None:
    if math.isfinite(value):
        return float(value)
    findings.error("unstorable_value", f"{value} is not a JSON number", path=path, hint="use null or a string")
    return None

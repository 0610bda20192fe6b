"""How long finished executions are kept, by status."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from treadle.domain.durations import format_duration, parse_duration
from treadle.domain.errors import DefinitionError, Finding

FINISHED = ("completed", "failed", "cancelled")
FOREVER = "forever"

Retention = Mapping[str, float | None]
"""Seconds by status, None for ever; of a status that is not in it, it says nothing."""


def parse_retention(value: object, *, path: str) -> dict[str, float | None]:
    """A duration or `forever` for every status, or an object of them by status. DefinitionError."""
    if not isinstance(value, dict):
        return dict.fromkeys(FINISHED, _age(value, path))
    for key in value:
        if key not in FINISHED:
            words = f"{key!r} is no status of a finished execution: {', '.join(FINISHED)}"
            raise DefinitionError([Finding("unknown_key", words, f"{path}.{key}")])
    return {key: _age(age, f"{path}.{key}") for key, age in value.items()}


def parse_retention_setting(text: str) -> dict[str, float | None]:
    """The same from a setting: `30d`, or `completed=7d,failed=90d`."""
    if not text.strip():
        return {}
    if "=" not in text:
        return parse_retention(text.strip(), path="retention")
    pairs = [part.partition("=") for part in text.split(",")]
    return parse_retention({key.strip(): age.strip() for key, _, age in pairs}, path="retention")


def write_retention(retention: Retention) -> Any:
    """The inverse of `parse_retention`, as short as can be."""
    written = {status: FOREVER if age is None else format_duration(age) for status, age in retention.items()}
    ages = set(written.values())
    return ages.pop() if len(written) == len(FINISHED) and len(ages) == 1 else written


def _age(value: object, path: str) -> float | None:
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 20:
        value = int(value)  # a setting is text
    return None if value == FOREVER else parse_duration(value, path=path)

"""The keys of one JSON object, read one by one: a wrong value is a finding at its place, and its default is used.

Null counts as not given, as editors write it for empty fields.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from treadle.domain.durations import parse_duration
from treadle.domain.errors import DefinitionError
from treadle.domain.graph_findings import Findings, kind_of, shown
from treadle.domain.graph_values import key_path
from treadle.domain.retry import RetryPolicy

MAX_NAME = 128
"""Characters in a node id, port, queue or mutex name."""

RETRY_KEYS = frozenset({"max_attempts", "initial_interval", "backoff", "max_interval", "jitter", "non_retryable"})


@dataclass(slots=True)
class Fields:
    """`moved` says where a key was written when that is not `path.key` (React Flow's `data.label` is the key `name`)."""

    values: dict[str, Any]
    path: str
    findings: Findings
    moved: Mapping[str, str] = field(default_factory=dict)

    def at(self, key: str) -> str:
        return self.moved.get(key) or key_path(self.path, key)

    def given(self, key: str) -> bool:
        return self.values.get(key) is not None

    def refuse_unknown(self, known: Collection[str], *, what: str) -> None:
        for key in self.values:
            if key not in known:
                self.findings.unknown("unknown_key", "key", key, path=self.at(key), known=known, context=f" in {what}")

    def wrong(self, key: str, expected: str, *, hint: str | None = None) -> None:
        value = self.values.get(key)
        got = shown(value) if isinstance(value, str | int | float) else kind_of(value)
        self.findings.error("wrong_value", f"{key} must be {expected}, not {got}", path=self.at(key), hint=hint)

    def missing(self, key: str, *, what: str) -> None:
        self.findings.error("missing_key", f"{what} needs the key {key!r}", path=self.path)

    def text(self, key: str) -> str:
        value = self.values.get(key)
        if value is None or isinstance(value, str):
            return value or ""
        self.wrong(key, "a string", hint=f'write "{shown(value)}" in quotes' if not isinstance(value, dict | list) else None)
        return ""

    def name(self, key: str) -> str | None:
        """A string of 1 to `MAX_NAME` characters."""
        value = self.values.get(key)
        if value is None or (isinstance(value, str) and 0 < len(value) <= MAX_NAME):
            return value
        self.wrong(key, f"a string of 1 to {MAX_NAME} characters")
        return None

    def flag(self, key: str) -> bool:
        value = self.values.get(key)
        if value is None or isinstance(value, bool):
            return bool(value)
        self.wrong(key, "true or false")
        return False

    def choice(self, key: str, allowed: tuple[str, ...]) -> str:
        """One of `allowed`; the first is the default."""
        value = self.values.get(key)
        if value is None or (isinstance(value, str) and value in allowed):
            return value or allowed[0]
        self.wrong(key, " or ".join(allowed))
        return allowed[0]

    def whole(self, key: str, default: int, *, least: int, most: int | None = None) -> int:
        value = self.values.get(key)
        if value is None:
            return default
        if isinstance(value, int) and not isinstance(value, bool) and value >= least and (most is None or value <= most):
            return value
        limit = f"of at least {least}" if most is None else f"from {least} to {most:,}"
        self.wrong(key, f"a whole number {limit}")
        return default

    def number(self, key: str, default: float, *, least: float, most: float | None = None) -> float:
        value = self.values.get(key)
        if value is None:
            return default
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if is_number and value >= least and (most is None or value <= most):
            return float(value)
        limit = f"of at least {least:g}" if most is None else f"from {least:g} to {most:g}"
        self.wrong(key, f"a number {limit}")
        return default

    def duration(self, key: str, default: float | None = None) -> float | None:
        if not self.given(key):
            return default
        try:
            return parse_duration(self.values[key], path=self.at(key))
        except DefinitionError as error:
            self.findings.extend(error.findings)
            return default

    def positive_duration(self, key: str) -> float | None:
        seconds = self.duration(key)
        if seconds == 0:
            self.wrong(key, "a duration of more than 0", hint="leave the key out for no limit")
        return seconds

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of strings, without repetitions."""
        value = self.values.get(key)
        if value is None:
            return ()
        if not isinstance(value, list):
            self.wrong(key, "a list of strings", hint=f'["{value}"]' if isinstance(value, str) else None)
            return ()
        for index, item in enumerate(value):
            if not isinstance(item, str):
                self.findings.error("wrong_value", f"must be a string, not {kind_of(item)}", path=f"{self.at(key)}[{index}]")
        return tuple(dict.fromkeys(item for item in value if isinstance(item, str)))

    def object(self, key: str) -> dict[str, Any] | None:
        value = self.values.get(key)
        if value is None or isinstance(value, dict):
            return value
        self.wrong(key, "an object")
        return None

    def nested(self, key: str) -> Fields | None:
        value = self.object(key)
        return None if value is None else Fields(value, self.at(key), self.findings)

    def retry(self, key: str) -> RetryPolicy | None:
        """A retry policy; keys that are left out have the defaults of `RetryPolicy`."""
        value = self.values.get(key)
        if isinstance(value, int) and not isinstance(value, bool):
            self.wrong(key, "an object", hint=f'{{"max_attempts": {value}}}')
            return None
        fields = self.nested(key)
        if fields is None:
            return None
        fields.refuse_unknown(RETRY_KEYS, what="retry")
        usual = RetryPolicy()
        return RetryPolicy(
            max_attempts=fields.whole("max_attempts", usual.max_attempts, least=0),
            initial_interval=fields.duration("initial_interval", usual.initial_interval) or 0.0,
            backoff=fields.number("backoff", usual.backoff, least=1),
            max_interval=fields.duration("max_interval", usual.max_interval) or 0.0,
            jitter=fields.number("jitter", usual.jitter, least=0, most=1),
            non_retryable=fields.texts("non_retryable"),
        )

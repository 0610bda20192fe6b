"""The `settings` of a graph: what holds for a whole execution, and the limits that hold across executions."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from treadle.domain.errors import DefinitionError, ExpressionError
from treadle.domain.graph import Concurrency, Debounce, OnFailure, RateLimit, Settings
from treadle.domain.graph_expressions import ExpressionChecks
from treadle.domain.graph_fields import Fields
from treadle.domain.graph_findings import kind_of
from treadle.domain.retention import parse_retention
from treadle.domain.retry import NO_RETRY
from treadle.domain.templates import bare_source, compile_bare

SETTINGS_KEYS = (
    "timeout", "retry", "max_activities", "output", "vars", "concurrency", "debounce", "rate_limits", "on_failure",
    "retention",
)  # fmt: skip
INNER_SETTINGS_KEYS = ("output",)
CONCURRENCY_KEYS = ("key", "limit", "on_limit")
DEBOUNCE_KEYS = ("key", "wait", "max_wait")
RATE_LIMIT_KEYS = ("type", "node", "key", "limit", "per")
ON_FAILURE_KEYS = ("workflow", "version")
ON_LIMIT = ("wait", "skip", "cancel_oldest")
MOST_RUNNING = 1_000_000
MOST_RATE_LIMITS = 100
START_NAMES = frozenset({"input", "trigger", "vars"})
"""What the key of something that is decided at the start may name."""


class SettingsReader:
    """`node_types` and `ids` are what rate limits may name: the ids of the graph and of the graphs inside it."""

    def __init__(self, expressions: ExpressionChecks, *, node_types: Collection[str], ids: Collection[str]) -> None:
        self._expressions = expressions
        self._node_types = node_types
        self._ids = ids

    def read(self, fields: Fields | None, *, inner: bool) -> Settings:
        """The settings as far as they can be read; only meaningful when there are no findings."""
        if fields is None:
            return Settings()
        fields.refuse_unknown(INNER_SETTINGS_KEYS if inner else SETTINGS_KEYS, what="settings")
        output = fields.text("output") or None
        if output is not None:
            output = self._expressions.expression(output, path=fields.at("output"))
        if inner:
            return Settings(output=output)
        return Settings(
            timeout=fields.positive_duration("timeout"),
            retry=fields.retry("retry") or NO_RETRY,
            max_activities=fields.whole("max_activities", Settings().max_activities, least=1),
            output=output,
            vars=fields.object("vars") or {},
            concurrency=_concurrency(fields),
            debounce=_debounce(fields),
            rate_limits=self._rate_limits(fields),
            on_failure=_on_failure(fields),
            retention=_retention(fields),
        )

    def _rate_limits(self, fields: Fields) -> tuple[RateLimit, ...]:
        values = fields.values.get("rate_limits")
        if values is None:
            return ()
        if not isinstance(values, list) or len(values) > MOST_RATE_LIMITS:
            fields.wrong("rate_limits", f"a list of at most {MOST_RATE_LIMITS} limits")
            return ()
        limits = []
        for number, value in enumerate(values):
            path = f"{fields.at('rate_limits')}[{number}]"
            if isinstance(value, dict):
                limits.append(self._rate_limit(Fields(value, path, fields.findings)))
            else:
                fields.findings.error("wrong_value", f"a rate limit must be an object, not {kind_of(value)}", path=path)
        return tuple(limits)

    def _rate_limit(self, fields: Fields) -> RateLimit:
        fields.refuse_unknown(RATE_LIMIT_KEYS, what="a rate limit")
        of_type, of_node = fields.name("type"), fields.name("node")
        if fields.given("type") == fields.given("node"):
            hint = 'one of them: {"type": "http.request", …} or {"node": "fetch", …}'
            fields.findings.error("wrong_value", "a rate limit needs either `type` or `node`", path=fields.path, hint=hint)
        if of_type is not None and of_type not in self._node_types:
            fields.findings.unknown_type(of_type, path=fields.at("type"), known=self._node_types)
        if of_node is not None and of_node not in self._ids:
            fields.findings.unknown("unknown_node", "node", of_node, path=fields.at("node"), known=self._ids)
        key = fields.text("key") or None
        if key is not None:
            key = self._expressions.expression(key, path=fields.at("key"))
        limit, per = _limit(fields, what="a rate limit"), _needed_duration(fields, "per", what="a rate limit")
        return RateLimit(limit=limit, per=per, type=of_type, node=of_node, key=key)


def _retention(fields: Fields) -> dict[str, float | None]:
    value = fields.values.get("retention")
    if value is None:
        return {}
    try:
        return parse_retention(value, path=fields.at("retention"))
    except DefinitionError as error:
        for finding in error.findings:
            fields.findings.error(finding.code, finding.message, path=finding.path, hint=finding.hint)
        return {}


def _concurrency(fields: Fields) -> Concurrency | None:
    given = _object_or(fields, "concurrency", lambda value: {"limit": value} if _is_number(value) else None)
    if given is None:
        return None
    given.refuse_unknown(CONCURRENCY_KEYS, what="concurrency")
    return Concurrency(
        limit=_limit(given, what="concurrency"), key=_start_key(given), on_limit=given.choice("on_limit", ON_LIMIT)
    )


def _debounce(fields: Fields) -> Debounce | None:
    given = fields.nested("debounce")
    if given is None:
        return None
    given.refuse_unknown(DEBOUNCE_KEYS, what="debounce")
    wait = _needed_duration(given, "wait", what="debounce")
    max_wait = given.positive_duration("max_wait")
    if max_wait is not None and max_wait < wait:
        given.wrong("max_wait", "at least as long as wait", hint="leave it out for no upper limit")
    return Debounce(wait=wait, key=_start_key(given), max_wait=max_wait)


def _on_failure(fields: Fields) -> OnFailure | None:
    given = _object_or(fields, "on_failure", lambda value: {"workflow": value} if isinstance(value, str) else None)
    if given is None:
        return None
    given.refuse_unknown(ON_FAILURE_KEYS, what="on_failure")
    if not given.text("workflow"):
        given.missing("workflow", what="on_failure")
    version = given.whole("version", 1, least=1) if given.given("version") else None
    return OnFailure(workflow=given.text("workflow"), version=version)


def _object_or(fields: Fields, key: str, spelled_out: Callable[[Any], dict[str, Any] | None]) -> Fields | None:
    """The object at a key, which a shorthand may stand for."""
    full = spelled_out(fields.values.get(key))
    return fields.nested(key) if full is None else Fields(full, fields.at(key), fields.findings)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _limit(fields: Fields, *, what: str) -> int:
    if not fields.given("limit"):
        fields.missing("limit", what=what)
    return fields.whole("limit", 1, least=1, most=MOST_RUNNING)


def _needed_duration(fields: Fields, key: str, *, what: str) -> float:
    if not fields.given(key):
        fields.missing(key, what=what)
    return fields.positive_duration(key) or 1.0


def _start_key(fields: Fields) -> str | None:
    """An expression over what is known at the start."""
    source = fields.text("key")
    if not source:
        return None
    try:
        expression = compile_bare(source)
    except ExpressionError as error:
        where = "" if error.column is None else f" (column {error.column})"
        fields.findings.error("expression", f"{error.reason}{where}", path=fields.at("key"))
        return source
    for name in sorted(expression.roots - START_NAMES):
        fields.findings.unknown("unknown_name", "name", name, path=fields.at("key"), known=START_NAMES)
    return bare_source(source)

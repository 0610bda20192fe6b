"""Configs against the schema of their node type.

A string that contains `{{` is a template: its value is not known yet, so it passes wherever any type is asked for.
A string with `"format": "duration"` must be one. Of the branches of `oneOf` any may hold, since a template may fit several.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from treadle.domain.durations import ACCEPTED, parse_duration
from treadle.domain.errors import DefinitionError, Finding
from treadle.domain.graph_predicate import TEMPLATE, Predicate, certainly_valid
from treadle.domain.node_types import NodeType
from treadle.domain.schema import errors_of
from treadle.domain.schema_rules import validator_class

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

    from treadle.domain.schema_rules import Keyword


class ConfigChecks:
    """The compiled checks of the node types that one definition uses."""

    def __init__(self) -> None:
        self._quick: dict[str, Predicate] = {}
        self._full: dict[str, Validator] = {}

    def findings(self, node_type: NodeType, config: Mapping[str, Any], *, path: str) -> list[Finding]:
        quick = self._quick.get(node_type.type)
        if quick is None:
            quick = self._quick[node_type.type] = certainly_valid(node_type.config_schema)
        if quick(config):
            return []
        full = self._full.get(node_type.type)
        if full is None:
            full = self._full[node_type.type] = _config_validator(node_type.config_schema)
        return errors_of(full, config, path=path)


def _config_validator(schema: Mapping[str, Any]) -> Validator:
    from referencing import Registry

    return _template_aware()(dict(schema), registry=Registry())


@functools.cache
def _template_aware() -> type[Validator]:
    from jsonschema.validators import extend

    cls = validator_class()
    keywords = {**cls.VALIDATORS, "oneOf": cls.VALIDATORS["anyOf"], "format": _format}
    guarded = {name: _unless_template(check) for name, check in keywords.items()}
    extended: type[Validator] = extend(cls, validators=guarded)  # type: ignore[no-untyped-call]
    return extended


def _unless_template(check: Keyword) -> Keyword:
    def checked(validator: Validator, rule: Any, instance: Any, schema: Any) -> Any:
        if isinstance(instance, str) and TEMPLATE in instance:
            return ()
        return check(validator, rule, instance, schema) or ()

    return checked


def _format(_validator: Validator, rule: Any, instance: Any, _schema: Any) -> Iterator[Exception]:
    from jsonschema.exceptions import ValidationError

    if rule == "duration" and isinstance(instance, str | int | float):
        try:
            parse_duration(instance)
        except DefinitionError as error:
            yield ValidationError(f"{error.findings[0].message}; accepted: {ACCEPTED}")

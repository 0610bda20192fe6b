"""JSON Schema (Draft 2020-12) for inputs and configs: check a schema, check a value, fill in defaults.

Formats are not checked. A `$ref` may point inside its own schema only: nothing is ever fetched.
"""

from __future__ import annotations

import copy
import functools
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from treadle.domain.errors import Finding
from treadle.domain.graph_findings import Findings, kind_of, shown
from treadle.domain.graph_values import json_copy, key_path

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator

MAX_SCHEMA_FINDINGS = 100
"""Findings reported of one value."""

_LONGEST_MESSAGE = 200
_REFERENCES = ("$ref", "$dynamicRef")
_SCHEMA_MAPS = ("properties", "$defs", "definitions", "patternProperties", "dependentSchemas")
_SCHEMA_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_SCHEMAS = ("items", "additionalProperties", "contains", "not", "if", "then", "else", "propertyNames",
            "unevaluatedItems", "unevaluatedProperties")  # fmt: skip


def check_value(schema: Mapping[str, Any], value: object, *, path: str = "input") -> list[Finding]:
    """What `schema`, which has passed `check_schema`, has against `value`; empty when the value is valid."""
    findings = Findings()
    json_copy(value, findings, path=path)
    return findings.found or errors_of(validator_class()(dict(schema), registry=_registry()), value, path=path)


def check_schema(schema: object, *, path: str = "input_schema") -> list[Finding]:
    """What is wrong with a schema itself: not Draft 2020-12, a pattern that is none, a reference out of the schema."""
    findings = Findings()
    clean = json_copy(schema, findings, path=path)
    if not isinstance(clean, dict):
        findings.error("wrong_value", f"a JSON Schema must be an object, not {kind_of(clean)}", path=path)
    if findings.found:
        return findings.found
    found = errors_of(_meta_validator(), clean, path=path)
    if not found:
        _check_parts(clean, root=clean, path=path, findings=findings)
    return found or findings.found


def with_defaults(schema: Mapping[str, Any], value: Any) -> Any:
    """The value with the defaults of missing properties filled in, also inside objects and arrays that are present."""
    return _filled(schema, value, root=schema)


@functools.cache
def validator_class() -> type[Validator]:
    # Importing jsonschema takes longer than everything else of the domain together.
    from jsonschema import Draft202012Validator

    return Draft202012Validator


def errors_of(validator: Validator, value: Any, *, path: str) -> list[Finding]:
    """The validator's errors as findings; a schema that cannot be followed is a finding too."""
    from referencing.exceptions import Unresolvable

    # A dict, since several rules of a schema may object to one value in the same words.
    found: dict[Finding, None] = {}
    try:
        for error in validator.iter_errors(value):
            found.update(dict.fromkeys(_findings_of(error, path)))
            if len(found) >= MAX_SCHEMA_FINDINGS:
                break
    except Unresolvable as error:
        found[Finding("schema_reference", f"the schema refers to something it does not contain: {error}", path)] = None
    except RecursionError:
        found[Finding("schema_reference", "the schema refers to itself without end", path)] = None
    return list(found)


@functools.cache
def _registry() -> Any:
    # An explicit registry without a retriever is what keeps jsonschema from fetching remote schemas.
    from referencing import Registry

    return Registry()


def _findings_of(error: ValidationError, path: str) -> Iterator[Finding]:
    choice = _choice_of_keys(error)
    error = error if choice else _telling(error)
    for part in error.absolute_path:
        path = f"{path}[{part}]" if isinstance(part, int) else key_path(path, part)
    rule: Any = error.validator_value
    if choice is not None:
        yield Finding("missing_key" if "needed" in choice else "wrong_value", choice, path)
        return
    match error.validator:
        case "additionalProperties" | "unevaluatedProperties" if isinstance(error.instance, dict):
            yield from _unknown_keys(error, path)
        case "required":
            names = [name for name in rule if error.message.startswith(repr(name))]
            yield Finding("missing_key", f"the key {names[0]!r} is missing" if names else _shortened(error.message), path)
        case "type":
            kinds = [rule] if isinstance(rule, str) else list(rule)
            expected = " or ".join(_KINDS.get(kind, str(kind)) for kind in kinds)
            yield Finding("wrong_type", f"must be {expected}, not {kind_of(error.instance)}", path)
        case "enum":
            yield Finding("wrong_value", f"must be one of {_listed(rule)}, not {shown(error.instance)}", path)
        case "const":
            yield Finding("wrong_value", f"must be {shown(rule)}, not {shown(error.instance)}", path)
        case _:
            yield Finding("wrong_value", _shortened(error.message), path)


def _choice_of_keys(error: ValidationError) -> str | None:
    """What is wrong where a schema only says which of some keys go together."""
    rule: Any = error.validator_value
    instance: Any = error.instance
    if error.validator in ("anyOf", "oneOf") and all(part.keys() == {"required"} and len(part["required"]) == 1 for part in rule):
        names = [part["required"][0] for part in rule]
        given = [name for name in names if name in instance]
        said = " and ".join(map(repr, given or names))
        return f"only one of {said} may be given" if given else f"one of the keys {said} is needed"
    if error.validator == "not" and rule.keys() == {"required"}:
        return f"only one of {' and '.join(map(repr, rule['required']))} may be given"
    return None


def _telling(error: ValidationError) -> ValidationError:
    """Of alternatives that all failed, the error in the one that was meant: the only one whose type fits the value."""
    from jsonschema.exceptions import best_match

    while error.validator in ("anyOf", "oneOf") and error.context:
        fitting = [part for part in error.context if part.validator != "type" or part.path]
        if len(fitting) != 1:
            return best_match([error]) or error
        error = fitting[0]
    return error


_KINDS = {
    "string": "a string", "number": "a number", "integer": "a whole number", "boolean": "true or false",
    "object": "an object", "array": "an array", "null": "null",
}  # fmt: skip


def _unknown_keys(error: ValidationError, path: str) -> Iterator[Finding]:
    """One finding for each key the schema does not declare; `error` is about all of them together."""
    schema: Any = error.schema
    instance: Any = error.instance
    known = schema.get("properties", {})
    patterns = [re.compile(pattern) for pattern in schema.get("patternProperties", {})]
    findings = Findings()
    for key in instance:
        if key not in known and not any(pattern.search(key) for pattern in patterns):
            findings.unknown("unknown_key", "key", key, path=key_path(path, key), known=known)
    yield from findings.found or [Finding("wrong_value", _shortened(error.message), path)]


def _listed(values: Any) -> str:
    return _shortened(", ".join(shown(value) for value in values))


def _shortened(message: str) -> str:
    return message if len(message) <= _LONGEST_MESSAGE else f"{message[:_LONGEST_MESSAGE]}…"


@functools.cache
def _meta_validator() -> Validator:
    # The parts the meta-schema refers to are in jsonschema's own registry, the default.
    return validator_class()(validator_class().META_SCHEMA)


def _check_parts(schema: Any, *, root: Mapping[str, Any], path: str, findings: Findings) -> None:
    """What the meta-schema cannot see: references that lead nowhere and patterns that do not compile."""
    if not isinstance(schema, dict):
        return
    for key in _REFERENCES:
        if key in schema and _target(schema[key], root) is None:
            message = f"{shown(schema[key])} is not part of this schema"
            hint = "use a reference inside this schema, such as #/$defs/address"
            findings.error("schema_reference", message, path=f"{path}.{key}", hint=hint)
    patterns = [(schema["pattern"], f"{path}.pattern")] if "pattern" in schema else []
    patterns += [(pattern, key_path(f"{path}.patternProperties", pattern)) for pattern in schema.get("patternProperties", ())]
    for pattern, place in patterns:
        try:
            re.compile(pattern)
        except (re.error, OverflowError, RecursionError) as error:
            findings.error("wrong_value", f"not a regular expression: {error}", path=place)
    for place, part in _parts(schema, path):
        _check_parts(part, root=root, path=place, findings=findings)


def _parts(schema: Mapping[str, Any], path: str) -> Iterator[tuple[str, Any]]:
    for key in _SCHEMA_MAPS:
        for name, part in schema.get(key, {}).items():
            yield key_path(f"{path}.{key}", name), part
    for key in _SCHEMA_LISTS:
        for index, part in enumerate(schema.get(key, ())):
            yield f"{path}.{key}[{index}]", part
    for key in _SCHEMAS:
        if key in schema:
            yield f"{path}.{key}", schema[key]


def _target(reference: Any, root: Mapping[str, Any]) -> Any:
    """What a reference such as `#/$defs/address` points to; None when that is nothing or not in this schema."""
    if not isinstance(reference, str) or not reference.startswith("#"):
        return None
    if reference.startswith("#") and not reference.startswith("#/") and reference != "#":
        return _anchored(root, reference[1:])
    target: Any = root
    for step in reference[2:].split("/") if reference != "#" else []:
        step = step.replace("~1", "/").replace("~0", "~")
        if isinstance(target, list) and step.isdecimal() and int(step) < len(target):
            target = target[int(step)]
        elif isinstance(target, Mapping) and step in target:
            target = target[step]
        else:
            return None
    return target


def _anchored(schema: Any, name: str) -> Any:
    if not isinstance(schema, dict):
        return None
    if name in (schema.get("$anchor"), schema.get("$dynamicAnchor")):
        return schema
    return next((found for _, part in _parts(schema, "") if (found := _anchored(part, name)) is not None), None)


def _filled(schema: Any, value: Any, *, root: Mapping[str, Any]) -> Any:
    for part in _chain(schema, root):
        if isinstance(value, dict):
            value = _filled_object(part.get("properties", {}), value, root=root)
        elif isinstance(value, list) and "items" in part:
            value = [_filled(part["items"], item, root=root) for item in value]
    return value


def _filled_object(rules: Mapping[str, Any], value: dict[str, Any], *, root: Mapping[str, Any]) -> dict[str, Any]:
    filled = dict(value)
    for key, rule in rules.items():
        if key in filled:
            filled[key] = _filled(rule, filled[key], root=root)
        elif isinstance(rule, Mapping) and "default" in rule:
            filled[key] = copy.deepcopy(rule["default"])
    return filled


def _chain(schema: Any, root: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The schema and what its `$ref` leads to, without going in circles."""
    chain: list[Mapping[str, Any]] = []
    while isinstance(schema, Mapping) and not any(schema is part for part in chain):
        chain.append(schema)
        schema = _target(schema.get("$ref"), root)
    return chain

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
from treadle.domain.schema_effort import EffortError, PatternError, compiled, limited_effort
from treadle.domain.schema_rules import extra_keys, validator_class

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
        if _keys_anywhere(clean) >= {"unevaluatedProperties", "patternProperties"}:
            hint = "use additionalProperties beside patternProperties"
            findings.error("wrong_value", "unevaluatedProperties does not go with patternProperties", path=path, hint=hint)
    return found or findings.found


def with_defaults(schema: Mapping[str, Any], value: Any) -> Any:
    """The value with the defaults of missing properties filled in, also inside objects and arrays that are present."""
    return _filled(schema, value, root=schema)


def errors_of(validator: Validator, value: Any, *, path: str) -> list[Finding]:
    """The validator's errors as findings; a schema that cannot be followed, or takes too long to, is a finding too."""
    from referencing.exceptions import Unresolvable

    # A dict, since several rules of a schema may object to one value in the same words.
    found: dict[tuple[str, str, str], Finding] = {}
    try:
        with limited_effort():
            for error in validator.iter_errors(value):
                for finding in _findings_of(error, path):
                    found.setdefault((finding.code, finding.message, finding.path), finding)
                if len(found) >= MAX_SCHEMA_FINDINGS:
                    break
    except PatternError as error:
        return [*found.values(), Finding("schema_reference", f"the schema has a part that is wrong: {error}", path)]
    except EffortError as error:
        return [*found.values(), Finding("too_slow", str(error), _place_of(error.subject, value, path), _QUICKER)]
    except Unresolvable as error:
        message = f"the schema refers to something it does not contain: {error}"
        return [*found.values(), Finding("schema_reference", message, path)]
    except RecursionError:
        return [*found.values(), Finding("schema_reference", "the schema refers to itself without end", path)]
    return list(found.values())


_QUICKER = "write a pattern without a repetition inside a repetition, and a schema without choices inside choices"


def _place_of(subject: str | None, value: Any, path: str) -> str:
    """Where in the value a text is, as a value or as a key; the path of the value itself when it is not found."""
    rest = [(value, path)] if subject is not None else []
    while rest:
        part, place = rest.pop()
        if part is subject:
            return place
        if isinstance(part, dict):
            if any(key is subject for key in part):
                return key_path(place, str(subject))
            rest += [(item, key_path(place, key)) for key, item in reversed(part.items())]
        elif isinstance(part, list):
            rest += [(item, f"{place}[{index}]") for index, item in reversed(list(enumerate(part)))]
    return path


@functools.cache
def _registry() -> Any:
    # An explicit registry without a retriever is what keeps jsonschema from fetching remote schemas.
    from referencing import Registry

    return Registry()


def _findings_of(error: ValidationError, path: str) -> Iterator[Finding]:
    chosen = _chosen_way(error)
    if chosen:
        for inner in chosen:
            yield from _findings_of(inner, path)
        return
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
            yield Finding("wrong_type", f"must be {' or '.join(_kinds(rule))}, not {kind_of(error.instance)}", path)
        case "enum":
            yield Finding("wrong_value", f"must be one of {_listed(rule)}, not {shown(error.instance)}", path)
        case "const":
            yield Finding("wrong_value", f"must be {shown(rule)}, not {shown(error.instance)}", path)
        case _:
            yield Finding("wrong_value", _shortened(_in_words(error)), path)


def _choice_of_keys(error: ValidationError) -> str | None:
    """What is wrong where a schema only says which of some keys go together."""
    rule: Any = error.validator_value
    instance: Any = error.instance
    names = _marks(error)
    if names:
        given = _given(names, instance)
        said = " and ".join(repr(names[way]) for way in given) if given else ", ".join(map(repr, dict.fromkeys(names)))
        return f"only one of {said} may be given" if given else f"one of the keys {said} is needed"
    if error.validator in ("minProperties", "maxProperties") and _is_one_of_its_keys(error.schema):
        keys = ", ".join(map(repr, dict(error.schema)["properties"]))  # type: ignore[arg-type]
        return f"exactly one of the keys {keys} must be given, not {len(instance) or 'none'}"
    if error.validator == "not" and rule.keys() == {"required"}:
        return f"only one of {' and '.join(map(repr, rule['required']))} may be given"
    return None


def _marks(error: ValidationError) -> list[str]:
    """For each of several ways to write an object, the one key that it needs and the others do not; empty when it is not so."""
    rule: Any = error.validator_value
    if error.validator not in ("anyOf", "oneOf") or not isinstance(error.instance, dict):
        return []
    if not all(isinstance(part, dict) and "required" in part for part in rule):
        return []
    shared = set.intersection(*(set(part["required"]) for part in rule))
    marks = [[name for name in part["required"] if name not in shared] for part in rule]
    return [names[0] for names in marks] if all(len(names) == 1 for names in marks) else []


def _given(names: list[str], instance: Any) -> list[int]:
    return [way for way, name in enumerate(names) if name in instance]


def _chosen_way(error: ValidationError) -> list[ValidationError]:
    """What is wrong in the one way to write an object whose own key is there."""
    names = _marks(error)
    given = _given(names, error.instance) if names else []
    return [part for part in error.context or () if part.relative_schema_path[0] == given[0]] if len(given) == 1 else []


def _is_one_of_its_keys(schema: Any) -> bool:
    counts = schema.get("minProperties"), schema.get("maxProperties")
    return counts == (1, 1) and schema.get("additionalProperties") is False and bool(schema.get("properties"))


def _in_words(error: ValidationError) -> str:
    """What a rule that has no finding of its own objects to."""
    rule: Any = error.validator_value
    size = len(error.instance) if isinstance(error.instance, str | list | dict) else 0
    match error.validator:
        case "pattern":
            taken = _EXCLUDED.fullmatch(rule)
            if taken:
                return f"{shown(error.instance)} is taken; choose another name than {taken[1].replace('|', ' or ')}"
            return f"{shown(error.instance)} does not match the pattern {shown(rule)}"
        case "minItems" | "minProperties" | "minLength" if size == 0:
            return "must not be empty"
        case "minProperties":
            return f"needs at least {rule} keys, not {size}"
        case "maxProperties":
            return f"may have at most {rule} {'key' if rule == 1 else 'keys'}, not {size}"
        case "anyOf" | "oneOf" if not error.context:
            return f"fits more than one of the {len(rule)} ways the schema allows, and must fit one"
        case "anyOf" | "oneOf":
            return _no_way_fits(error)
        case _:
            return error.message


def _no_way_fits(error: ValidationError) -> str:
    parts = list(error.context or ())
    ways: Any = error.validator_value
    if all(part.validator == "type" and not part.relative_path for part in parts):
        kinds = [kind for part in parts for kind in _kinds(part.validator_value)]
        return f"must be {' or '.join(dict.fromkeys(kinds))}, not {kind_of(error.instance)}"
    reasons = dict.fromkeys(finding.message for part in parts[:_MOST_REASONS] for finding in _findings_of(part, ""))
    return f"fits none of the {len(ways)} ways the schema allows: {'; '.join(reasons)}"


def _kinds(rule: Any) -> list[str]:
    return [_KINDS.get(kind, str(kind)) for kind in ([rule] if isinstance(rule, str) else rule)]


_EXCLUDED = re.compile(r"\^\(\?!\(?([a-z_|]+)\)?\$\)")
"""A pattern that only excludes some names."""

_MOST_REASONS = 4


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
    findings = Findings()
    for key in extra_keys(instance, schema):
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
            compiled(pattern)
        except PatternError as error:
            findings.error("wrong_value", str(error), path=place)
    for place, part in _parts(schema, path):
        _check_parts(part, root=root, path=place, findings=findings)


def _keys_anywhere(document: Any) -> set[str]:
    """The keys of all objects, also of those that only a `$ref` makes part of the schema."""
    keys: set[str] = set()
    rest = [document]
    while rest:
        part = rest.pop()
        if isinstance(part, dict):
            keys.update(part)
            rest += part.values()
        elif isinstance(part, list):
            rest += part
    return keys


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

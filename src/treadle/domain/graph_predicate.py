"""A quick answer for configs that are plainly valid, so that ten thousand nodes do not need a full validator.

A schema becomes a tree of Python functions. True means valid beyond doubt; False means that the full validator must look.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from treadle.domain.durations import parse_duration
from treadle.domain.errors import DefinitionError
from treadle.domain.schema_effort import EffortError, found_in

TEMPLATE = "{{"
"""What makes a string in a config a template."""

Predicate = Callable[[Any], bool]

_ANNOTATIONS = frozenset({"title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "$comment"})

_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,), "boolean": (bool,), "object": (dict,), "array": (list,), "null": (type(None),),
    "integer": (int,), "number": (int, float),
}  # fmt: skip


def certainly_valid(schema: Any) -> Predicate:
    """The predicate of a schema; one that is always False where the schema says more than is understood here."""
    if schema is True:
        return _always
    if not isinstance(schema, Mapping):
        return _never
    tests: list[Predicate] = []
    if _OBJECT_RULES & schema.keys():
        tests.append(_object_test(schema))
    for key, rule in schema.items():
        if key in _ANNOTATIONS or key in _OBJECT_RULES or key.startswith("x-"):
            continue
        maker = _MAKERS.get(key)
        if maker is None:
            return _never
        tests.append(maker(rule))
    return _all_of(tests)


def _all_of(tests: list[Predicate]) -> Predicate:
    def check(value: Any) -> bool:
        if type(value) is str and TEMPLATE in value:
            return True
        return all(test(value) for test in tests)

    return check


def _always(_value: Any) -> bool:
    return True


def _never(_value: Any) -> bool:
    return False


def _type_test(rule: Any) -> Predicate:
    allowed: tuple[type, ...] = ()
    for name in [rule] if isinstance(rule, str) else rule:
        allowed += _TYPES.get(name, ())
    return lambda value: type(value) in allowed


def _enum_test(rule: Any) -> Predicate:
    return lambda value: any(type(value) is type(option) and value == option for option in rule)


def _format_test(rule: Any) -> Predicate:
    return _is_duration if rule == "duration" else _always


def _is_duration(value: Any) -> bool:
    if not isinstance(value, str | int | float):
        return True
    try:
        parse_duration(value)
    except DefinitionError:
        return False
    return True


def _any_test(rule: Any) -> Predicate:
    options = [certainly_valid(option) for option in rule]
    return lambda value: any(option(value) for option in options)


def _items_test(rule: Any) -> Predicate:
    item = certainly_valid(rule)
    return lambda value: type(value) is not list or all(item(part) for part in value)


def _pattern_test(rule: Any) -> Predicate:
    def check(value: Any) -> bool:
        if type(value) is not str:
            return True
        try:
            return found_in(rule, value)
        except EffortError:
            return False

    return check


def _number_test(compare: Callable[[Any, Any], bool]) -> Callable[[Any], Predicate]:
    return lambda rule: lambda value: type(value) not in (int, float) or compare(value, rule)


def _length_test(kind: type[str | list[Any]], compare: Callable[[Any, Any], bool]) -> Callable[[Any], Predicate]:
    return lambda rule: lambda value: not isinstance(value, kind) or compare(len(value), rule)


def _at_least(value: Any, rule: Any) -> bool:
    return bool(value >= rule)


def _at_most(value: Any, rule: Any) -> bool:
    return bool(value <= rule)


_OBJECT_RULES = frozenset({"properties", "required", "additionalProperties"})


def _object_test(schema: Mapping[str, Any]) -> Predicate:
    properties = {key: certainly_valid(rule) for key, rule in schema.get("properties", {}).items()}
    required = tuple(schema.get("required", ()))
    other = schema.get("additionalProperties", True)
    rest = _never if other is False else certainly_valid(other)

    def check(value: Any) -> bool:
        if type(value) is not dict:
            return True
        if not all(key in value for key in required):
            return False
        return all(properties.get(key, rest)(item) for key, item in value.items())

    return check


_MAKERS: Mapping[str, Callable[[Any], Predicate]] = {
    "type": _type_test,
    "enum": _enum_test,
    "const": lambda rule: _enum_test([rule]),
    "format": _format_test,
    "anyOf": _any_test,
    "oneOf": _any_test,
    "items": _items_test,
    "pattern": _pattern_test,
    "minimum": _number_test(_at_least),
    "maximum": _number_test(_at_most),
    "minLength": _length_test(str, _at_least),
    "maxLength": _length_test(str, _at_most),
    "minItems": _length_test(list, _at_least),
    "maxItems": _length_test(list, _at_most),
}

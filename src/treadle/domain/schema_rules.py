"""The JSON Schema validator, with bounded effort: its patterns end, and it counts the rules it looks at."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from treadle.domain.schema_effort import found_in, spend

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

    Keyword = Callable[[Validator, Any, Any, Any], Any]

_ITEMS_PER_STEP = 16
"""Entries of a rule, such as those of a long `enum`, that take about as long as one rule."""


@functools.cache
def validator_class() -> type[Validator]:
    # Importing jsonschema takes longer than everything else of the domain together.
    import attrs
    from jsonschema import Draft202012Validator
    from jsonschema.validators import extend

    own = {"pattern": _pattern, "patternProperties": _pattern_properties, "uniqueItems": _unique_items,
           "additionalProperties": _additional_properties}  # fmt: skip
    counted = {name: _counted(check) for name, check in {**Draft202012Validator.VALIDATORS, **own}.items()}
    extended: Any = extend(Draft202012Validator, validators=counted)  # type: ignore[no-untyped-call]
    # Its own `evolve` takes the stock validator, without bounds, for each part of a schema that has a `$schema`.
    extended.evolve = attrs.evolve
    checked: type[Validator] = extended
    return checked


def extra_keys(instance: Mapping[str, Any], schema: Mapping[str, Any]) -> list[str]:
    """The keys that neither `properties` nor `patternProperties` of the schema speaks of."""
    known, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    return [key for key in instance if key not in known and not any(found_in(pattern, key) for pattern in patterns)]


def _counted(check: Keyword) -> Keyword:
    def counted(validator: Validator, rule: Any, instance: Any, schema: Any) -> Any:
        spend(1 + len(rule) // _ITEMS_PER_STEP if isinstance(rule, list) else 1)
        return check(validator, rule, instance, schema)

    return counted


def _pattern(_validator: Validator, rule: Any, instance: Any, _schema: Any) -> Iterator[Exception]:
    from jsonschema.exceptions import ValidationError

    if isinstance(instance, str) and not found_in(rule, instance):
        yield ValidationError(f"does not match the pattern {rule!r}")


def _pattern_properties(validator: Validator, rule: Any, instance: Any, _schema: Any) -> Iterator[Exception]:
    if isinstance(instance, dict):
        for pattern, part in rule.items():
            for key, value in instance.items():
                if found_in(pattern, key):
                    yield from validator.descend(value, part, path=key, schema_path=pattern)  # type: ignore[attr-defined]


def _additional_properties(validator: Validator, rule: Any, instance: Any, schema: Any) -> Iterator[Exception]:
    from jsonschema.exceptions import ValidationError

    extra = extra_keys(instance, schema) if isinstance(instance, dict) else []
    if isinstance(rule, dict):
        for key in extra:
            yield from validator.descend(instance[key], rule, path=key)  # type: ignore[attr-defined]
    elif not rule and extra:
        yield ValidationError(f"has keys that the schema does not know: {', '.join(map(repr, extra))}")


def _unique_items(_validator: Validator, rule: Any, instance: Any, _schema: Any) -> Iterator[Exception]:
    from jsonschema.exceptions import ValidationError

    if not rule or not isinstance(instance, list):
        return
    first: dict[Any, int] = {}
    for index, item in enumerate(instance):
        earlier = first.setdefault(_identity(item), index)
        if earlier != index:
            yield ValidationError(f"has the same item twice, at {earlier} and at {index}")
            return


def _identity(value: Any) -> Any:
    """What equal JSON values have in common, to be hashed: 1 and 1.0 are equal, 1 and true are not."""
    if isinstance(value, dict):
        return dict, frozenset((key, _identity(item)) for key, item in value.items())
    if isinstance(value, list):
        return list, tuple(map(_identity, value))
    return (bool, value) if isinstance(value, bool) else value

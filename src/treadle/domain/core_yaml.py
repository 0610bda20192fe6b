"""YAML as JSON in other clothes: the 1.2 core types, no aliases, no duplicate keys, no tags, capped depth.

So `no`, `on`, `1:30` and dates are the text they look like, and no small file can grow large.
"""

from __future__ import annotations

import math
import re
from collections.abc import Hashable, Iterator
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode

from treadle.domain.errors import DefinitionError, Finding

MAX_DEPTH = 100

NULL, BOOL, INT, FLOAT, TEXT = (f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "float", "str"))

# The C loader is ten times faster; some builds of PyYAML come without it.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class CoreLoader(_Loader):  # type: ignore[misc]
    """The safe loader with YAML 1.2's core types; a number or a word is what JSON would read."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - the base class reads it so
    yaml_constructors: dict[str | None, Any] = {}  # noqa: RUF012 - the same

    def construct_mapping(self, node: MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        mapping: dict[Hashable, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, ScalarNode) or key_node.tag not in (TEXT, INT, BOOL, NULL):
                raise _refused(key_node, "a key must be text")
            key = str(key_node.value)
            if key in mapping:
                raise _refused(key_node, f"the key {key!r} is there twice")
            mapping[key] = self.construct_object(value_node, deep=deep)
        return mapping


class CoreDumper(yaml.SafeDumper):
    """Quotes text that either version of YAML would read as something else; never writes an alias."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def read_yaml(text: str, *, source: str) -> list[Any]:
    """Every document of the text, as JSON values. DefinitionError with file and line."""
    try:
        _check_events(text)
        return [document for document in yaml.load_all(text, Loader=CoreLoader) if document is not None]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{source}:{mark.line + 1}:{mark.column + 1}" if mark else source
        raise DefinitionError([Finding("bad_yaml", str(error.problem or error.context), place)]) from error
    except (yaml.YAMLError, ValueError) as error:
        raise DefinitionError([Finding("bad_yaml", str(error).splitlines()[0], source)]) from error


def write_yaml(value: Any) -> str:
    """A JSON value as YAML that `read_yaml` and YAML 1.1 readers both read back as it was."""
    text: str = yaml.dump(value, Dumper=CoreDumper, sort_keys=False, allow_unicode=True, width=120)
    return text.rstrip("\n").removesuffix("\n...")


def _check_events(text: str) -> None:
    """Refuse aliases, tags and depth before anything is built; the parser itself does not recurse."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _refused(event, "anchors and aliases are not accepted; write the value out")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise _refused(event, f"nested deeper than {MAX_DEPTH} levels")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if tag := getattr(event, "tag", None):
            raise _refused(event, f"the tag {tag!r} is not accepted; plain values only")


def _refused(place: Any, problem: str) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=place.start_mark)


def _null(_loader: Any, _node: Node) -> None:
    return None


def _bool(_loader: Any, node: ScalarNode) -> bool:
    return bool(str(node.value).lower() == "true")


def _int(_loader: Any, node: ScalarNode) -> int:
    text = str(node.value)
    if len(text) > 100:
        raise _refused(node, f"a number of {len(text)} digits")
    return int(text, 0) if text.startswith(("0x", "0o")) else int(text)


def _float(_loader: Any, node: ScalarNode) -> float:
    number = float(str(node.value))
    if not math.isfinite(number):
        raise _refused(node, f"{node.value} is too large for a number")
    return number


def _text(_loader: Any, node: ScalarNode) -> str:
    return str(node.value)


def _list(loader: Any, node: Node) -> Iterator[list[Any]]:
    items: list[Any] = []
    yield items
    items.extend(loader.construct_sequence(node))


def _mapping(loader: Any, node: MappingNode) -> Iterator[dict[Hashable, Any]]:
    mapping: dict[Hashable, Any] = {}
    yield mapping
    mapping.update(loader.construct_mapping(node))


for _tag, _pattern, _first in (
    (NULL, r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    (BOOL, r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    (INT, r"^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$", list("-+0123456789")),
    (FLOAT, r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$", list("-+.0123456789")),
):
    CoreLoader.add_implicit_resolver(_tag, re.compile(_pattern), _first)
    CoreDumper.add_implicit_resolver(_tag, re.compile(_pattern), _first)

for _tag, _constructor in (
    (NULL, _null),
    (BOOL, _bool),
    (INT, _int),
    (FLOAT, _float),
    (TEXT, _text),
    ("tag:yaml.org,2002:seq", _list),
    ("tag:yaml.org,2002:map", _mapping),
):
    CoreLoader.add_constructor(_tag, _constructor)

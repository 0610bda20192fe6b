from __future__ import annotations

import runpy
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from treadle.activities.registry import built_in_registry
from treadle.domain.graph_parser import parse_graph
from treadle.domain.soundness import check_graph

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "node-types.md"
NODE_TYPES = built_in_registry().node_types


def test_the_page_of_node_types_is_up_to_date() -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "generate_node_docs.py"))

    written = PAGE.read_text(encoding="utf-8")

    assert written == script["page"](), "run: python scripts/generate_node_docs.py"


@pytest.mark.parametrize("name", NODE_TYPES)
def test_the_page_has_every_node_type_with_its_ports_and_fields(name: str) -> None:
    node_type = NODE_TYPES[name]

    section = PAGE.read_text(encoding="utf-8").partition(f"### `{name}`\n")[2].partition("\n##")[0]

    assert [word for word in (*node_type.ports, *node_type.config_schema["properties"]) if f"`{word}`" not in section] == []
    assert node_type.summary in section


def test_inner_graphs_and_the_fields_of_objects_are_told() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert "| `graph` | graph |" in page
    assert "| `more.signal` (required) | string |" in page
    assert "| `any[].approval.title` (required) | string |" in page
    assert "| `any[].approval.outcomes[].port` (required) | string |" in page


@pytest.mark.parametrize("name", NODE_TYPES)
def test_every_field_has_a_title_and_a_description_for_its_form(name: str) -> None:
    fields = dict(_fields(NODE_TYPES[name].config_schema, "config"))

    assert [place for place, rule in fields.items() if not rule.get("title") or not rule.get("description")] == []


@pytest.mark.parametrize("name", NODE_TYPES)
def test_every_node_type_has_what_the_palette_shows_of_it(name: str) -> None:
    node_type = NODE_TYPES[name]

    assert node_type.summary.endswith(".")
    assert all((node_type.category, node_type.icon, node_type.output))
    assert (node_type.example is None) == (not node_type.config_schema["properties"])


@pytest.mark.parametrize("name", [name for name, each in NODE_TYPES.items() if each.example is not None])
def test_every_example_of_a_config_can_be_saved(name: str) -> None:
    node = {"id": "tried", "type": name, "config": NODE_TYPES[name].example}
    config = {"nodes": [{"id": "fetch", "type": "noop"}, node], "edges": [{"source": "fetch", "target": "tried"}]}

    graph = parse_graph(config, NODE_TYPES)

    assert [finding for finding in check_graph(graph, NODE_TYPES) if finding.severity == "error"] == []


@pytest.mark.parametrize("name", NODE_TYPES)
def test_fields_that_hold_an_expression_say_so_in_their_schema(name: str) -> None:
    node_type = NODE_TYPES[name]
    fields = {place.removeprefix("config."): rule for place, rule in _fields(node_type.config_schema, "config")}

    said = {place for place, rule in fields.items() if rule.get("format") == "expression"}

    assert said == {place for place in (*node_type.expressions, *node_type.deferred) if fields[place].get("format") != "graph"}


def _fields(schema: Any, place: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every field of a config, those of objects and lists in it too."""
    if not isinstance(schema, Mapping):
        return
    for name, rule in schema.get("properties", {}).items():
        yield f"{place}.{name}", rule
        yield from _fields(rule, f"{place}.{name}")
    yield from _fields(schema.get("items"), f"{place}[]")
    yield from _fields(schema.get("additionalProperties"), f"{place}.*")
    for key in ("anyOf", "oneOf", "allOf"):
        for rule in schema.get(key, ()):
            yield from _fields(rule, place)

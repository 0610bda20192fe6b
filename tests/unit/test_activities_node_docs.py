from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from treadle.activities.registry import built_in_registry

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

"""docs/data.md is true: each of its examples gives what the page shows, and could be saved."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from treadle.domain.graph_parser import parse_graph
from unit.node_trials import REGISTRY, output_of

PAGE = (Path(__file__).parents[2] / "docs" / "data.md").read_text(encoding="utf-8")
BLOCKS = [text if kind == "text" else json.loads(text) for kind, text in re.findall(r"```(json|text)\n(.*?)\n```", PAGE, re.S)]
INPUT, EXAMPLES = BLOCKS[0], list(zip(BLOCKS[1::2], BLOCKS[2::2], strict=True))


@pytest.mark.parametrize(("node", "output"), EXAMPLES, ids=[node["type"] for node, _ in EXAMPLES])
def test_an_example_gives_what_the_page_shows(node: dict[str, Any], output: Any) -> None:
    graph = parse_graph({"nodes": [{"id": "it", **node}], "edges": []}, REGISTRY.node_types)

    given = output_of(node["type"], graph.nodes[0].config, input=INPUT)

    assert given == output
    assert json.dumps(given) == json.dumps(output)


def test_there_is_an_example_of_every_node_type_that_shapes_data() -> None:
    shaping = {name for name, node_type in REGISTRY.node_types.items() if node_type.category == "data"}

    assert {node["type"] for node, _ in EXAMPLES} == shaping

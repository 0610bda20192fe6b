"""docs/patterns.md and the examples: every pattern has both, and they are as the tests say."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any

import pytest

from patterns.play import EXAMPLES, example
from treadle.activities.registry import built_in_registry
from treadle.domain.graph_parser import parse_graph
from treadle.domain.soundness import check_graph

ROOT = Path(__file__).parents[2]
NODE_TYPES = built_in_registry().node_types
NUMBERS = range(1, 44)
TOLD = {"multi_entry_cycle"}
"""What saving may warn of: two ways into a loop are what pattern 10 is."""


@pytest.fixture(scope="module")
def script() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "scripts" / "generate_pattern_docs.py"))


def test_the_page_is_what_a_run_of_these_tests_writes(script: dict[str, Any]) -> None:
    written = script["PAGE"].read_text(encoding="utf-8")

    assert written == script["page"](), "run: python scripts/generate_pattern_docs.py"


def test_no_pattern_is_promised_by_a_test_that_is_left_out(script: dict[str, Any]) -> None:
    sources = [path.read_text(encoding="utf-8") for path in script["TESTS"].glob("test_wcp_*.py")]

    assert [found for source in sources for found in re.findall(r"pytest\.(?:mark\.)?\w*(?:skip|xfail)\w*", source)] == []


def test_the_page_counts_only_what_has_passed_on_each_backend(script: dict[str, Any]) -> None:
    page = script["page"]({(1, "sqlite"), (1, "postgres"), (2, "sqlite")})

    assert "**Treadle: 2 on SQLite and 1 on PostgreSQL, of 43.**" in page
    assert re.findall(r"\| (. \| .) \|$", page, re.MULTILINE)[:3] == ["✓ | ✓", "✓ | ✗", "✗ | ✗"]


@pytest.mark.parametrize("number", NUMBERS)
def test_each_pattern_has_one_example_that_explains_itself(number: int, script: dict[str, Any]) -> None:
    path, _ = script["example"](number)
    head = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("# ")]

    workflow = example(number)

    assert workflow.name == f"pattern_{path.stem}"
    assert head[0].startswith(f"# Pattern {number}, ")
    assert any(line.startswith("# Try: ") for line in head)
    assert number in script["SAID"]


@pytest.mark.parametrize("number", NUMBERS)
def test_each_example_needs_no_code_and_is_sound(number: int) -> None:
    graph = parse_graph(example(number).graph_config, NODE_TYPES)

    findings = check_graph(graph, NODE_TYPES)

    assert {finding.code for finding in findings} <= TOLD


def test_there_are_no_other_examples(script: dict[str, Any]) -> None:
    readme = (EXAMPLES.parent / "README.md").read_text(encoding="utf-8")
    paths = sorted(EXAMPLES.iterdir())

    assert paths == [script["example"](number)[0] for number in NUMBERS]
    assert [path.name for path in paths if f"(patterns/{path.name})" not in readme] == []

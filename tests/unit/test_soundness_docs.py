"""docs/soundness.md: every code is there, its example has the finding, and the mended one has not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from treadle.activities.registry import built_in_registry
from treadle.domain import soundness
from treadle.domain.graph_parser import parse_graph
from treadle.domain.soundness import examine_graph

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "soundness.md").read_text(encoding="utf-8")
TABLE = dict(re.findall(r"^\| \[`(\w+)`\]\(#\1\) \| (\w+) \|", PAGE, re.MULTILINE))
NODE_TYPES = built_in_registry().node_types
SECTIONS = dict(re.findall(r"^## `(\w+)`\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))


def codes_in_the_source() -> set[str]:
    files = Path(soundness.__file__).parent.glob("soundness*.py")
    return {code for file in files for code in re.findall(r'Finding\(\s*"(\w+)"', file.read_text(encoding="utf-8"))}


def test_every_code_is_documented_and_every_documented_code_exists() -> None:
    codes = codes_in_the_source()

    assert len(codes) > 20
    assert set(TABLE) == codes
    assert set(SECTIONS) == codes


@pytest.mark.parametrize("code", sorted(TABLE.keys() - {"partial_check"}))
def test_the_example_has_the_finding_and_the_mended_graph_has_not(code: str) -> None:
    broken, mended = (yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", SECTIONS[code], re.DOTALL))

    found = {finding.code: finding.severity for finding in examine_graph(parse_graph(broken, NODE_TYPES), NODE_TYPES)}
    left = {finding.code: finding.severity for finding in examine_graph(parse_graph(mended, NODE_TYPES), NODE_TYPES)}

    assert found[code] == TABLE[code]
    assert code not in left
    assert "error" not in left.values()

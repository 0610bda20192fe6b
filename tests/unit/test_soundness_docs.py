"""docs/soundness*.md: every code is there, its example has the finding, and the mended one has not."""

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
PAGES = {page.name: page.read_text(encoding="utf-8") for page in sorted((ROOT / "docs").glob("soundness*.md"))}
ROWS = re.findall(r"^\| \[`(\w+)`\]\(([\w.-]*)#\1\) \| (\w+) \|", PAGES["soundness.md"], re.MULTILINE)
TABLE = {code: severity for code, _, severity in ROWS}
NODE_TYPES = built_in_registry().node_types
SECTIONS = {
    code: text for page in PAGES.values() for code, text in re.findall(r"^## `(\w+)`\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
}


def codes_in_the_source() -> set[str]:
    files = Path(soundness.__file__).parent.glob("soundness*.py")
    return {code for file in files for code in re.findall(r'Finding\(\s*"(\w+)"', file.read_text(encoding="utf-8"))}


def test_every_code_is_documented_and_every_documented_code_exists() -> None:
    codes = codes_in_the_source()

    assert len(codes) > 20
    assert set(TABLE) == codes
    assert set(SECTIONS) == codes
    assert [code for code, page, _ in ROWS if f"\n## `{code}`\n" not in PAGES[page or "soundness.md"]] == []


@pytest.mark.parametrize("code", sorted(TABLE.keys() - {"partial_check"}))
def test_the_example_has_the_finding_and_the_mended_graph_has_not(code: str) -> None:
    broken, mended = (yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", SECTIONS[code], re.DOTALL))

    found = {finding.code: finding.severity for finding in examine_graph(parse_graph(broken, NODE_TYPES), NODE_TYPES)}
    left = {finding.code: finding.severity for finding in examine_graph(parse_graph(mended, NODE_TYPES), NODE_TYPES)}

    assert found[code] == TABLE[code]
    assert code not in left
    assert "error" not in left.values()

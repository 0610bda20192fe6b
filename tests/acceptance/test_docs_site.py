"""The documentation site has every page once, and no link of a page leads off it; `make docs` builds it strictly."""

from __future__ import annotations

import re
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from acceptance.readme import ROOT

STAGING = runpy.run_path(str(ROOT / "scripts" / "stage_docs.py"))
PLACES: dict[str, str] = STAGING["places"]()


CONFIG = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))


def test_every_page_is_in_the_navigation_once() -> None:
    pages = {place for place in PLACES.values() if place.endswith(".md")}
    decisions = {place for place in pages if re.match(r"adr/\d", place)}

    shown = list(_pages(CONFIG["nav"]))

    assert sorted(shown) == sorted(pages - decisions)


def test_the_index_of_decisions_has_each_by_its_title() -> None:
    index = (ROOT / "docs" / "adr" / "README.md").read_text(encoding="utf-8")
    rows = [_row(page) for page in sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))]

    assert [row for row in index.splitlines() if row.startswith("| 0")] == rows


@pytest.mark.parametrize("source", [source for source in PLACES if source.endswith(".md")])
def test_every_link_of_a_page_leads_to_a_place_of_the_site(source: str) -> None:
    staged = STAGING["page"]((ROOT / source).read_text(encoding="utf-8"), source=source, known=PLACES)

    assert staged.startswith("# ")


def test_no_page_lets_the_browser_load_from_another_host() -> None:
    """The theme would fetch fonts, and a script for each ```mermaid fence; everything else is in the pages."""
    loads = re.compile(r"!\[[^\]]*\]\(\s*(?:https?:)?//|<(?:script|img|link|iframe)\b|^ *```mermaid", re.MULTILINE)

    assert CONFIG["theme"]["font"] is False
    assert not {"extra_javascript", "extra_css", "extra"} & CONFIG.keys()
    assert [page for page in PLACES if page.endswith(".md") and loads.search((ROOT / page).read_text(encoding="utf-8"))] == []


def test_a_link_that_leads_off_the_site_is_an_error() -> None:
    with pytest.raises(STAGING["LostLinkError"], match=r"docs/index\.md: the site has no src/lost\.py"):
        STAGING["page"]("[lost](../src/lost.py)", source="docs/index.md", known=PLACES)


def test_links_marks_and_lists_become_what_the_site_reads() -> None:
    text = "See [it](../CONTRIBUTING.md#tests):\n* one\n* `[two](../kept.md)`\n\n```yaml hello.yaml\n[a](b.md)\nnodes:\n- {id: a}\n```\n"

    staged = STAGING["page"](text, source="docs/adr/README.md", known={"docs/adr/README.md": "adr/README.md", "docs/CONTRIBUTING.md": "c.md"})

    assert staged == "See [it](../c.md#tests):\n\n* one\n* `[two](../kept.md)`\n\n```yaml\n[a](b.md)\nnodes:\n- {id: a}\n```\n"


def _pages(entries: Any) -> Iterator[str]:
    for entry in entries:
        for value in entry.values():
            yield from [value] if isinstance(value, str) else _pages(value)


def _row(page: Path) -> str:
    number, title = page.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ").split(": ", 1)
    return f"| {number} | [{title}]({page.name}) |"

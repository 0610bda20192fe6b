"""axe-core's findings on a page as it is now, one sentence each."""

from __future__ import annotations

from functools import cache

from playwright.sync_api import Page

from browser.built_ui import ROOT

AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@cache
def _source() -> str:
    return AXE.read_text()


def violations(page: Page) -> list[str]:
    """All violations with the elements they are about; empty is what a page should have."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(_source())
    found = page.evaluate("async (tags) => (await axe.run(document, {runOnly: tags, resultTypes: ['violations']})).violations", RULES)
    return [f"{rule['id']}: {rule['help']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]]

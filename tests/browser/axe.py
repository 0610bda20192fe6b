"""axe-core's findings on a page as it is now, one sentence each."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from playwright.sync_api import Page

from browser.built_ui import ROOT

AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@cache
def _source() -> str:
    return AXE.read_text()


def violations(page: Page) -> list[str]:
    """All violations with the elements they are about; empty is what a page should have."""
    return _run(page, {"type": "tag", "values": RULES})


def faint_colours(page: Page) -> list[str]:
    """The violations that a theme can bring about."""
    return _run(page, COLOURS)


def _run(page: Page, rules: Mapping[str, object]) -> list[str]:
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(_source())
    found = page.evaluate("async (runOnly) => (await axe.run(document, {runOnly, resultTypes: ['violations']})).violations", rules)
    return [f"{rule['id']}: {node['html'][:160]}: {reason(node)}" for rule in found for node in rule["nodes"]]


def reason(node: dict[str, Any]) -> str:
    return " ".join(str(node["failureSummary"]).split())[:240]

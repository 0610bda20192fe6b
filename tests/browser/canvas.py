"""Where things are on the canvas, by what people and screen readers call them."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

MAX_TABS = 80


def card(page: Page, name: str) -> Locator:
    """The node of this name, which takes the focus; screen readers call it by its name, type and state."""
    return page.get_by_role("group", name=re.compile(rf"^{re.escape(name)}, "))


def node(page: Page, name: str) -> Locator:
    """The same, as that which knows its state."""
    return card(page, name).locator("[data-status]")


def choice(page: Page, node_type: str) -> Locator:
    """A type of node in the palette."""
    return page.get_by_role("option", name=re.compile(rf"^{re.escape(node_type)}[: ]"))


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus, as somebody without a mouse does."""
    expect(target).to_be_visible()
    for _ in range(MAX_TABS):
        if target.evaluate("(element) => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(
        f"{target} is not reached by Tab; the focus is on {page.evaluate('document.activeElement.outerHTML')[:200]}"
    )

"""When a page has come to rest."""

from __future__ import annotations

from playwright.sync_api import Page, expect


def until_quiet(page: Page) -> None:
    """Return when the page is there, and nothing on it says that it is loading."""
    expect(page.get_by_role("heading", level=1).first).to_be_visible()
    expect(page.locator("[aria-busy=true], .animate-pulse")).to_have_count(0)
    expect(page.get_by_text("Loading", exact=False)).to_have_count(0)

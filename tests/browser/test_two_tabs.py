"""Two people change one workflow at the same time: nobody's work is lost without being asked."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Page, expect

from browser.canvas import card, choice
from browser.served_ui import Site
from browser.watched_page import Watch

ONE = {"nodes": [{"id": "start", "type": "noop", "name": "Start", "position": {"x": 0, "y": 0}}], "edges": []}


def test_the_later_save_asks_first(context: BrowserContext, page: Page, site: Site, watch: Watch) -> None:
    watch.expected.append("409")
    site.save("two_tabs", ONE)
    other = context.new_page()
    for tab in (page, other):
        tab.goto("/w/two_tabs")
    add_node(page, "log")
    add_node(other, "noop")

    page.keyboard.press("Control+s")
    expect(page.get_by_text("Saved as version 2")).to_be_visible()
    other.keyboard.press("Control+s")

    dialog = other.get_by_role("dialog", name="Version 2 was saved meanwhile")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Save mine as the newest").click()
    expect(other.get_by_text("Saved as version 3")).to_be_visible()
    kept = [site.call("GET", f"/workflows/two_tabs/versions/{version}")["graph_config"]["nodes"] for version in (2, 3)]
    assert [[each["type"] for each in nodes] for nodes in kept] == [["noop", "log"], ["noop", "noop"]]


def add_node(page: Page, node_type: str) -> None:
    """Add a node after the first, by keyboard."""
    expect(card(page, "Start")).to_be_visible()
    page.bring_to_front()
    page.keyboard.press("a")
    page.get_by_role("combobox", name="Search node types").fill(node_type)
    choice(page, node_type).click()
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_enabled()

"""From an empty page to a completed execution that somebody approved: by keyboard alone, and by mouse with few clicks."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from browser.canvas import card, choice, node, tab_to
from browser.served_ui import Site

BAR = "Execution on the canvas"


def test_a_workflow_is_drawn_run_and_approved_without_a_mouse(page: Page, site: Site) -> None:
    keyboard = page.keyboard
    page.goto("/w")
    expect(page.get_by_role("heading", name="Workflows", exact=True)).to_be_visible()

    # A new workflow.
    keyboard.press("n")
    expect(page.get_by_role("textbox", name="Name")).to_be_focused()
    keyboard.type("by_keyboard")
    keyboard.press("Enter")
    expect(page.get_by_role("button", name="Add the first node")).to_be_visible()

    # Two nodes from the palette: the second is joined to the first, which is selected.
    add(page, "approval")
    expect(card(page, "approval")).to_be_focused()
    add(page, "log")
    expect(card(page, "log")).to_be_focused()
    expect(edge(page, "approval", "approved", "log")).to_be_attached()

    # Another edge.
    tab_to(page, card(page, "approval"))
    keyboard.press("Space")
    expect(page.get_by_role("toolbar", name="Actions for approval")).to_be_visible()
    keyboard.press("c")
    dialog = page.get_by_role("dialog", name="Connect approval")
    tab_to(page, dialog.get_by_role("combobox", name="To"))
    keyboard.type("log")
    keyboard.press("Enter")
    tab_to(page, dialog.get_by_role("combobox", name="From port"))
    keyboard.type("expired")
    tab_to(page, dialog.get_by_role("button", name="Connect"))
    keyboard.press("Enter")
    expect(edge(page, "approval", "expired", "log")).to_be_attached()

    # The settings of both.
    set_field(page, "approval", "Title", "Send the letter?")
    set_field(page, "log", "Message", "sent")

    keyboard.press("Control+s")
    expect(page.get_by_text("Saved as version 1")).to_be_visible()
    keyboard.press("Control+Enter")
    expect(node(page, "approval")).to_have_attribute("data-status", "waiting")

    tab_to(
        page,
        page.get_by_role("group", name="Decide: Send the letter?").get_by_role("button", name=re.compile("approve", re.IGNORECASE)),
    )
    keyboard.press("Enter")

    expect(page.get_by_label(BAR).get_by_role("status")).to_contain_text("Completed")
    expect(node(page, "log")).to_have_attribute("data-status", "completed")
    stored = site.call("GET", "/workflows/by_keyboard")["graph_config"]
    assert [each["config"].get("title", each["config"].get("message")) for each in stored["nodes"]] == ["Send the letter?", "sent"]
    assert site.call("GET", "/executions?workflow=by_keyboard")["items"][0]["status"] == "completed"


def test_a_workflow_of_two_nodes_runs_after_eight_clicks(page: Page, site: Site) -> None:
    clicks = Clicks()
    page.goto("/w")

    clicks.on(page.get_by_role("button", name="New workflow").first)
    page.get_by_role("textbox", name="Name").fill("by_mouse")
    clicks.on(page.get_by_role("button", name="Create"))
    clicks.on(page.get_by_role("button", name="Add the first node"))
    clicks.on(choice(page, "set"))
    clicks.on(page.get_by_role("button", name="Add a node after set"))
    clicks.on(choice(page, "log"))
    clicks.on(page.get_by_role("button", name="Save and run"))

    expect(node(page, "log")).to_have_attribute("data-status", "completed")
    expect(page.get_by_label(BAR).get_by_role("status")).to_contain_text("Completed")
    assert clicks.count <= 8


class Clicks:
    """Counts the clicks that it makes."""

    def __init__(self) -> None:
        self.count = 0

    def on(self, target: Locator) -> None:
        self.count += 1
        target.click()


def add(page: Page, node_type: str) -> None:
    page.keyboard.press("a")
    expect(page.get_by_role("combobox", name="Search node types")).to_be_focused()
    page.keyboard.type(node_type)
    expect(choice(page, node_type)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")


def edge(page: Page, source: str, port: str, target: str) -> Locator:
    return page.get_by_role("group", name=f"Edge from {source}, port {port}, to {target}")


def set_field(page: Page, name: str, field: str, value: str) -> None:
    """Open a node, write into a field of its settings, and close it."""
    tab_to(page, card(page, name))
    page.keyboard.press("Enter")
    box = page.get_by_label(f"Node {name}").get_by_role("textbox", name=field, exact=True)
    tab_to(page, box)
    page.keyboard.press("Control+a")
    page.keyboard.type(value)
    page.keyboard.press("Escape")
    expect(page.get_by_label(f"Node {name}")).to_have_count(0)
    expect(card(page, name)).to_be_focused()

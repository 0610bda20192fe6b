"""What is large stays quick to use: hundreds of nodes, a long history, megabytes of output."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.canvas import card
from browser.samples import HEAVY, copy_execution, large_rows, wide_graph
from browser.served_ui import Site, served_ui

HISTORY = 10_000


@pytest.fixture(scope="module")
def site(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server of its own: its history is long."""
    with served_ui(tmp_path_factory.mktemp("large")) as running:
        yield running


def test_a_graph_of_500_nodes_opens_and_can_be_used(page: Page, site: Site) -> None:
    site.save("graph_500", wide_graph(500))

    page.goto("/w/graph_500")
    expect(card(page, "Step 0")).to_be_visible()
    expect(page.get_by_role("img", name="Map of the graph")).to_be_visible()
    page.keyboard.press("a")
    page.keyboard.type("log")
    page.keyboard.press("Enter")

    expect(card(page, "log")).to_be_focused()
    expect(page.get_by_role("button", name="Undo")).to_be_enabled()
    # Only what is in sight is drawn.
    page.get_by_role("button", name="Zoom In").click(click_count=6)
    expect(page.locator(".react-flow__node")).not_to_have_count(501)


def test_a_list_of_10_000_executions_is_scrolled_to_its_end(page: Page, site: Site) -> None:
    site.save("history", {"nodes": [{"id": "only", "type": "noop"}], "edges": []})
    copy_execution(Path(site.database.removeprefix("sqlite:///")), site.run_to_end("history"), HISTORY)

    page.goto("/x?q=workflow%3Ahistory")
    rows = page.get_by_role("row")
    expect(page.get_by_role("heading", name="Executions")).to_be_visible()
    rows.nth(1).focus()
    page.keyboard.press("j")
    expect(rows.nth(2)).to_be_focused()
    end = page.get_by_text("That is all of them.")
    for _ in range(HISTORY // 10):
        page.keyboard.press("End")
        expect(page.get_by_text("Loading more")).to_have_count(0)
        if end.is_visible():
            break
    page.keyboard.press("End")

    expect(page.locator(f"[data-id=exec-copy-{HISTORY:05}]")).to_be_in_viewport()
    assert rows.count() < 200


def test_an_output_of_5_megabytes_opens_and_leaves_the_page_free(page: Page, site: Site) -> None:
    site.save("heavy", HEAVY)
    execution_id = site.run_to_end("heavy", input=large_rows(900_000))

    page.goto(f"/x/{execution_id}?node=each")
    page.get_by_role("tab", name="Output", exact=True).click()
    page.get_by_role("button", name="Open all of it").click()
    tree = page.get_by_role("list", name="Output")
    expect(tree.get_by_role("button", name="Open 5")).to_be_visible()
    page.keyboard.press("Control+k")
    box = page.get_by_role("dialog").get_by_role("combobox")
    box.press_sequentially("workflows")

    expect(box).to_have_value("workflows")
    page.keyboard.press("Escape")
    tree.get_by_role("button", name="Open 5").click()
    expect(tree.get_by_role("button", name="Close 5")).to_be_visible()

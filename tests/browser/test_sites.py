"""The same pages on other sites: fresh from `treadle up`, on PostgreSQL with a worker of its own, behind a token."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.canvas import card, node
from browser.served_ui import Site, served_ui
from browser.watched_page import Watch

TOKEN = "a-token-that-nobody-guesses"


@pytest.fixture(params=["up", "postgres", "token"])
def site(request: pytest.FixtureRequest, browser: Browser, tmp_path: Path) -> Iterator[Site]:
    """A site of the kind that the test asks for."""
    kinds = {
        "up": ("", ("up",), {}),
        "postgres": ("postgres_url", ("server",), {}),
        "token": ("", ("up",), {"TREADLE_TOKENS": TOKEN}),
    }
    fixture, command, settings = kinds[request.param]
    with served_ui(tmp_path, request.getfixturevalue(fixture) if fixture else "", *command, **settings) as running:
        yield running


@pytest.mark.parametrize("site", ["up"], indirect=True)
def test_the_example_runs_after_one_click(page: Page, site: Site) -> None:
    page.goto("/w/order_refund")

    page.get_by_role("button", name="Run", exact=True).click()

    expect(node(page, "Fetch the order")).to_have_attribute("data-status", "completed")
    expect(node(page, "Ask the manager")).to_have_attribute("data-status", "waiting")
    page.get_by_role("group", name=re.compile("^Decide: Refund")).get_by_role("button", name="Approve").click()
    expect(node(page, "Tell")).to_have_attribute("data-status", "completed")
    expect(card(page, "Pay the money back")).to_contain_text("attempt 2")
    expect(node(page, "Refused")).to_have_attribute("data-status", "skipped")
    expect(page).to_have_title(re.compile("^Completed · order_refund"))


@pytest.mark.parametrize("site", ["postgres"], indirect=True)
def test_a_server_and_a_worker_on_postgresql_show_the_same(page: Page, site: Site) -> None:
    nodes = [
        {"id": "ask", "type": "approval", "name": "Ask", "config": {"title": "Go on?"}},
        {"id": "end", "type": "log", "name": "End", "config": {"message": "x"}},
    ]
    site.save("ask", {"nodes": nodes, "edges": [{"source": "ask", "port": "approved", "target": "end"}]})
    page.goto("/w/ask")

    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_role("group", name="Decide: Go on?").get_by_role("button", name="Approve").click()

    expect(node(page, "End")).to_have_attribute("data-status", "completed")
    page.goto("/x")
    expect(page.get_by_role("row").filter(has_text="ask")).to_contain_text("Completed")


@pytest.mark.parametrize("site", ["token"], indirect=True)
def test_a_token_is_asked_for_once_and_leads_on_to_the_page_that_was_wanted(page: Page, site: Site, watch: Watch) -> None:
    watch.expected.append("401")
    page.goto("/w/order_refund?view=list")
    box = page.get_by_label("Token", exact=True)
    box.fill("wrong")
    box.press("Enter")
    expect(page.get_by_text("does not know this token")).to_be_visible()
    box.fill(TOKEN)
    box.press("Enter")

    expect(page.get_by_role("list", name="Nodes")).to_be_visible()
    expect(page).to_have_url(re.compile("/w/order_refund[?]view=list$"))
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_role("list", name="Nodes")).to_contain_text("Completed")
    assert TOKEN not in page.evaluate("JSON.stringify([localStorage, sessionStorage, document.cookie])")

"""What happens on the server reaches the pages that are open, without a click."""

from __future__ import annotations

import re

from playwright.sync_api import BrowserContext, Page, expect

from browser.canvas import node
from browser.samples import SLOW
from browser.served_ui import Site

ASK = {"nodes": [{"id": "ask", "type": "approval", "name": "Ask", "config": {"title": "May it go on?"}}], "edges": []}


def test_a_node_changes_its_colour_when_its_state_does(page: Page, site: Site) -> None:
    site.save("live_slow", SLOW)
    execution_id = site.run("live_slow")
    page.goto(f"/w/live_slow?x={execution_id}")
    site.call("POST", f"/executions/{execution_id}/signals/begin", json={})
    expect(node(page, "Door")).to_have_attribute("data-status", "waiting")
    expect(page).to_have_title(re.compile("Waiting · live_slow"))

    site.call("POST", f"/executions/{execution_id}/signals/open", json={})

    expect(node(page, "Last")).to_have_attribute("data-status", "completed")
    expect(page).to_have_title(re.compile("Completed · live_slow"))


def test_a_new_execution_reaches_the_list(page: Page, site: Site) -> None:
    site.save("live_list", {"nodes": [{"id": "only", "type": "noop"}], "edges": []})
    site.run_to_end("live_list")
    page.goto("/x?q=workflow%3Alive_list")
    rows = page.get_by_role("row").filter(has_text="live_list")
    expect(rows).to_have_count(1)

    site.run_to_end("live_list")

    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("Completed")


def test_an_open_question_is_counted_in_the_tab_and_gone_when_it_is_answered(
    context: BrowserContext, page: Page, site: Site
) -> None:
    site.save("live_ask", ASK)
    page.goto("/w")
    other = context.new_page()
    other.goto("/x")
    expect(page.get_by_role("heading", name="Workflows", exact=True)).to_be_visible()
    before = site.call("GET", "/approvals/facets")["open"]

    execution_id = site.run("live_ask")

    for tab in (page, other):
        expect(tab).to_have_title(re.compile(rf"^\({before + 1}\) "))
    approval = site.call("GET", f"/approvals?execution_id={execution_id}")["items"][0]["id"]
    site.call("POST", f"/approvals/{approval}", json={"decision": "approved", "by": "ann"})
    for tab in (page, other):
        expect(tab).to_have_title(re.compile(rf"^\({before}\) " if before else r"^[^(]"))

"""The server is killed in the middle, and comes back: the page that was open goes on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.canvas import node
from browser.samples import SLOW
from browser.served_ui import Site, served_ui
from browser.watched_page import Watch


@pytest.fixture
def site(browser: Browser, tmp_path: Path) -> Iterator[Site]:
    """A server of its own, to be killed."""
    with served_ui(tmp_path) as running:
        yield running


def test_a_page_goes_on_when_its_server_was_killed_and_started_again(page: Page, site: Site, watch: Watch) -> None:
    watch.expected += ["ERR_CONNECTION_REFUSED", "ERR_CONNECTION_RESET", "ERR_INCOMPLETE_CHUNKED_ENCODING", "ERR_EMPTY_RESPONSE"]
    site.save("slow", SLOW)
    execution_id = site.run("slow")
    page.goto(f"/w/slow?x={execution_id}")
    page.evaluate("window.neverReloaded = true")
    expect(node(page, "Begin")).to_have_attribute("data-status", "waiting")
    site.call("POST", f"/executions/{execution_id}/signals/begin", json={})
    # On a busy machine it may be over before the page draws it.
    expect(node(page, "Work")).to_have_attribute("data-status", re.compile("running|completed"))

    site.kill()
    expect(page.get_by_label("The server does not answer")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    site.start()

    expect(node(page, "Work")).to_have_attribute("data-status", "completed")
    expect(node(page, "Door")).to_have_attribute("data-status", "waiting")
    site.call("POST", f"/executions/{execution_id}/signals/open", json={})
    expect(node(page, "Last")).to_have_attribute("data-status", "completed")
    expect(page.get_by_label("Execution on the canvas").get_by_role("status")).to_contain_text("Completed")
    assert page.evaluate("window.neverReloaded") is True

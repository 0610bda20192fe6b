"""Every page, in both themes, on a desk and on a phone: readable by everybody, silent, alone, and under its content policy."""
"""Every page, in both themes, on a desk and on a phone: readable by everybody, silent, alone, and under its content policy."""


from __future__ import annotations


import pytest
from playwright.sync_api import Page, expect
from playwright.sync_api import Page, expect


from browser.axe import violations
from browser.conftest import PHONE, WIDE
from browser.conftest import PHONE, WIDE
from browser.routes import until_quiet
from browser.served_ui import Site
from browser.served_ui import Site
from browser.watched_page import sideways_overflow
from browser.watched_page import sideways_overflow


ASKING = {
    "nodes": [
    "nodes": [
        {"id": "ask", "type": "approval", "config": {"title": "Send it?", "body": "It is **large**.", "assignees": ["ann"], "due": "1h"}},
        {"id": "ask", "type": "approval", "config": {"title": "Send it?", "body": "It is **large**.", "assignees": ["ann"], "due": "1h"}},
        {"id": "sent", "type": "log", "config": {"message": "sent"}},
        {"id": "sent", "type": "log", "config": {"message": "sent"}},
    ],
    ],
    "edges": [{"source": "ask", "port": "approved", "target": "sent"}],
    "edges": [{"source": "ask", "port": "approved", "target": "sent"}],
}
}
FAILING = {
FAILING = {
    "nodes": [
    "nodes": [
        {"id": "shape", "type": "set", "config": {"value": {"total": 3}}},
        {"id": "shape", "type": "set", "config": {"value": {"total": 3}}},
        {"id": "bad", "type": "fail", "config": {"message": "no luck", "type": "luck"}},
        {"id": "bad", "type": "fail", "config": {"message": "no luck", "type": "luck"}},
    ],
    ],
    "edges": [{"source": "shape", "target": "bad"}],
    "edges": [{"source": "shape", "target": "bad"}],
}
}


@pytest.fixture(scope="module")
def addresses(site: Site) -> dict[str, str]:
def addresses(site: Site) -> dict[str, str]:
    """A site on which each page has something to show, and the address of each."""
    """A site on which each page has something to show, and the address of each."""
    site.save("routes_ask", ASKING)
    site.save("routes_ask", ASKING)
    site.save("routes_fail", FAILING, description="Fails at once.")
    site.save("routes_fail", FAILING, description="Fails at once.")
    site.save("routes_fail", {**FAILING, "edges": []})
    site.save("routes_fail", {**FAILING, "edges": []})
    failed = site.run_to_end("routes_fail")
    failed = site.run_to_end("routes_fail")
    waiting = site.run("routes_ask")
    waiting = site.run("routes_ask")
    site.until(waiting, "waiting")
    site.until(waiting, "waiting")
    schedule = site.call("POST", "/schedules", json={"workflow": "routes_fail", "cron": "0 8 * * 1-5", "timezone": "Europe/Berlin"})
    schedule = site.call("POST", "/schedules", json={"workflow": "routes_fail", "cron": "0 8 * * 1-5", "timezone": "Europe/Berlin"})
    approval = site.call("GET", f"/approvals?execution_id={waiting}")["items"][0]["id"]
    approval = site.call("GET", f"/approvals?execution_id={waiting}")["items"][0]["id"]
    return {
    return {
        "landing": "/", "workflows": "/w", "editor": "/w/routes_fail", "node": "/w/routes_fail?node=bad",
        "landing": "/", "workflows": "/w", "editor": "/w/routes_fail", "node": "/w/routes_fail?node=bad",
        "watching": f"/w/routes_ask?x={waiting}", "graph as a list": "/w/routes_ask?view=list", "versions": "/w/routes_fail/versions",
        "watching": f"/w/routes_ask?x={waiting}", "graph as a list": "/w/routes_ask?view=list", "versions": "/w/routes_fail/versions",
        "executions": "/x", "search": "/x?q=status%3Afailed", "execution": f"/x/{failed}", "waiting execution": f"/x/{waiting}",
        "executions": "/x", "search": "/x?q=status%3Afailed", "execution": f"/x/{failed}", "waiting execution": f"/x/{waiting}",
        "approvals": "/approvals", "approval": f"/approvals/{approval}", "schedules": "/schedules",
        "approvals": "/approvals", "approval": f"/approvals/{approval}", "schedules": "/schedules",
        "schedule": f"/schedules/{schedule['id']}", "health": "/health", "login": "/login", "nowhere": "/no/such/place",
        "schedule": f"/schedules/{schedule['id']}", "health": "/health", "login": "/login", "nowhere": "/no/such/place",
    }  # fmt: skip
    }  # fmt: skip


PAGES = [
    "landing", "workflows", "editor", "node", "watching", "graph as a list", "versions", "executions", "search", "execution",
    "landing", "workflows", "editor", "node", "watching", "graph as a list", "versions", "executions", "search", "execution",
    "waiting execution", "approvals", "approval", "schedules", "schedule", "health", "login", "nowhere",
    "waiting execution", "approvals", "approval", "schedules", "schedule", "health", "login", "nowhere",
]  # fmt: skip
]  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_readable_by_everybody(page: Page, addresses: dict[str, str], name: str) -> None:
def test_a_page_is_readable_by_everybody(page: Page, addresses: dict[str, str], name: str) -> None:
    page.goto(addresses[name])
    page.goto(addresses[name])
    until_quiet(page)
    until_quiet(page)


    found = {}
    for width, size in {"wide": WIDE, "phone": PHONE}.items():
    for width, size in {"wide": WIDE, "phone": PHONE}.items():
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.set_viewport_size(size)  # type: ignore[arg-type]
        until_quiet(page)
        until_quiet(page)
        for theme in ("light", "dark"):
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            expect(page.locator(f"html[data-theme={theme}]")).to_be_attached()
            expect(page.locator(f"html[data-theme={theme}]")).to_be_attached()
            found[f"{width} {theme}"] = violations(page)
            found[f"{width} {theme}"] = violations(page)
        found[f"{width} overflow"] = sideways_overflow(page)
        found[f"{width} overflow"] = sideways_overflow(page)


    assert {where: what for where, what in found.items() if what} == {}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_in_the_tab_what_it_is(page: Page, addresses: dict[str, str], name: str) -> None:
def test_a_page_says_in_the_tab_what_it_is(page: Page, addresses: dict[str, str], name: str) -> None:
    page.goto(addresses[name])
    page.goto(addresses[name])
    until_quiet(page)
    until_quiet(page)


    assert page.title() not in ("", "Treadle")
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    expect(page.get_by_role("heading", level=1)).to_have_count(1)


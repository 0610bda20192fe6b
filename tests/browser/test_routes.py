"""Every page, in both themes, on a desk and on a phone: readable by everybody, silent, and alone."""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import Page, expect

from browser.axe import faint_colours, violations
from browser.conftest import PHONE, WIDE
from browser.routes import show_theme, until_quiet
from browser.served_ui import Site
from browser.watched_page import Watch, sideways_overflow

ASKING = {
    "nodes": [
        {
            "id": "ask",
            "type": "approval",
            "config": {"title": "Send it?", "body": "It is **large**.", "assignees": ["ann"], "due": "1h"},
        },
        {"id": "sent", "type": "log", "config": {"message": "sent"}},
    ],
    "edges": [{"source": "ask", "port": "approved", "target": "sent"}],
}
FAILING = {
    "nodes": [
        {"id": "shape", "type": "set", "config": {"value": {"total": 3}}},
        {"id": "bad", "type": "fail", "config": {"message": "no luck", "type": "luck"}},
    ],
    "edges": [{"source": "shape", "target": "bad"}],
}
PAGES = [
    "landing", "workflows", "editor", "node", "settings", "problems", "watching", "graph as a list", "versions", "executions", "search",
    "execution", "waiting execution", "approvals", "approval", "schedules", "schedule", "webhooks", "webhook", "secrets", "health",
    "login", "nowhere",
]  # fmt: skip


@pytest.fixture(scope="module")
def addresses(site: Site) -> dict[str, str]:
    """A site on which each page has something to show, and the address of each."""
    site.save("routes_ask", ASKING)
    site.save("routes_fail", {**FAILING, "edges": []}, description="Fails at once.")
    site.save("routes_fail", FAILING, description="Fails at once.")
    failed = site.run_to_end("routes_fail")
    waiting = site.run("routes_ask")
    site.until(waiting, "waiting")
    schedule = site.call("POST", "/schedules", json={"workflow": "routes_fail", "cron": "0 8 * * 1-5", "timezone": "Europe/Berlin"})
    webhook = site.call("POST", "/webhooks", json={"workflow": "routes_fail", "description": "Orders from the shop"})
    httpx.post(site.address + webhook["path"], json={"order": 7}, trust_env=False).raise_for_status()
    httpx.post(site.address + webhook["path"], content=b"{", headers={"Content-Type": "application/json"}, trust_env=False)
    site.call("PUT", "/secrets/shop-key", json={"value": "hush-hush"})
    approval = site.call("GET", f"/approvals?execution_id={waiting}")["items"][0]["id"]
    return {
        "landing": "/", "workflows": "/w", "editor": "/w/routes_fail", "node": f"/w/routes_fail?node=bad&x={failed}",
        "settings": "/w/routes_fail?side=settings", "problems": "/w/routes_fail?side=problems",
        "watching": f"/w/routes_ask?x={waiting}", "graph as a list": f"/w/routes_ask?view=list&x={waiting}", "versions": "/w/routes_fail/versions",
        "executions": "/x", "search": "/x?q=status%3Afailed", "execution": f"/x/{failed}", "waiting execution": f"/x/{waiting}",
        "approvals": "/approvals", "approval": f"/approvals/{approval}", "schedules": "/schedules",
        "schedule": f"/schedules/{schedule['id']}", "webhooks": "/webhooks", "webhook": f"/webhooks/{webhook['id']}",
        "secrets": "/secrets", "health": "/health", "login": "/login", "nowhere": "/no/such/place",
    }  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_a_page_can_be_read_by_everybody(page: Page, addresses: dict[str, str], name: str) -> None:
    page.goto(addresses[name])
    until_quiet(page)

    found: dict[str, list[str]] = {}
    for width, size in {"wide": WIDE, "phone": PHONE}.items():
        page.set_viewport_size(size)  # type: ignore[arg-type]
        until_quiet(page)
        show_theme(page, "light")
        found[f"{width} light"] = violations(page)
        show_theme(page, "dark")
        found[f"{width} dark"] = faint_colours(page)
        found[f"{width} overflow"] = sideways_overflow(page)

    faults = [f"{where}: {what}" for where, each in found.items() for what in each]
    assert faults == [], "\n".join(faults)
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    assert page.title() not in ("", "Treadle")


def test_the_pages_may_run_no_script_but_their_own(page: Page, site: Site, watch: Watch) -> None:
    rules = dict(
        rule.strip().split(" ", 1)
        for rule in httpx.get(site.address, trust_env=False).headers["Content-Security-Policy"].split(";")
    )
    assert "unsafe" not in rules["script-src"]
    page.goto("/w")
    until_quiet(page)
    watch.expected += ["Content Security Policy", "no-such-image"]

    page.evaluate("document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.ran = 1'}))")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.ran = 2\">')")
    page.evaluate(
        "new Promise((done) => Object.assign(document.body.appendChild(new Image()), {onerror: done, src: '/no-such-image.png'}))"
    )

    assert page.evaluate("window.ran") is None
    assert len([fault for fault in watch.faults if "Content Security Policy" in fault]) >= 2

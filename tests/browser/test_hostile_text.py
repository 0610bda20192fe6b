"""Text that tries to be a script stays text, wherever people or programs can leave some."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from browser.routes import until_quiet
from browser.served_ui import Site
from browser.watched_page import Watch

HOSTILE = [
    "<script>window.hacked = 1</script>",
    "<img src=x onerror='window.hacked = 2'>",
    "\"'><svg onload=window.hacked=3>",
    "javascript:window.hacked=4",
    "[press](javascript:window.hacked=5) ![x](javascript:window.hacked=6)",
    "<a href='javascript:window.hacked=7'>press</a>",
    "<iframe srcdoc='<script>parent.hacked=8</script>'></iframe>",
    "</title></textarea></script><script>window.hacked=9</script>",
    "${window.hacked=10}",
    "<style>@import '//evil.example/x.css'; body{display:none}</style>",
    "[out](//evil.example) <form action='//evil.example'><button>go</button></form>",
    "data:text/html,<script>window.hacked=11</script>",
    "<math><mtext><table><mglyph><style><img src=x onerror=window.hacked=12>",
    "\u202egnp.exe\u200b",
]
TEXT = " ".join(HOSTILE)
OUTCOMES = [{"port": "approved", "label": HOSTILE[0], "style": "primary"}, {"port": "rejected", "label": HOSTILE[1]}]
FORM = {
    "type": "object",
    "title": TEXT,
    "properties": {"why": {"type": "string", "title": HOSTILE[1], "description": TEXT, "examples": [HOSTILE[3]]}},
}


def graph() -> dict[str, Any]:
    """Hostile names, notes, texts, keys and errors in every kind of node that shows some."""
    return {
        "nodes": [
            {"id": "keep", "type": "set", "name": HOSTILE[1], "notes": TEXT, "config": {"value": {"all": HOSTILE, HOSTILE[0]: HOSTILE[1]}}},
            {"id": "say", "type": "log", "name": HOSTILE[2], "config": {"message": TEXT}},
            {
                "id": "ask", "type": "approval", "name": HOSTILE[0],
                "config": {"title": TEXT[:200], "body": TEXT, "form": FORM, "payload": {HOSTILE[1]: TEXT}, "assignees": [HOSTILE[1]], "groups": [HOSTILE[0]], "outcomes": OUTCOMES},
            },
            {"id": "bad", "type": "fail", "name": HOSTILE[6], "config": {"message": TEXT, "type": "luck"}},
        ],
        "edges": [{"source": "keep", "target": "say"}, {"source": "say", "target": "ask"}, {"source": "ask", "port": "approved", "target": "bad"}],
        "input_schema": {"type": "object", "title": TEXT, "properties": {HOSTILE[0]: {"type": "string", "title": HOSTILE[1], "description": TEXT}}},
    }  # fmt: skip


@pytest.fixture(scope="module")
def addresses(site: Site) -> dict[str, str]:
    """Pages that show the texts; an execution waits for a decision, another has failed."""
    site.save("hostile", graph(), description=TEXT, by=HOSTILE[1])
    site.save(
        "hostile",
        {**graph(), "nodes": [{**node, "notes": HOSTILE[6]} for node in graph()["nodes"]]},
        description=TEXT,
        by=HOSTILE[0],
    )
    failed, waiting, cancelled = (site.run("hostile", input={HOSTILE[0]: TEXT}, by=HOSTILE[1]) for _ in range(3))
    for each in (failed, waiting, cancelled):
        site.until(each, "waiting")
    site.call("POST", f"/executions/{cancelled}/cancel", json={"reason": TEXT})
    decided, asked = (site.call("GET", f"/approvals?execution_id={each}")["items"][0]["id"] for each in (failed, waiting))
    site.call(
        "POST", f"/approvals/{decided}", json={"decision": "approved", "comment": TEXT, "data": {"why": TEXT}, "by": HOSTILE[1]}
    )
    site.until(failed, "failed")
    schedule = site.call("POST", "/schedules", json={"workflow": "hostile", "cron": "0 8 * * *", "input": {HOSTILE[0]: TEXT}})
    return {
        "workflows": "/w", "canvas": "/w/hostile", "as a list": "/w/hostile?view=list", "node": f"/w/hostile?node=keep&x={failed}",
        "failed node": f"/w/hostile?node=bad&x={failed}", "question in place": f"/w/hostile?x={waiting}", "settings": "/w/hostile?side=settings",
        "versions": "/w/hostile/versions", "executions": "/x?q=workflow%3Ahostile", "failed execution": f"/x/{failed}", "cancelled execution": f"/x/{cancelled}",
        "waiting execution": f"/x/{waiting}", "approvals": "/approvals", "question": f"/approvals/{asked}", "decision": f"/approvals/{decided}",
        "schedules": "/schedules", "schedule": f"/schedules/{schedule['id']}", "address": "/w/%3Cscript%3Ewindow.hacked=13%3C%2Fscript%3E",
        "search": "/x?q=%3Cimg%20src%3Dx%20onerror%3Dwindow.hacked%3D14%3E", "next": "/login?next=javascript%3Awindow.hacked%3D15",
    }  # fmt: skip


PLACES = [
    "workflows", "canvas", "as a list", "node", "failed node", "question in place", "settings", "versions", "executions", "failed execution",
    "cancelled execution", "waiting execution", "approvals", "question", "decision", "schedules", "schedule", "address", "search", "next",
]  # fmt: skip
SHOWN = {"canvas", "as a list", "node", "question in place", "failed execution", "executions", "approvals", "question"}
"""Where the text itself must be seen, so that the test would notice if it were looking at nothing."""


@pytest.mark.parametrize("place", PLACES)
def test_text_that_would_be_a_script_is_shown_and_not_run(
    page: Page, site: Site, addresses: dict[str, str], watch: Watch, place: str
) -> None:
    if place == "address":
        watch.expected.append("404")
    page.goto(addresses[place])
    until_quiet(page)

    if place in SHOWN:
        expect(page.get_by_text("window.hacked", exact=False).first).to_be_attached()
    assert page.evaluate("window.hacked") is None
    assert made_by_text(page) == []


def made_by_text(page: Page) -> list[str]:
    """Elements that only hostile text can have made: the pages have none of these."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("script, iframe, img, form[action], [srcdoc], math, object, embed, base, style, a[href], [onerror], [onload]")]
          .filter((each) => !each.matches('script[src^="/assets/"]'))
          .filter((each) => !(each.matches("a") && /^(https?:)$/.test(each.protocol) && [location.host, "reactflow.dev"].includes(each.host)))
          .map((each) => each.outerHTML.slice(0, 200))"""
    )
    return found

"""A webhook is made on its page, and what is delivered at its address shows up there."""

from __future__ import annotations

import httpx
from playwright.sync_api import Page, expect

from browser.served_ui import Site

ORDERS = {
    "nodes": [
        {"id": "hook", "type": "trigger.webhook"},
        {"id": "note", "type": "set", "config": {"value": "{{ trigger.body.order }}"}},
    ],
    "edges": [{"source": "hook", "target": "note"}],
}


def test_a_webhook_is_made_and_delivered_at_and_its_old_address_leads_nowhere(page: Page, site: Site) -> None:
    site.save("by_webhook", ORDERS)
    page.goto("/webhooks")
    expect(page.get_by_role("heading", name="Webhooks", exact=True)).to_be_visible()

    page.keyboard.press("n")
    dialog = page.get_by_role("dialog", name="New webhook")
    dialog.get_by_role("combobox", name="Workflow").fill("by_webhook")
    dialog.get_by_role("option", name="by_webhook").click()
    dialog.get_by_role("textbox", name="Description").fill("Orders from the shop")
    page.keyboard.press("Enter")
    section = page.get_by_role("region", name="Address")
    address = section.get_by_role("code").first.inner_text()
    section.get_by_role("button", name="Copy the address").click()
    page.wait_for_function("async (address) => (await navigator.clipboard.readText()) === address", arg=address)

    answer = httpx.post(address, json={"order": 7}, trust_env=False)

    assert answer.status_code == 202
    deliveries = page.get_by_role("region", name="Deliveries")
    expect(deliveries).to_contain_text("1 taken, 0 refused")
    expect(deliveries.get_by_role("table")).to_contain_text("Started")
    started = deliveries.get_by_role("link", name="Execution")
    expect(started).to_have_attribute("href", f"/x/{answer.json()['id']}")

    page.get_by_role("button", name="Rotate").click()
    page.get_by_role("dialog", name="Give it a new address?").get_by_role("button", name="Rotate").click()
    expect(section).not_to_contain_text(address)
    assert httpx.post(address, json={"order": 8}, trust_env=False).status_code == 404

    started.click()
    expect(page.get_by_text("Completed", exact=True).first).to_be_visible()
